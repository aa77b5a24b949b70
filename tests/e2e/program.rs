//! The program under test: started with a data folder of its own, stopped when the test ends.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use kairo_bench::{Serving, binary, command, data_folder};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How long a step of the program may take before a test gives up; nothing is measured with it.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often somebody looks who waits.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Folder and environment of a program that can be started several times.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    environment: Vec<(String, String)>,
}

/// A serving program.
pub(crate) struct Program {
    serving: Serving,
    pub(crate) url: String,
    pub(crate) http: Client,
}

impl Place {
    /// A new data folder; the program runs its private cluster in it.
    pub(crate) fn new() -> Self {
        Self { folder: data_folder("kairo-e2e-"), environment: Vec::new() }
    }

    /// The program uses this database.
    pub(crate) fn on_database(url: &str) -> Self {
        Self::new().with("DATABASE_URL", url)
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let settings = self.environment.iter().map(|(name, value)| (name, value));
        let mut command = command(&binary(), self.folder.path(), settings);
        command.args(arguments);
        command
    }

    /// Runs a command to its end.
    pub(crate) async fn run(&self, arguments: &[&str]) -> Output {
        timeout(PATIENCE, self.command(arguments).output()).await.unwrap().unwrap()
    }

    /// Where `serve` logs to.
    fn log(&self) -> PathBuf {
        self.folder.path().join("serve.log")
    }

    /// Starts `serve`, and asks it to stop as soon as it logs this; the exit code is returned.
    pub(crate) async fn stop_when_it_logs(&self, said: &str) -> Option<i32> {
        let mut command = self.command(&["serve", "--demo", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        loop {
            let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
            if line.unwrap_or_else(|| panic!("the program never logged {said:?}")).contains(said) {
                break;
            }
        }
        send(&child, Signal::SIGTERM);
        while timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap().is_some() {}
        timeout(PATIENCE, child.wait()).await.unwrap().unwrap().code()
    }

    /// Starts `serve` on a free port and waits until it says where it listens.
    pub(crate) async fn serve(&self, arguments: &[&str]) -> Program {
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut command = self.command(&[]);
        command.stderr(log);
        let serving = Serving::start(command, arguments).await.unwrap_or_else(|said| {
            let log = std::fs::read_to_string(self.log()).unwrap();
            panic!("the program ended instead of serving; it said {said:?} and logged\n{log}")
        });
        let http = Client::builder().timeout(PATIENCE).build().unwrap();
        Program { url: serving.url.clone(), serving, http }
    }
}

impl Program {
    pub(crate) fn api(&self, path: &str) -> String {
        self.serving.api(path)
    }

    /// The sign-in that `--demo` printed for a role.
    pub(crate) fn demo_account(&self, role: &str) -> (String, String) {
        self.serving.account(role)
    }

    pub(crate) async fn token(&self, email: &str, password: &str) -> String {
        self.serving.token(&self.http, email, password).await
    }

    pub(crate) async fn demo_token(&self, role: &str) -> String {
        let (email, password) = self.demo_account(role);
        self.token(&email, &password).await
    }

    pub(crate) async fn capture(&self, name: &str) -> Response {
        self.http.post(self.api("/leads")).json(&contact_form(name)).send().await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Response {
        self.http.get(self.api(path)).bearer_auth(token).send().await.unwrap()
    }

    pub(crate) async fn move_lead(&self, id: &str, to: &str, token: &str) -> Response {
        let path = self.api(&format!("/leads/{id}/status"));
        self.http.post(path).bearer_auth(token).json(&json!({"to": to})).send().await.unwrap()
    }

    /// Asks until a token is refused, and tells after how long it was. What is asked later than `within` has to be.
    pub(crate) async fn until_refused(&self, path: &str, token: &str, within: Duration) -> Duration {
        let started = Instant::now();
        loop {
            let asked = started.elapsed();
            if self.get(path, token).await.status() == StatusCode::UNAUTHORIZED {
                return asked;
            }
            assert!(asked < within, "{path} is still answered after {asked:?}");
        }
    }

    /// How much memory it has in use.
    pub(crate) fn megabytes(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.serving.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Asks it to stop and waits; the exit code is returned.
    pub(crate) async fn stop(mut self) -> Option<i32> {
        send(&self.serving.child, Signal::SIGTERM);
        timeout(PATIENCE, self.serving.child.wait()).await.unwrap().unwrap().code()
    }

    /// Kills it without warning.
    pub(crate) async fn kill(mut self) {
        send(&self.serving.child, Signal::SIGKILL);
        self.serving.child.wait().await.unwrap();
    }
}

/// What `look` gives once it gives something.
pub(crate) async fn eventually<T>(awaited: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    eventually_within(PATIENCE, awaited, look).await
}

/// What `look` gives once it gives something; the test fails with what was awaited when the time is over.
pub(crate) async fn eventually_within<T>(
    patience: Duration,
    awaited: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            sleep(LOOK_EVERY).await;
        }
    };
    timeout(patience, looking).await.unwrap_or_else(|_| panic!("waited {patience:?} in vain: {awaited}"))
}

fn send(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id().unwrap()).unwrap();
    kill(Pid::from_raw(pid), signal).unwrap();
}

/// What a contact form on a website sends.
pub(crate) fn contact_form(name: &str) -> Value {
    json!({
        "name": name,
        "email": "ada@analytical-engines.example",
        "message": "We need a planet for our product page.\nBy spring, if you can.",
        "phone": "+44 20 7946 0958",
        "company": "Analytical Engines",
        "source": "CONTACT_FORM",
        "utmSource": "newsletter",
        "metadata": {"page": "/services/3d-web"},
    })
}

pub(crate) async fn body(response: Response) -> Value {
    let text = response.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"))
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

//! The program under test: started with a data folder of its own, stopped when the test ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a step of the program may take before a test gives up; nothing is measured with it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Folder and environment of a program that can be started several times.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    environment: Vec<(String, String)>,
}

/// A serving program.
pub(crate) struct Program {
    child: Child,
    pub(crate) url: String,
    pub(crate) said: Vec<String>,
    pub(crate) http: Client,
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Place {
    /// A new data folder; the program runs its private cluster in it.
    pub(crate) fn new() -> Self {
        // The server's user must be able to reach what root makes here.
        let folder = tempfile::Builder::new().prefix("kairo-e2e-").tempdir().unwrap();
        open_to_others(folder.path());
        Self { folder, environment: Vec::new() }
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
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.folder.path());
        command.env_remove("DATABASE_URL").envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).kill_on_drop(true);
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
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let log = File::options().create(true).append(true).open(self.log()).unwrap();
        let mut child = self.command(&all).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        loop {
            let line = timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
            let Some(line) = line else {
                let log = std::fs::read_to_string(self.log()).unwrap();
                panic!("the program ended instead of serving; it said {said:?} and logged\n{log}")
            };
            let last = line.starts_with("Ctrl-C");
            said.push(line);
            if last {
                break;
            }
        }
        let url = said[0].rsplit(' ').next().unwrap().to_owned();
        let http = Client::builder().timeout(PATIENCE).build().unwrap();
        Program { child, url, said, http, _lines: lines }
    }
}

impl Program {
    pub(crate) fn api(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    /// The sign-in that `--demo` printed for a role.
    pub(crate) fn demo_account(&self, role: &str) -> (String, String) {
        let line = self.said.iter().find(|line| line.trim_start().starts_with(role)).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[1].to_owned(), words[2].to_owned())
    }

    pub(crate) async fn token(&self, email: &str, password: &str) -> String {
        let answer = self
            .http
            .post(self.api("/auth/login"))
            .json(&json!({"email": email, "password": password}))
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{}", answer.text().await.unwrap());
        body(answer).await["accessToken"].as_str().unwrap().to_owned()
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
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Asks it to stop and waits; the exit code is returned.
    pub(crate) async fn stop(mut self) -> Option<i32> {
        send(&self.child, Signal::SIGTERM);
        timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap().code()
    }

    /// Kills it without warning.
    pub(crate) async fn kill(mut self) {
        send(&self.child, Signal::SIGKILL);
        self.child.wait().await.unwrap();
    }
}

/// What `look` gives once it gives something.
pub(crate) async fn eventually<T>(look: impl Fn() -> Option<T>) -> T {
    timeout(PATIENCE, async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap()
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

fn open_to_others(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o711)).unwrap();
}

/// The binary beside this test's own.
pub(crate) fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let binary = own.ancestors().nth(2).unwrap().join("kairo");
    assert!(binary.is_file(), "{} is not built: run `cargo build --workspace` first", binary.display());
    binary
}

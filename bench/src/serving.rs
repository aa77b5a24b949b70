use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

/// How long a process may take to say that it serves.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program beside this script or test.
///
/// # Panics
/// When it is not built.
pub fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    // Cargo puts tests one folder deeper than programs.
    let found =
        own.ancestors().skip(1).take(2).map(|folder| folder.join("kairo")).find(|path| path.is_file());
    found.unwrap_or_else(|| panic!("`kairo` is not built beside {}: run `cargo build` first", own.display()))
}

/// A new folder for the data of a program, gone with the value.
///
/// # Panics
/// When it cannot be made.
pub fn data_folder(prefix: &str) -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix(prefix).tempdir().unwrap();
    // Started as root, the database server is another user in it.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
    folder
}

/// The program in a folder with these settings; it ends with whoever started it.
pub fn command<S: AsRef<OsStr>>(
    program: &Path,
    folder: &Path,
    settings: impl IntoIterator<Item = (S, S)>,
) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_remove("DATABASE_URL").envs(settings);
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// The program, serving.
pub struct Serving {
    /// Where it listens.
    pub url: String,
    /// What it printed until it served, line by line.
    pub said: Vec<String>,
    /// The process.
    pub child: Child,
    // What it prints later must find a reader.
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Serving {
    /// Starts `serve` on a free port and waits until it says where it listens.
    ///
    /// # Errors
    /// What it printed, when it ended instead.
    ///
    /// # Panics
    /// When it cannot be started, or takes more than a minute.
    pub async fn start(mut command: Command, arguments: &[&str]) -> Result<Self, Vec<String>> {
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program can be started");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        loop {
            let line =
                timeout(PATIENCE, lines.next_line()).await.expect("it serves within a minute").unwrap();
            let Some(line) = line else { return Err(said) };
            let is_last = line.starts_with("Ctrl-C");
            said.push(line);
            if is_last {
                break;
            }
        }
        let url = said[0].rsplit(' ').next().unwrap_or_default().to_owned();
        Ok(Self { url, said, child, _lines: lines })
    }

    /// A path of the API.
    pub fn api(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    /// The id of its process.
    ///
    /// # Panics
    /// When it was waited for already.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("the program runs")
    }

    /// The address and the password that `--demo` printed for a role.
    ///
    /// # Panics
    /// When it printed none.
    pub fn account(&self, role: &str) -> (String, String) {
        let line = self.said.iter().find(|line| line.trim_start().starts_with(role)).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[1].to_owned(), words[2].to_owned())
    }

    /// A request that signs somebody in.
    pub fn sign_in(&self, http: &Client, email: &str, password: &str) -> RequestBuilder {
        http.post(self.api("/auth/login")).json(&json!({"email": email, "password": password}))
    }

    /// An access token.
    ///
    /// # Panics
    /// When signing in fails.
    pub async fn token(&self, http: &Client, email: &str, password: &str) -> String {
        let answer = self.sign_in(http, email, password).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{status}: {text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        body["accessToken"].as_str().expect("an access token").to_owned()
    }
}

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// The program, serving demo data on a free port.
pub struct Program {
    url: String,
    said: Vec<String>,
    /// Sends every request.
    pub http: Client,
    _child: Child,
    _lines: Lines<BufReader<ChildStdout>>,
    _folder: TempDir,
}

impl Program {
    /// Starts the release build with these settings besides the defaults.
    ///
    /// # Panics
    /// When it is not built, or does not start.
    pub async fn start(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::Builder::new().prefix("kairo-bench-").tempdir().unwrap();
        open_to_others(&folder);
        for (name, value) in settings {
            println!("with {name}={}", if *name == "DATABASE_URL" { "a cluster of its own" } else { value });
        }
        let mut child = Command::new(binary())
            .args(["serve", "--demo", "--listen", "127.0.0.1:0"])
            .current_dir(folder.path())
            .env_remove("DATABASE_URL")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("the release build can be started");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            let is_last = line.starts_with("Ctrl-C");
            said.push(line);
            if is_last {
                break;
            }
        }
        let url =
            said.first().expect("the program says where it listens").rsplit(' ').next().unwrap().to_owned();
        let http = Client::builder().timeout(Duration::from_secs(60)).build().unwrap();
        Self { url, said, http, _child: child, _lines: lines, _folder: folder }
    }

    /// A path of the API.
    pub fn api(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.url)
    }

    /// The demo's account of a role.
    ///
    /// # Panics
    /// When the program printed none.
    pub fn account(&self, role: &str) -> (String, String) {
        let line = self.said.iter().find(|line| line.trim_start().starts_with(role)).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        (words[1].to_owned(), words[2].to_owned())
    }

    /// A sign-in that comes from this address.
    pub fn sign_in(&self, email: &str, password: &str, address: u32) -> RequestBuilder {
        let credentials = json!({"email": email, "password": password});
        self.coming_from(self.http.post(self.api("/auth/login")).json(&credentials), address)
    }

    /// The request, as if a proxy had passed it on for this address.
    pub fn coming_from(&self, request: RequestBuilder, address: u32) -> RequestBuilder {
        let [_, a, b, c] = address.to_be_bytes();
        request.header("x-forwarded-for", format!("10.{a}.{b}.{c}"))
    }

    /// An access token of a demo account.
    ///
    /// # Panics
    /// When signing in fails.
    pub async fn token(&self, role: &str) -> String {
        let (email, password) = self.account(role);
        let answer = self.sign_in(&email, &password, 1).send().await.unwrap();
        let body: Value = answer.json().await.unwrap();
        body["accessToken"].as_str().expect("an access token").to_owned()
    }
}

pub(crate) fn open_to_others(folder: &TempDir) {
    use std::os::unix::fs::PermissionsExt;
    // Started as root, the database server is another user in it.
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o711)).unwrap();
}

/// The program beside this script.
///
/// # Panics
/// When it is not built.
pub fn binary() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let binary = own.parent().unwrap().join("kairo");
    assert!(binary.is_file(), "{} is not built: run `cargo build --release` first", binary.display());
    binary
}

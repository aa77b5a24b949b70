use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long a process may take to say that it runs.
const PATIENCE: Duration = Duration::from_secs(60);

/// A data folder with a server and two workers on one private database.
pub(super) struct Place {
    program: PathBuf,
    folder: TempDir,
    settings: Vec<(String, String)>,
    server: Child,
    workers: Vec<Child>,
    /// Where the server listens.
    pub(super) url: String,
    /// What the server said.
    pub(super) said: Vec<String>,
    _lines: Lines<BufReader<ChildStdout>>,
}

impl Place {
    pub(super) async fn start(program: &Path, stale_ms: Option<u32>) -> Self {
        let folder = tempfile::Builder::new().prefix("kairo-crash-").tempdir().unwrap();
        crate::program::open_to_others(&folder);
        let mut settings = vec![
            ("KAIRO_EGRESS__ALLOW".to_owned(), "[\"127.0.0.0/8\"]".to_owned()),
            ("KAIRO_RATES__USER__REQUESTS".to_owned(), "1000000".to_owned()),
        ];
        if let Some(stale) = stale_ms {
            settings.push(("KAIRO_WORKER__STALE_MS".to_owned(), stale.to_string()));
            settings.push(("KAIRO_WORKER__HEARTBEAT_MS".to_owned(), (stale / 4).to_string()));
        }
        let mut command = command(program, &folder, &settings);
        command.args(["serve", "--demo", "--listen", "127.0.0.1:0"]).env("KAIRO_WORKER__ENABLED", "false");
        let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(server.stdout.take().unwrap()).lines();
        let mut said = Vec::new();
        while let Some(line) = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap() {
            let is_last = line.starts_with("Ctrl-C");
            said.push(line);
            if is_last {
                break;
            }
        }
        let url = said.first().expect("it says where it listens").rsplit(' ').next().unwrap().to_owned();
        let program = program.to_owned();
        let workers = Vec::new();
        let mut place = Self { program, folder, settings, server, workers, url, said, _lines: lines };
        place.workers = vec![place.worker(), place.worker()];
        place
    }

    /// Kills a worker without warning, in the middle of whatever it does, and starts another.
    pub(super) async fn kill_worker(&mut self, which: usize) {
        self.workers[which].kill().await.unwrap();
        self.workers[which] = self.worker();
    }

    /// Stops the database at once, as a failing machine would, and starts it again.
    pub(super) async fn stop_database(&mut self) {
        let pid_file = self.folder.path().join(".kairo/postgres/pgdata/postmaster.pid");
        let Ok(text) = std::fs::read_to_string(pid_file) else { return };
        let pid = text.lines().next().unwrap_or_default().to_owned();
        let _ = Command::new("kill").args(["-QUIT", &pid]).status().await;
        let mut again = command(&self.program, &self.folder, &self.settings);
        let _ =
            tokio::time::timeout(PATIENCE, again.args(["migrate", "status"]).stdout(Stdio::null()).status())
                .await;
    }

    /// Asks everything to stop.
    pub(super) async fn stop(mut self) {
        for process in self.workers.iter_mut().chain([&mut self.server]) {
            if let Some(pid) = process.id() {
                let _ = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
            }
            let _ = tokio::time::timeout(PATIENCE, process.wait()).await;
        }
    }

    fn worker(&self) -> Child {
        let mut command = command(&self.program, &self.folder, &self.settings);
        command.arg("worker").stdout(Stdio::null()).spawn().unwrap()
    }
}

fn command(program: &Path, folder: &TempDir, settings: &[(String, String)]) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder.path()).env_remove("DATABASE_URL");
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
    command
}

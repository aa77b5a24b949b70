use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::blows::Blows;
use crate::processes::is_alive;
use crate::serving::{Serving, command, data_folder};

/// How long a process may take to do what it is asked to.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a process ends by that is killed without warning.
const SIGKILL: i32 = 9;

/// A data folder with a server and two workers on one private database.
pub(super) struct Place {
    program: PathBuf,
    folder: TempDir,
    settings: Vec<(String, String)>,
    workers: Vec<Child>,
    /// The server, which does no work itself.
    pub(super) server: Serving,
    /// What was done to it, and what happened by itself.
    pub(super) blows: Blows,
}

impl Place {
    pub(super) async fn start(program: &Path, stale_ms: Option<u32>) -> Self {
        let folder = data_folder("kairo-crash-");
        let mut settings = vec![
            ("KAIRO_EGRESS__ALLOW".to_owned(), "[\"127.0.0.0/8\"]".to_owned()),
            ("KAIRO_RATES__USER__REQUESTS".to_owned(), "1000000".to_owned()),
        ];
        if let Some(stale) = stale_ms {
            settings.push(("KAIRO_WORKER__STALE_MS".to_owned(), stale.to_string()));
            settings.push(("KAIRO_WORKER__HEARTBEAT_MS".to_owned(), (stale / 4).to_string()));
        }
        let mut serve = quiet(program, &folder, &settings);
        serve.env("KAIRO_WORKER__ENABLED", "false");
        let server = Serving::start(serve, &["--demo"]).await.expect("the program serves");
        let (program, workers, blows) = (program.to_owned(), Vec::new(), Blows::default());
        let mut place = Self { program, folder, settings, workers, server, blows };
        place.workers = vec![place.worker(), place.worker()];
        place
    }

    /// Kills a worker without warning, in the middle of whatever it does, and starts another.
    pub(super) async fn kill_worker(&mut self, which: usize) {
        let worker = &mut self.workers[which];
        // Refused when it was found to have ended.
        let _ = worker.start_kill();
        let ended = worker.wait().await.unwrap();
        if ended.signal() == Some(SIGKILL) {
            self.blows.workers_killed += 1;
        } else {
            self.blows.ended_by_itself("a worker", ended);
        }
        self.workers[which] = self.worker();
    }

    /// Stops the database at once, as a failing machine would, and starts it again.
    pub(super) async fn stop_database(&mut self) {
        let Some(pid) = self.postmaster().filter(|pid| is_alive(*pid)) else { return };
        let sent = Command::new("kill").args(["-QUIT", &pid.to_string()]).status().await;
        if sent.is_ok_and(|sent| sent.success()) && has_ended(pid).await && self.comes_back().await {
            self.blows.databases_stopped += 1;
        }
    }

    /// Asks everything to stop, and tells what was done while it ran.
    pub(super) async fn stop(mut self) -> Blows {
        for worker in &mut self.workers {
            if let Some(ended) = stopped(worker).await {
                self.blows.ended_by_itself("a worker", ended);
            }
        }
        if let Some(ended) = stopped(&mut self.server.child).await {
            self.blows.ended_by_itself("the server", ended);
        }
        self.blows
    }

    fn postmaster(&self) -> Option<u32> {
        let path = self.folder.path().join(".kairo/postgres/pgdata/postmaster.pid");
        std::fs::read_to_string(path).ok()?.lines().next()?.trim().parse().ok()
    }

    async fn comes_back(&self) -> bool {
        let mut again = quiet(&self.program, &self.folder, &self.settings);
        let asked = again.args(["migrate", "status"]).stdout(Stdio::null()).status();
        timeout(PATIENCE, asked).await.is_ok_and(|asked| asked.is_ok_and(|status| status.success()))
    }

    fn worker(&self) -> Child {
        let mut worker = quiet(&self.program, &self.folder, &self.settings);
        worker.arg("worker").stdout(Stdio::null()).spawn().unwrap()
    }
}

fn quiet(program: &Path, folder: &TempDir, settings: &[(String, String)]) -> Command {
    let mut quiet = command(program, folder.path(), settings.iter().map(|(name, value)| (name, value)));
    quiet.stderr(Stdio::null());
    quiet
}

/// Asks a process to stop, and tells how it had ended when it ran no more.
async fn stopped(process: &mut Child) -> Option<ExitStatus> {
    if let Ok(Some(ended)) = process.try_wait() {
        return Some(ended);
    }
    let pid = process.id()?;
    let _ = Command::new("kill").args(["-TERM", &pid.to_string()]).status().await;
    let _ = timeout(PATIENCE, process.wait()).await;
    None
}

async fn has_ended(pid: u32) -> bool {
    let begun = Instant::now();
    while is_alive(pid) {
        if begun.elapsed() > PATIENCE {
            return false;
        }
        sleep(Duration::from_millis(10)).await;
    }
    true
}

//! Starts and stops the server of one data folder with `pg_ctl`.

mod settings;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::binaries::Binaries;
use crate::error::Error;
use crate::home::PGDATA;
use crate::identity::Identity;
use crate::process;

pub(crate) use settings::Settings;

/// The server's log, inside the data folder.
const LOG: &str = "server.log";

/// How long a fast shutdown may take; it writes a checkpoint.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);

/// What `pg_ctl` may take on top of the time it was told to wait.
const GRACE: Duration = Duration::from_secs(10);

/// A log longer than this is put aside at the next start; one older log is kept.
const LOG_LIMIT: u64 = 8 << 20;

/// The server of one folder; `dir` is the folder that holds the data folder.
#[derive(Debug)]
pub(crate) struct Server<'a> {
    pub(crate) binaries: &'a Binaries,
    pub(crate) identity: &'a Identity,
    pub(crate) dir: &'a Path,
}

impl Server<'_> {
    /// The data folder.
    pub(crate) fn pgdata(&self) -> PathBuf {
        self.dir.join(PGDATA)
    }

    /// Starts the server on `port` and waits until it takes connections.
    ///
    /// # Errors
    ///
    /// [`Error::NotStarted`] with the last lines of the log.
    pub(crate) async fn start(&self, settings: &Settings, port: u16, limit: Duration) -> Result<(), Error> {
        let log_begins = self.log_length();
        let mut pg_ctl = self.pg_ctl("start", limit);
        pg_ctl.arg("--log").arg(format!("{PGDATA}/{LOG}")).arg("--options").arg(settings.arguments(port));
        match process::run(pg_ctl, "pg_ctl start", limit + GRACE).await {
            Ok(_) => Ok(()),
            Err(Error::Failed { output, .. }) => {
                let log = self.log_since(log_begins).await.unwrap_or(output);
                Err(Error::NotStarted { data_dir: self.pgdata(), log })
            }
            Err(other) => Err(other),
        }
    }

    /// Ends all connections, writes everything to disk and waits until the server is gone.
    pub(crate) async fn stop(&self) -> Result<(), Error> {
        let mut pg_ctl = self.pg_ctl("stop", STOP_TIMEOUT);
        pg_ctl.arg("--mode=fast");
        process::run(pg_ctl, "pg_ctl stop", STOP_TIMEOUT + GRACE).await.map(drop)
    }

    /// Puts a long log aside; the folder is the server's, so nothing in it is opened, only renamed.
    pub(crate) fn rotate_log(&self) -> Result<(), Error> {
        let log = self.pgdata().join(LOG);
        if self.log_length() <= LOG_LIMIT {
            return Ok(());
        }
        std::fs::rename(&log, log.with_extension("log.1")).map_err(Error::io("put aside", &log))
    }

    /// Relative names in the folder: `pg_ctl` builds a shell command and would stumble over odd paths.
    fn pg_ctl(&self, verb: &str, wait: Duration) -> process::Program {
        let mut pg_ctl = self.identity.command(&self.binaries.program("pg_ctl"));
        pg_ctl.current_dir(self.dir).arg(verb).arg("--pgdata").arg(PGDATA).arg("--silent").arg("--wait");
        pg_ctl.arg("--timeout").arg(wait.as_secs().max(1).to_string());
        pg_ctl
    }

    fn log_length(&self) -> u64 {
        self.pgdata().join(LOG).symlink_metadata().map_or(0, |log| log.len())
    }

    /// The last lines of the log after `begin`, read as the server's user.
    async fn log_since(&self, begin: u64) -> Option<String> {
        let mut shell = self.identity.command(Path::new("/bin/sh"));
        shell.current_dir(self.dir).arg("-c").arg("tail -c \"+$1\" \"$2\" | tail -n 20").arg("sh");
        shell.arg((begin + 1).to_string()).arg(format!("{PGDATA}/{LOG}"));
        let log = process::run(shell, "tail", GRACE).await.ok()?;
        Some(log.trim_end().to_owned()).filter(|log| !log.is_empty())
    }
}

/// Whether a start failed because somebody took the port in the meantime.
pub(crate) fn is_port_taken(log: &str) -> bool {
    log.contains("could not create any TCP/IP sockets") || log.contains("could not bind")
}

/// Whether a start failed because processes of a killed server have not ended yet.
pub(crate) fn is_still_ending(log: &str) -> bool {
    log.contains("is still in use") || log.contains("lock file \"postmaster.pid\" already exists")
}

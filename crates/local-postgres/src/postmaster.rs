//! What `postmaster.pid` says, and whether it is true.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::error::Error;
use crate::secret::{Password, SUPERUSER};

/// A server that listens answers in milliseconds.
const PROBE_TIMEOUT: Duration = Duration::from_secs(3);

/// The process that `postmaster.pid` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Postmaster {
    pub(crate) pid: i32,
    pub(crate) port: u16,
}

/// What is known about that process without talking to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    /// There is no such process.
    Gone,
    /// The number belongs to another program by now, or to a dead process nobody has waited for.
    Stranger,
    /// It lives, and nothing speaks against its being our server.
    Plausible,
}

/// What the server on the port said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It knows our password and serves our data.
    Ours,
    /// It is a server, and it refuses our password.
    PasswordRefused,
    /// Nothing listens, or it is still starting, or it serves other data.
    NotYet,
}

impl Postmaster {
    /// Reads the pid file of a data folder; `None` when there is no server to look for.
    pub(crate) fn read(pgdata: &Path) -> Result<Option<Self>, Error> {
        let path = pgdata.join("postmaster.pid");
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Self::parse(&text)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::io("read", path)(source)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let pid = lines.next()?.trim().parse().ok().filter(|pid| *pid > 0)?;
        // Data folder and start time are between them.
        let port = lines.nth(2)?.trim().parse().ok()?;
        Some(Self { pid, port })
    }

    /// Whether the process can be our server.
    pub(crate) fn life(self, pgdata: &Path) -> Life {
        if kill(Pid::from_raw(self.pid), None) == Err(Errno::ESRCH) {
            return Life::Gone;
        }
        // Without /proc (macOS) the probe has to decide.
        if !Path::new("/proc/self/cwd").exists() {
            return Life::Plausible;
        }
        // A postmaster works in its data folder all its life. Numbers are reused after a reboot, in
        // containers nearly always, and PostgreSQL itself cannot tell.
        match std::fs::read_link(format!("/proc/{}/cwd", self.pid)) {
            Ok(cwd) if pgdata.canonicalize().is_ok_and(|real| real == cwd) => Life::Plausible,
            Ok(_) => Life::Stranger,
            Err(error) if error.kind() == ErrorKind::NotFound => Life::Stranger,
            Err(_) => Life::Plausible,
        }
    }

    /// Asks the server for its data folder, with our password; SCRAM proves both sides to each other.
    pub(crate) async fn ask(self, password: &Password, pgdata: &Path) -> Answer {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(SUPERUSER)
            .password(password.expose())
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
            .application_name("kairo-local-postgres")
            .disable_statement_logging();
        let question = async {
            let mut connection = options.connect().await?;
            sqlx::query_scalar::<_, String>(
                "/* kairo:local_postgres.ask */ select current_setting('data_directory')",
            )
            .fetch_one(&mut connection)
            .await
        };
        match tokio::time::timeout(PROBE_TIMEOUT, question).await {
            Ok(Ok(theirs)) if is_same_folder(Path::new(&theirs), pgdata) => Answer::Ours,
            Ok(Err(sqlx::Error::Database(error))) if is_refusal(error.code().as_deref()) => {
                Answer::PasswordRefused
            }
            _ => Answer::NotYet,
        }
    }
}

/// Removes a pid file whose process is a stranger, which PostgreSQL would respect for ever.
///
/// Should the server live after all, it still holds the data folder's shared memory, and a second one
/// refuses to start because of that.
pub(crate) fn forget_stranger(pgdata: &Path) -> Result<(), Error> {
    let path = pgdata.join("postmaster.pid");
    tracing::warn!(path = %path.display(), "removing the pid file of a server that died");
    std::fs::remove_file(&path).map_err(Error::io("remove", path))
}

fn is_same_folder(left: &Path, right: &Path) -> bool {
    matches!((left.canonicalize(), right.canonicalize()), (Ok(left), Ok(right)) if left == right)
}

fn is_refusal(sql_state: Option<&str>) -> bool {
    matches!(sql_state, Some("28P01" | "28000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pid_file_is_read() {
        let text = "4711\n/srv/pgdata\n1763800000\n40123\n\n127.0.0.1\n  123 456\nready   \n";
        assert_eq!(Postmaster::parse(text), Some(Postmaster { pid: 4711, port: 40123 }));
        assert_eq!(Postmaster::parse("4711\n"), None);
        assert_eq!(Postmaster::parse(""), None);
    }

    #[test]
    fn a_live_process_elsewhere_is_a_stranger() {
        let dir = tempfile::tempdir().unwrap();
        let me = Postmaster { pid: std::process::id().try_into().unwrap(), port: 1 };
        let expected = if Path::new("/proc/self/cwd").exists() { Life::Stranger } else { Life::Plausible };
        assert_eq!(me.life(dir.path()), expected);
    }

    #[test]
    fn a_process_that_ended_is_gone() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        let ended = Postmaster { pid: child.id().try_into().unwrap(), port: 1 };
        assert_eq!(ended.life(Path::new("/")), Life::Gone);
    }
}

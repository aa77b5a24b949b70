//! A cluster that goes with its process, however that process ends.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use crate::binaries::Binaries;
use crate::error::Error;
use crate::home::PGDATA;
use crate::identity::Identity;
use crate::initdb;
use crate::options::EphemeralOptions;
use crate::port;
use crate::postmaster::Postmaster;
use crate::secret::Password;
use crate::server::{Server, Settings, is_port_taken};

/// Between choosing a port and binding it, another process may be faster; not this often.
const PORT_ATTEMPTS: usize = 10;

/// An immediate stop and the removal of some forty megabytes.
const REMOVAL_TIMEOUT: Duration = Duration::from_secs(60);

/// Waits for the end of its input, which is the end of the process that holds the other end, and then
/// removes the cluster. It tries again for a while: the process may have died while initdb was still writing.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
read -r _ || :
tries=0
while [ -e "$1" ] && [ "$tries" -lt 120 ]; do
  "$2" stop -D "$1/$3" -m immediate -s -t 10
  rm -rf -- "$1"
  tries=$((tries + 1))
  [ ! -e "$1" ] || sleep 0.25
done
"#;

/// The child that removes the cluster when the pipe to it closes.
#[derive(Debug)]
pub(crate) struct Watchdog {
    dir: PathBuf,
    child: Child,
    // Held by this process alone: the standard library opens pipes close-on-exec.
    lifeline: ChildStdin,
}

/// What starting gives: the watchdog, and what is needed to talk to the server.
pub(crate) struct Started {
    pub(crate) watchdog: Watchdog,
    pub(crate) binaries: Binaries,
    pub(crate) password: Password,
    pub(crate) postmaster: Postmaster,
}

/// Makes and starts a cluster in a new temporary folder.
pub(crate) async fn start(options: &EphemeralOptions) -> Result<Started, Error> {
    let settings = Settings::ephemeral(&options.settings)?;
    let binaries = Binaries::find(&options.binaries, None).await?;
    let identity = Identity::unprivileged()?;
    let password = Password::generate()?;
    // The watchdog comes first, so that nothing is left behind whatever fails after it.
    let watchdog = Watchdog::guard(&identity, &binaries, new_folder(&identity, options).await?)?;

    let server = Server { binaries: &binaries, identity: &identity, dir: &watchdog.dir };
    initdb::ephemeral(&server, &password).await?;
    start_somewhere(&server, &settings, options.start_timeout).await?;
    let pgdata = server.pgdata();
    let postmaster = Postmaster::read(&pgdata)?;
    let gone = || Error::NotStarted { data_dir: pgdata.clone(), log: "it ended at once".to_owned() };
    Ok(Started { postmaster: postmaster.ok_or_else(gone)?, watchdog, binaries, password })
}

impl Watchdog {
    fn guard(identity: &Identity, binaries: &Binaries, dir: PathBuf) -> Result<Self, Error> {
        let mut shell = identity.std_command(Path::new("/bin/sh"));
        shell.arg("-c").arg(WATCHDOG).arg("kairo-postgres-watchdog");
        shell.arg(&dir).arg(binaries.program("pg_ctl")).arg(PGDATA);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own: Ctrl-C ends the test, and the watchdog then does its work.
        shell.process_group(0);
        let spawned = shell.spawn().and_then(|mut child| {
            let lifeline = child.stdin.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
            Ok((child, lifeline))
        });
        match spawned {
            Ok((child, lifeline)) => Ok(Self { dir, child, lifeline }),
            Err(source) => {
                let _ = std::fs::remove_dir_all(&dir);
                Err(Error::Spawn {
                    program: "the watchdog".to_owned(),
                    user: identity.name().to_owned(),
                    source,
                })
            }
        }
    }

    /// The folder that will be removed.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Lets the watchdog do its work and waits for it.
    pub(crate) async fn finish(self) -> Result<(), Error> {
        let Self { dir, mut child, lifeline } = self;
        drop(lifeline);
        let ended = tokio::task::spawn_blocking(move || child.wait());
        let in_time = tokio::time::timeout(REMOVAL_TIMEOUT, ended).await;
        if in_time.is_ok() && !dir.exists() { Ok(()) } else { Err(Error::NotRemoved { path: dir }) }
    }
}

/// A folder that belongs to the server's user, in a place where that user may also remove it.
async fn new_folder(identity: &Identity, options: &EphemeralOptions) -> Result<PathBuf, Error> {
    let asked = options.parent_dir.clone().unwrap_or_else(std::env::temp_dir);
    let mut parent = asked.clone();
    for candidate in [asked.as_path(), Path::new("/tmp"), Path::new("/var/tmp")] {
        if identity.can_write_in(candidate).await {
            parent = candidate.to_path_buf();
            break;
        }
    }
    let dir = tempfile::Builder::new()
        .prefix("kairo-postgres-")
        .permissions(std::fs::Permissions::from_mode(0o700))
        .tempdir_in(&parent)
        .map_err(Error::io("make a folder in", &parent))?
        .keep();
    identity.own(&dir)?;
    Ok(dir)
}

async fn start_somewhere(server: &Server<'_>, settings: &Settings, limit: Duration) -> Result<(), Error> {
    let mut attempt = 1;
    loop {
        match server.start(settings, port::choose(None)?, limit).await {
            Err(Error::NotStarted { log, .. }) if attempt < PORT_ATTEMPTS && is_port_taken(&log) => {
                attempt += 1;
            }
            other => return other,
        }
    }
}

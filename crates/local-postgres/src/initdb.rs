//! Makes a new data folder.

use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use crate::binaries::Binaries;
use crate::error::Error;
use crate::home::{Home, PGDATA};
use crate::identity::Identity;
use crate::process;
use crate::secret::{Password, SUPERUSER};

/// Initialising takes one or two seconds; a slow disk under load gets two minutes.
const INITDB_TIMEOUT: Duration = Duration::from_secs(120);

/// The folder's name until it is complete.
const DRAFT: &str = "pgdata.new";

/// Tried in this order: UTF-8 aware where the system knows it, and the same everywhere in sorting.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// What an operator may change in the file or with ALTER SYSTEM; the rest is in `server/settings.rs`.
const OPERATOR_SETTINGS: &str = "\
# Written once, when this cluster was made: yours to change. Values given when the
# server is started (port, addresses, time zone, fsync, log format) override it.
max_connections = 100
shared_buffers = 128MB
checkpoint_timeout = 5min
checkpoint_completion_target = 0.9
max_wal_size = 1GB
min_wal_size = 80MB
log_checkpoints = off
";

/// Makes the data folder of a cluster that stays: complete, on disk, or not there.
pub(crate) async fn lasting(
    binaries: &Binaries,
    identity: &Identity,
    home: &Home,
    password: &Password,
) -> Result<(), Error> {
    let draft = home.dir().join(DRAFT);
    if draft.exists() {
        // Left by a start that was killed; nobody else is here, because the caller holds the start lock.
        std::fs::remove_dir_all(&draft).map_err(Error::io("remove", &draft))?;
    }
    tracing::info!(path = %home.dir().display(), postgres.major = binaries.major(), "making a new cluster");
    run(binaries, identity, home.dir(), DRAFT, password, &["--data-checksums"]).await?;
    add_operator_settings(&draft, identity)?;
    std::fs::rename(&draft, home.pgdata()).map_err(Error::io("complete", home.pgdata()))
}

/// Makes the data folder of an ephemeral cluster, without waiting for the disk.
pub(crate) async fn ephemeral(
    binaries: &Binaries,
    identity: &Identity,
    dir: &Path,
    password: &Password,
) -> Result<(), Error> {
    run(binaries, identity, dir, PGDATA, password, &["--no-sync"]).await
}

async fn run(
    binaries: &Binaries,
    identity: &Identity,
    dir: &Path,
    name: &str,
    password: &Password,
    extra: &[&str],
) -> Result<(), Error> {
    let pgdata = dir.join(name);
    std::fs::create_dir(&pgdata).map_err(Error::io("make", &pgdata))?;
    std::fs::set_permissions(&pgdata, Permissions::from_mode(0o700)).map_err(Error::io("close", &pgdata))?;
    identity.own(&pgdata)?;
    // A file of mode 0600, because arguments are visible to everybody and a pipe cannot be opened by name
    // by another user; it goes away with this function.
    let mut password_file = tempfile::NamedTempFile::new_in(dir).map_err(Error::io("write in", dir))?;
    writeln!(password_file, "{}", password.expose()).map_err(Error::io("write in", dir))?;
    identity.own(password_file.path())?;

    let mut failure = None;
    for locale in LOCALES {
        let mut initdb = identity.command(&binaries.program("initdb"));
        initdb.current_dir(dir).arg("--pgdata").arg(name).arg("--pwfile").arg(password_file.path());
        initdb.arg("--username").arg(SUPERUSER).arg("--auth=scram-sha-256").arg("--no-instructions");
        initdb.arg("--encoding=UTF8").arg(format!("--locale={locale}"));
        for arg in extra {
            initdb.arg(arg);
        }
        match process::run(initdb, "initdb", INITDB_TIMEOUT).await {
            Err(Error::Failed { output, .. }) if output.contains("invalid locale name") => {
                failure = Some(output);
            }
            other => return other.map(drop),
        }
    }
    Err(Error::Failed { program: "initdb".to_owned(), output: failure.unwrap_or_default() })
}

fn add_operator_settings(draft: &Path, identity: &Identity) -> Result<(), Error> {
    let ours = draft.join("kairo.conf");
    std::fs::write(&ours, OPERATOR_SETTINGS).map_err(Error::io("write", &ours))?;
    std::fs::set_permissions(&ours, Permissions::from_mode(0o600)).map_err(Error::io("close", &ours))?;
    identity.own(&ours)?;
    let main = draft.join("postgresql.conf");
    OpenOptions::new()
        .append(true)
        .open(&main)
        .and_then(|mut file| file.write_all(b"\ninclude_if_exists = 'kairo.conf'\n"))
        .map_err(Error::io("write", &main))
}

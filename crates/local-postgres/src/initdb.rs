//! Makes a new data folder.

use std::fs::{OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::error::Error;
use crate::identity::Identity;
use crate::process;
use crate::secret::{Password, SUPERUSER};
use crate::server::Server;

/// Initialising takes one or two seconds; a slow disk under load gets two minutes.
const INITDB_TIMEOUT: Duration = Duration::from_secs(120);

/// How the folder's name begins until it is complete.
const DRAFT: &str = "pgdata.new-";

/// How the name of the password's file begins, which is there while `initdb` reads it.
const PASSWORD_FILE: &str = "initdb-password-";

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
pub(crate) async fn lasting(server: &Server<'_>, password: &Password) -> Result<(), Error> {
    let (path, major) = (server.dir.display(), server.binaries.major());
    tracing::info!(%path, postgres.major = major, "making a new database cluster");
    // A name of its own: the initdb of a start that was killed may still be writing into its draft.
    let draft = tempfile::Builder::new().prefix(DRAFT).tempdir_in(server.dir);
    let draft = draft.map_err(Error::io("make a folder in", server.dir))?.keep();
    run(server, &draft, password, "--data-checksums").await?;
    add_operator_settings(&draft, server.identity)?;
    std::fs::rename(&draft, server.pgdata()).map_err(Error::io("complete", server.pgdata()))
}

/// Makes the data folder of an ephemeral cluster, without waiting for the disk.
pub(crate) async fn ephemeral(server: &Server<'_>, password: &Password) -> Result<(), Error> {
    let pgdata = server.pgdata();
    std::fs::create_dir(&pgdata).map_err(Error::io("make", &pgdata))?;
    run(server, &pgdata, password, "--no-sync").await
}

/// Removes what killed starts left; the caller holds the start lock.
///
/// What an orphaned `initdb` still writes into resists, and is removed by a later start.
pub(crate) fn clear_drafts(dir: &Path) {
    for entry in dir.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let removed = if name.as_encoded_bytes().starts_with(DRAFT.as_bytes()) {
            std::fs::remove_dir_all(entry.path())
        } else if name.as_encoded_bytes().starts_with(PASSWORD_FILE.as_bytes()) {
            std::fs::remove_file(entry.path())
        } else {
            continue;
        };
        if let Err(error) = removed {
            tracing::debug!(path = %entry.path().display(), %error, "left for a later start");
        }
    }
}

/// Fills an empty folder in the server's home.
async fn run(server: &Server<'_>, pgdata: &Path, password: &Password, extra: &str) -> Result<(), Error> {
    std::fs::set_permissions(pgdata, Permissions::from_mode(0o700)).map_err(Error::io("close", pgdata))?;
    server.identity.own(pgdata)?;
    let password_file = handed_over(password, server)?;

    let mut failure = None;
    for locale in LOCALES {
        let mut initdb = server.identity.command(&server.binaries.program("initdb"));
        initdb.current_dir(server.dir).arg("--pgdata").arg(pgdata).arg("--pwfile").arg(password_file.path());
        initdb.arg("--username").arg(SUPERUSER).arg("--auth=scram-sha-256").arg("--no-instructions");
        initdb.arg("--encoding=UTF8").arg(format!("--locale={locale}")).arg(extra);
        match process::run(initdb, "initdb", INITDB_TIMEOUT).await {
            Err(Error::Failed { output, .. }) if output.contains("invalid locale name") => {
                failure = Some(output);
            }
            other => return other.map(drop),
        }
    }
    Err(Error::Failed { program: "initdb".to_owned(), output: failure.unwrap_or_default() })
}

/// The password in a file of the server's user, for as long as the value lives.
///
/// Arguments are visible to everybody, and another user's pipe cannot be opened by name.
fn handed_over(password: &Password, server: &Server<'_>) -> Result<NamedTempFile, Error> {
    let made = tempfile::Builder::new().prefix(PASSWORD_FILE).tempfile_in(server.dir);
    let mut file = made.map_err(Error::io("write a file in", server.dir))?;
    writeln!(file, "{}", password.expose()).map_err(Error::io("write", file.path()))?;
    server.identity.own(file.path())?;
    Ok(file)
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

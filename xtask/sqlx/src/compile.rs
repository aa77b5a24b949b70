//! One compilation of the adapter, in which sqlx's macros see a database and write down what they learn.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use kairo_local_postgres::DatabaseUrl;

use crate::error::Error;

/// What `sqlx.toml` of the adapter names, so that a `DATABASE_URL` of the shell never leads a build
/// to a database.
const URL_VARIABLE: &str = "KAIRO_SQLX_DATABASE_URL";

/// Compiles the adapter against the server; its query data land in `fresh`.
pub(crate) fn write_query_data(
    root: &Path,
    adapter: &Path,
    url: &DatabaseUrl,
    fresh: &Path,
) -> Result<(), Error> {
    // Cargo would find the adapter up to date, and the macros would not run.
    touch(&adapter.join("src/lib.rs"), fresh)?;
    let status = Command::new("cargo")
        .current_dir(root)
        .args(["check", "--package", "kairo-postgres", "--lib"])
        .env(URL_VARIABLE, url.as_str())
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", fresh)
        .status()
        .map_err(Error::Cargo)?;
    if status.success() { Ok(()) } else { Err(Error::DoesNotCompile) }
}

/// Makes the file as new as the directory, which was just made.
fn touch(file: &Path, directory: &Path) -> Result<(), Error> {
    let now = fs::metadata(directory).and_then(|data| data.modified()).map_err(Error::file(directory))?;
    let opened = File::options().append(true).open(file).map_err(Error::file(file))?;
    opened.set_modified(now).map_err(Error::file(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_changes_the_time_and_nothing_else() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let file = directory.path().join("lib.rs");
        fs::write(&file, "//! A room").expect("a writable directory");
        let old = File::options().append(true).open(&file).expect("a file");
        old.set_modified(std::time::UNIX_EPOCH).expect("a file of ours");

        touch(&file, directory.path()).expect("a file of ours");

        let modified = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
        assert_eq!(modified(&file), modified(directory.path()));
        assert_eq!(fs::read_to_string(&file).ok().as_deref(), Some("//! A room"));
    }
}

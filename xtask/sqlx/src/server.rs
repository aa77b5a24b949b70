//! A private server with the adapter's schema in it.

use std::fs;
use std::path::{Path, PathBuf};

use kairo_local_postgres::{BinarySearch, Cluster, DatabaseUrl, EphemeralOptions};
use sqlx::{Connection as _, PgConnection};

use crate::error::Error;

/// Who owns the schema; the migrations refuse to run as anybody else.
const BECOME_OWNER: &str = "SET ROLE kairo_owner";

/// Starts a server that disappears with this process.
pub(crate) async fn start(target: &Path) -> Result<Cluster, Error> {
    #[expect(clippy::disallowed_methods, reason = "a command of the project, not a part of the product")]
    let path = std::env::var_os("PATH");
    let binaries =
        BinarySearch { path, cache_dir: Some(target.join("postgresql")), ..BinarySearch::default() };
    let options = EphemeralOptions { binaries, ..EphemeralOptions::default() };
    Cluster::ephemeral(options).await.map_err(Error::Start)
}

/// Makes the roles, when the adapter brings some, and then the schema.
pub(crate) async fn make_schema(url: &DatabaseUrl, adapter: &Path) -> Result<(), Error> {
    let mut connection = PgConnection::connect(url.as_str()).await.map_err(Error::Connect)?;
    let roles = adapter.join("src/roles.sql");
    if roles.exists() {
        run(&mut connection, &roles).await?;
        sqlx::query(BECOME_OWNER).execute(&mut connection).await.map_err(refused(BECOME_OWNER))?;
    }
    for migration in migrations(&adapter.join("migrations"))? {
        run(&mut connection, &migration).await?;
    }
    connection.close().await.map_err(Error::Connect)
}

async fn run(connection: &mut PgConnection, path: &Path) -> Result<(), Error> {
    let sql = fs::read_to_string(path).map_err(Error::file(path))?;
    #[expect(
        clippy::disallowed_methods,
        reason = "a file of this repository, run on a server that nobody else sees"
    )]
    let sql = sqlx::AssertSqlSafe(sql);
    sqlx::raw_sql(sql).execute(connection).await.map_err(refused(path.display().to_string()))?;
    Ok(())
}

fn refused(what: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Error {
    let what = what.into();
    move |source| Error::Refused { what, source }
}

/// The SQL files of the directory, in the order of their names.
fn migrations(directory: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(directory).map_err(Error::file(directory))?;
    let mut found = Vec::new();
    for entry in entries {
        found.push(entry.map_err(Error::file(directory))?.path());
    }
    found.retain(|path| path.extension().is_some_and(|ending| ending == "sql"));
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_in_the_order_of_their_names() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        for name in ["0010_c.sql", "0002_b.sql", "README.md", "0001_a.sql"] {
            fs::write(directory.path().join(name), "").expect("a writable directory");
        }
        let found = migrations(directory.path()).expect("a readable directory");
        let names: Vec<_> = found.iter().filter_map(|path| path.file_name()?.to_str()).collect();
        assert_eq!(names, ["0001_a.sql", "0002_b.sql", "0010_c.sql"]);
    }

    #[test]
    fn a_missing_directory_is_named() {
        let error = migrations(Path::new("no/such/place")).expect_err("there is no such place");
        assert_eq!(error.to_string(), "cannot use no/such/place");
    }
}

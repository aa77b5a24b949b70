//! The server on which test databases are made.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};

use kairo_local_postgres::{BinarySearch, Cluster, EphemeralOptions};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Error, Executor};
use testcontainers::{ContainerAsync, GenericImage};
use tokio::sync::OnceCell;

use super::docker;

/// How long what a killed test left on somebody's server stays there.
const LEFT_OVER_AFTER_SECONDS: i64 = 24 * 60 * 60;

/// A running server, and a login that may create databases on it.
pub(super) struct Server {
    admin_url: String,
    // Kept for as long as the process runs.
    _keep: Keep,
}

#[expect(clippy::large_enum_variant, reason = "there is one per process")]
enum Keep {
    Nothing,
    Cluster { _cluster: Cluster },
    Container { _container: ContainerAsync<GenericImage> },
}

/// The server of this test process.
pub(super) async fn server() -> &'static Server {
    static SERVER: OnceCell<Server> = OnceCell::const_new();
    SERVER.get_or_init(Server::start).await
}

impl Server {
    async fn start() -> Self {
        if variable("KAIRO_TEST_POSTGRES").as_deref() == Some("docker") {
            let image = variable("KAIRO_TEST_POSTGRES_IMAGE").unwrap_or_else(|| "postgres:15".to_owned());
            let started = docker::start(&image).await;
            let (container, admin_url) = started.unwrap_or_else(|sentence| panic!("{sentence}"));
            Self { admin_url, _keep: Keep::Container { _container: container } }
        } else if let Some(admin_url) = variable("DATABASE_URL") {
            let server = Self { admin_url, _keep: Keep::Nothing };
            server.sweep().await;
            server
        } else {
            let binaries = BinarySearch { path: variable("PATH").map(Into::into), ..BinarySearch::default() };
            let options = EphemeralOptions { binaries, ..EphemeralOptions::default() };
            let cluster = Cluster::ephemeral(options).await.unwrap_or_else(|error| {
                panic!(
                    "no PostgreSQL for tests: install its server, set DATABASE_URL, or set \
                     KAIRO_TEST_POSTGRES=docker: {error}"
                )
            });
            Self {
                admin_url: cluster.url("postgres").as_str().to_owned(),
                _keep: Keep::Cluster { _cluster: cluster },
            }
        }
    }

    /// The URL of another database of the server.
    pub(super) fn url(&self, database: &str) -> String {
        with_database(&self.admin_url, database)
    }

    /// Makes a database out of another, and tells its name.
    pub(super) async fn create_database(&self, template: &str) -> String {
        let mut connection = self.connect().await;
        let now: i64 = sqlx::query_scalar("SELECT extract(epoch FROM now())::bigint")
            .fetch_one(&mut connection)
            .await
            .unwrap();
        let name = format!("kairo_test_{now}_{:016x}", random());
        let strategy = if template == "template0" { "" } else { "STRATEGY file_copy" };
        let statement = format!("CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8' {strategy}");
        execute(&mut connection, statement).await.unwrap_or_else(|error| {
            panic!("the login for tests has to be allowed to create databases: {error}")
        });
        let _ = connection.close().await;
        name
    }

    /// Keeps everybody out of a database, so that it can be cloned.
    pub(super) async fn close_database(&self, name: &str) {
        let mut connection = self.connect().await;
        execute(&mut connection, format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).await.unwrap();
        sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1")
            .bind(name)
            .execute(&mut connection)
            .await
            .unwrap();
        let _ = connection.close().await;
    }

    /// Drops a database, from a thread that has no runtime.
    pub(super) fn drop_database(&self, name: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = self.connect().await;
            // The pool of the test may still be open.
            execute(&mut connection, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await.unwrap();
            let _ = connection.close().await;
        });
    }

    /// Drops what earlier tests left behind.
    async fn sweep(&self) {
        let mut connection = self.connect().await;
        let left_over: Vec<String> = sqlx::query_scalar(
            "SELECT datname::text FROM pg_database
              WHERE datname ~ '^kairo_test_[0-9]{1,12}_[0-9a-f]{16}$'
                AND split_part(datname, '_', 3)::bigint < extract(epoch FROM now())::bigint - $1
                AND datname NOT IN (SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL)",
        )
        .bind(LEFT_OVER_AFTER_SECONDS)
        .fetch_all(&mut connection)
        .await
        .unwrap();
        for name in left_over {
            // Another test process may be sweeping as well, or the database be somebody else's.
            let _ = execute(&mut connection, format!("DROP DATABASE IF EXISTS {name}")).await;
        }
        let _ = connection.close().await;
    }

    async fn connect(&self) -> PgConnection {
        // One connection for each call: tests have runtimes of their own, and a pool belongs to one runtime.
        PgConnection::connect(&self.admin_url)
            .await
            .unwrap_or_else(|error| panic!("the PostgreSQL server for tests does not answer: {error}"))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The URL holds a password.
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

/// Runs a statement that takes names where PostgreSQL takes no parameters.
pub(super) async fn execute(connection: &mut PgConnection, statement: String) -> Result<(), Error> {
    #[expect(clippy::disallowed_methods, reason = "the names are our own: letters, digits and underscores")]
    let statement = AssertSqlSafe(statement);
    connection.execute(statement).await.map(drop)
}

/// The same URL with another database.
fn with_database(url: &str, database: &str) -> String {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let authority_from = address.find("://").map_or(0, |at| at + 3);
    let authority_to = address[authority_from..].find('/').map_or(address.len(), |at| authority_from + at);
    let separator = if parameters.is_empty() { "" } else { "?" };
    format!("{}/{database}{separator}{parameters}", &address[..authority_to])
}

/// Differs from call to call and from process to process.
pub(super) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are configured by the environment, and have no app to read it"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        for (url, expected) in [
            ("postgres://u:p@h:5432/app", "postgres://u:p@h:5432/x"),
            ("postgres://u:p@h", "postgres://u:p@h/x"),
            ("postgres://h/app?sslmode=disable", "postgres://h/x?sslmode=disable"),
            ("postgres:///app?host=/run/pg", "postgres:///x?host=/run/pg"),
        ] {
            assert_eq!(with_database(url, "x"), expected);
        }
    }
}

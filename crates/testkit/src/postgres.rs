//! Databases for one test each.
//!
//! Where they come from, in this order:
//! 1. `KAIRO_TEST_POSTGRES=docker`: a container of the image `KAIRO_TEST_POSTGRES_IMAGE`, else `postgres:15`;
//! 2. `DATABASE_URL`: a server whose login there may create databases and roles; the database it names stays as
//!    it is;
//! 3. the server binaries of this machine, in a temporary folder.
//!
//! A server is started once per test process; every test gets a database of its own, dropped when the test ends.
//! What killed tests leave on a server that was given is removed by the first test a day later.

mod docker;
mod server;

use tokio::sync::OnceCell;

use server::{Server, server};

/// A database that is dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
    server: &'static Server,
}

impl TestDatabase {
    /// The URL of the database, for the login that owns it.
    pub fn url(&self) -> &str {
        &self.url
    }

    async fn create(server: &'static Server, template: &str) -> Self {
        let name = server.create_database(template).await;
        Self { url: server.url(&name), name, server }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server, std::mem::take(&mut self.name));
        // A thread of its own: the test's runtime is busy with this very drop. Joined, or the end of the process
        // would be faster.
        let dropping = std::thread::spawn(move || server.drop_database(&name));
        if dropping.join().is_err() {
            eprintln!("a test database was not dropped");
        }
    }
}

/// A fresh, empty database.
///
/// # Panics
/// When there is no PostgreSQL to be had; the message says what was tried.
pub async fn ephemeral_database() -> TestDatabase {
    TestDatabase::create(server().await, "template0").await
}

/// A database that is prepared once per test process and cloned for each test.
///
/// ```no_run
/// use kairo_testkit::postgres::{TemplateDatabase, TestDatabase};
///
/// static MIGRATED: TemplateDatabase = TemplateDatabase::new();
///
/// # async fn migrate(url: &str) {}
/// async fn migrated_database() -> TestDatabase {
///     MIGRATED.cloned(async |url| migrate(url).await).await
/// }
/// ```
#[derive(Debug)]
pub struct TemplateDatabase {
    name: OnceCell<String>,
}

impl TemplateDatabase {
    /// A template that nobody has prepared yet.
    pub const fn new() -> Self {
        Self { name: OnceCell::const_new() }
    }

    /// A clone of the template, which the first caller prepares.
    ///
    /// Rows, tables and what is granted on them are cloned; what is set or granted on the database itself
    /// (`ALTER DATABASE … SET`, `GRANT … ON DATABASE`) is not.
    ///
    /// # Panics
    /// When there is no PostgreSQL to be had, or preparing the template panics.
    pub async fn cloned(&self, prepare: impl AsyncFnOnce(&str)) -> TestDatabase {
        let server = server().await;
        let prepared = async || {
            let name = server.create_database("template0").await;
            prepare(&server.url(&name)).await;
            server.close_database(&name).await;
            name
        };
        TestDatabase::create(server, self.name.get_or_init(prepared).await).await
    }
}

impl Default for TemplateDatabase {
    fn default() -> Self {
        Self::new()
    }
}

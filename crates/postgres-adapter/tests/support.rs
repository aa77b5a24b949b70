//! Databases for one test each.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Actor, Job};
use kairo_ports::{Store, StoreError, UnitOfWork};
use kairo_postgres::{PgOptions, PgStore, migrate};
use kairo_testkit::postgres::{TemplateDatabase, TestDatabase};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

static MIGRATED: TemplateDatabase = TemplateDatabase::new();

pub(crate) async fn migrated_database() -> TestDatabase {
    let prepare = async |url: &str| {
        migrate(url).await.unwrap();
    };
    MIGRATED.cloned(prepare).await
}

/// A store together with its database, which is dropped with it.
pub(crate) struct FreshStore {
    store: PgStore,
    database: TestDatabase,
}

pub(crate) async fn fresh_store() -> FreshStore {
    let database = migrated_database().await;
    FreshStore { store: store_of(&database).await, database }
}

impl FreshStore {
    pub(crate) fn url(&self) -> &str {
        self.database.url()
    }

    /// Takes the jobs that are due, as a worker that is done with them at once.
    pub(crate) async fn deliver(&self, now: DateTime<Utc>) -> Vec<Job> {
        let mut connection = connect(self.database.url()).await;
        let rows: Vec<(String, Value)> = sqlx::query_as(
            "WITH gone AS (DELETE FROM graphile_worker._private_jobs WHERE is_available AND run_at <= $1 RETURNING *)
             SELECT identifier, payload FROM gone JOIN graphile_worker._private_tasks AS tasks ON tasks.id = task_id
              ORDER BY run_at, gone.id",
        )
        .bind(now)
        .fetch_all(&mut connection)
        .await
        .unwrap();
        rows.iter().map(|(task, payload)| Job::parse(task, payload).unwrap()).collect()
    }
}

impl std::ops::Deref for FreshStore {
    type Target = PgStore;

    fn deref(&self) -> &PgStore {
        &self.store
    }
}

#[async_trait]
impl Store for FreshStore {
    async fn begin(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        self.store.begin(actor).await
    }

    async fn begin_read(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        self.store.begin_read(actor).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.store.ready().await
    }
}

pub(crate) async fn store_of(database: &TestDatabase) -> PgStore {
    PgStore::connect(PgOptions::new(database.url())).await.unwrap()
}

/// A connection as the login.
pub(crate) async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

/// A connection as the owner of everything in a migrated database.
pub(crate) async fn connect_owner(database: &TestDatabase) -> PgConnection {
    let mut connection = connect(database.url()).await;
    execute(&mut connection, "SET ROLE kairo_owner").await;
    connection
}

pub(crate) async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// Waits until a condition holds, and not for ever.
pub(crate) async fn until(connection: &mut PgConnection, condition: &str) {
    for _ in 0..1_000 {
        let sql = AssertSqlSafe(format!("SELECT {condition}"));
        if sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("it never came true that {condition}");
}

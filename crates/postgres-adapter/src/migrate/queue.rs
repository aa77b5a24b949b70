use graphile_worker_migrations::sql::GRAPHILE_WORKER_MIGRATIONS;
use kairo_domain::Job;
use sqlx::PgConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::{ATTEMPTS, MigrateError, is_passing_code, pause};

const SCHEMA: &str = "graphile_worker";

/// How far the job queue is installed, and how far this program wants it. It has migrations of its own, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueStatus {
    /// The last migration that was applied; 0 when there is none.
    pub applied: u32,
    /// The last one that this program knows.
    pub known: u32,
}

impl QueueStatus {
    /// How many migrations the next `migrate` would apply.
    pub const fn pending(self) -> u32 {
        self.known.saturating_sub(self.applied)
    }
}

/// Installs the queue or brings it up to date, as its owner, and tells how many of its migrations that took. The
/// migration lock is held by the connection given; the queue's own migrations want a pool.
pub(super) async fn install(
    connection: &mut PgConnection,
    connect: &PgConnectOptions,
) -> Result<u32, MigrateError> {
    let before = applied(connection).await.map_err(MigrateError::Connection)?;
    let status = QueueStatus { applied: before, known: known() };
    let mut attempt = 1;
    while status.pending() > 0 {
        match run(connect).await {
            Err(error) if attempt < ATTEMPTS && is_passing(&error) => pause(&mut attempt, &error).await,
            Err(error) => return Err(MigrateError::Queue(error.into())),
            Ok(()) => break,
        }
    }
    name_tasks(connection).await.map_err(|error| MigrateError::Queue(error.into()))?;
    index(connection).await.map_err(|error| MigrateError::Queue(error.into()))?;
    Ok(status.pending())
}

/// Two units that name a kind of job for the first time would wait for each other.
async fn name_tasks(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query(
        "/* kairo:queue.name_tasks */ INSERT INTO graphile_worker._private_tasks (identifier)
         SELECT name FROM unnest($1::text[]) AS name
          WHERE name NOT IN (SELECT identifier FROM graphile_worker._private_tasks)",
    )
    .bind(&Job::TASKS[..])
    .execute(connection)
    .await?;
    Ok(())
}

/// The queue looks for what is due by priority first, and for what workers hold in all that there is: both would read every
/// job that waits for a later instant, and cost more with every run that waits.
async fn index(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "/* kairo:queue.index */ DO $$
         BEGIN
           SET LOCAL ROLE kairo_queue;
           CREATE INDEX IF NOT EXISTS kairo_jobs_due ON graphile_worker._private_jobs (run_at) WHERE is_available;
           CREATE INDEX IF NOT EXISTS kairo_jobs_held ON graphile_worker._private_jobs (locked_by)
             WHERE locked_by IS NOT NULL;
         END
         $$",
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn run(connect: &PgConnectOptions) -> Result<(), graphile_worker_migrations::MigrateError> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|connection, _| Box::pin(prepare(connection)))
        .connect_lazy_with(connect.clone());
    let done = graphile_worker_migrations::migrate(&pool, SCHEMA).await;
    pool.close().await;
    done
}

/// The list of migrations is made here: the queue would make it together with the schema, and asks for the right to make
/// schemas even where there is one.
async fn prepare(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(
        "SET ROLE kairo_queue; SET client_min_messages = warning;
         CREATE TABLE IF NOT EXISTS graphile_worker.migrations (
           id integer PRIMARY KEY, ts timestamptz NOT NULL DEFAULT now(), breaking boolean NOT NULL DEFAULT false)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How far the queue is installed, as the owner of everything or the queue's sees it.
pub(super) async fn applied(connection: &mut PgConnection) -> Result<u32, sqlx::Error> {
    let there: bool = sqlx::query_scalar(
        "/* kairo:queue.applied */ SELECT count(*) > 0 FROM pg_tables
          WHERE schemaname = 'graphile_worker' AND tablename = 'migrations'",
    )
    .fetch_one(&mut *connection)
    .await?;
    if !there {
        return Ok(0);
    }
    let last: i32 = sqlx::query_scalar(
        "/* kairo:queue.applied */ SELECT coalesce(max(id), 0) FROM graphile_worker.migrations",
    )
    .fetch_one(connection)
    .await?;
    Ok(u32::try_from(last).unwrap_or(0))
}

/// The last of the queue's migrations that this program knows.
pub(super) fn known() -> u32 {
    GRAPHILE_WORKER_MIGRATIONS.iter().map(|migration| migration.migration_number()).max().unwrap_or(0)
}

fn is_passing(error: &graphile_worker_migrations::MigrateError) -> bool {
    match error {
        graphile_worker_migrations::MigrateError::SqlError(said) => {
            said.code().is_some_and(|code| is_passing_code(code, &said.to_string()))
        }
        _ => false,
    }
}

//! Brings a database to the shape this program needs: roles, tables, row-level security.
//!
//! Everything runs on one connection of its own, which is closed at the end. That is why a session-level advisory
//! lock is right here, although the store itself uses none: nobody else ever holds this connection, and however this
//! ends, the lock goes with it.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};

use crate::rls;

mod queue;
mod status;

pub use queue::QueueStatus;
pub use status::{MigrationState, MigrationStatus, queue_status, status};

static MIGRATIONS: Migrator = sqlx::migrate!();
const ROLES: &str = include_str!("roles.sql");

/// How long one process waits for another that is migrating.
const PATIENCE: Duration = Duration::from_secs(600);
const POLL: Duration = Duration::from_millis(100);
/// A migration that queues behind a long reader makes everybody queue behind it, so it gives up soon, and tries again.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// What [`migrate`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The versions of the migrations that were applied, in order; none when the tables were up to date.
    pub applied: Vec<i64>,
    /// How many migrations of the job queue's own were applied.
    pub queue_applied: u32,
    /// Whether the policies and grants were rendered differently than those in the database, and applied.
    pub policies_applied: bool,
}

/// Why a database was not migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The URL is none of PostgreSQL.
    #[error("the database URL cannot be read")]
    Url(#[source] sqlx::Error),
    /// There is no connection, or it broke.
    #[error("the database cannot be reached")]
    Connection(#[source] sqlx::Error),
    /// The cluster's roles were not made.
    #[error("the roles could not be made")]
    Roles(#[source] sqlx::Error),
    /// Another process is migrating and does not come to an end.
    #[error("another process has been migrating this database for {} minutes", PATIENCE.as_secs() / 60)]
    Locked,
    /// A migration failed, or the database knows a migration that this program does not.
    #[error("the tables could not be migrated")]
    Tables(#[source] sqlx::migrate::MigrateError),
    /// The job queue was not installed.
    #[error("the job queue could not be installed")]
    Queue(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The policies and grants were not applied.
    #[error("the policies could not be applied")]
    Policies(#[source] sqlx::Error),
}

/// Makes the roles, installs the job queue, applies every pending migration, and applies the policies when they changed.
///
/// Any number of processes may do this at once, on one or on several databases of a cluster. The login must be a
/// superuser, or own the database and have CREATEROLE.
///
/// # Errors
/// [`MigrateError`]; what was applied before it stays applied.
pub async fn migrate(url: &str) -> Result<Report, MigrateError> {
    let options = options(url)?;
    let mut connection = options.connect().await.map_err(MigrateError::Connection)?;
    let report = migrate_on(&mut connection, &options).await;
    // The lock ends with the session; a server that does not hear of the end notices it by itself.
    let _ = connection.close().await;
    report
}

async fn migrate_on(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
) -> Result<Report, MigrateError> {
    lock(connection).await?;
    make_roles(connection).await?;
    become_owner(connection).await?;
    // First: our own migrations make the queue's door.
    let queue_applied = queue::install(connection, options).await?;
    let applied = apply_migrations(connection).await?;
    let policies_applied = apply_policies(connection).await?;
    tracing::info!(
        migrations.applied = applied.len(),
        queue.applied = queue_applied,
        policies.applied = policies_applied,
        "database is ready"
    );
    Ok(Report { applied, queue_applied, policies_applied })
}

/// Opens the connection of its own.
async fn connect(url: &str) -> Result<PgConnection, MigrateError> {
    options(url)?.connect().await.map_err(MigrateError::Connection)
}

fn options(url: &str) -> Result<PgConnectOptions, MigrateError> {
    let options = PgConnectOptions::from_str(url).map_err(MigrateError::Url)?;
    Ok(options.application_name("kairo migrate").options([
        ("statement_timeout", "0"),
        ("lock_timeout", "2s"),
        ("idle_in_transaction_session_timeout", "0"),
        ("search_path", "public"),
    ]))
}

/// Waits by asking again and again: who waits inside the server holds a snapshot, and CREATE INDEX CONCURRENTLY in the
/// process that migrates would wait for that snapshot for ever.
async fn lock(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let mut waited = Duration::ZERO;
    loop {
        let held: bool = sqlx::query_scalar(
            "/* kairo:migrate.lock */ SELECT pg_try_advisory_lock(hashtextextended('kairo.migrate', 0))",
        )
        .fetch_one(&mut *connection)
        .await
        .map_err(MigrateError::Connection)?;
        if held {
            return Ok(());
        }
        if waited >= PATIENCE {
            return Err(MigrateError::Locked);
        }
        if waited.is_zero() {
            tracing::info!("waiting for another process that is migrating the database");
        }
        tokio::time::sleep(POLL).await;
        waited += POLL;
    }
}

async fn make_roles(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let mut attempt = 1;
    loop {
        match sqlx::raw_sql(ROLES).execute(&mut *connection).await {
            Err(error) if attempt < ATTEMPTS && is_passing(&error) => pause(&mut attempt, &error).await,
            other => return other.map(|_| ()).map_err(MigrateError::Roles),
        }
    }
}

/// Everything in the database belongs to one role without a login, whoever migrates it.
async fn become_owner(connection: &mut PgConnection) -> Result<(), MigrateError> {
    let set = sqlx::raw_sql("SET ROLE kairo_owner").execute(connection).await;
    set.map(|_| ()).map_err(MigrateError::Roles)
}

async fn apply_migrations(connection: &mut PgConnection) -> Result<Vec<i64>, MigrateError> {
    let before = status::applied(connection).await.map_err(MigrateError::Connection)?;
    let mut attempt = 1;
    loop {
        // Our own lock is held already.
        let run =
            Migrator { locking: false, ..borrowed(&MIGRATIONS) }.run_direct(None, connection, false).await;
        match run {
            Ok(()) => break,
            Err(error) => match cause(&error) {
                Some(why) if attempt < ATTEMPTS && is_passing(why) => pause(&mut attempt, why).await,
                _ => return Err(MigrateError::Tables(error)),
            },
        }
    }
    let known = MIGRATIONS.iter().map(|migration| migration.version);
    let applied: Vec<i64> = known.filter(|version| !before.contains_key(version)).collect();
    for version in &applied {
        tracing::info!(migration.version = version, "migration applied");
    }
    Ok(applied)
}

async fn apply_policies(connection: &mut PgConnection) -> Result<bool, MigrateError> {
    let mut attempt = 1;
    loop {
        match rls::apply(connection).await {
            Err(error) if attempt < ATTEMPTS && is_passing(&error) => pause(&mut attempt, &error).await,
            other => return other.map_err(MigrateError::Policies),
        }
    }
}

fn borrowed(migrator: &'static Migrator) -> Migrator {
    Migrator {
        migrations: std::borrow::Cow::Borrowed(&migrator.migrations),
        table_name: migrator.table_name.clone(),
        create_schemas: migrator.create_schemas.clone(),
        ..*migrator
    }
}

fn cause(error: &sqlx::migrate::MigrateError) -> Option<&sqlx::Error> {
    match error {
        sqlx::migrate::MigrateError::Execute(error)
        | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => Some(error),
        _ => None,
    }
}

/// Whether the same statement may succeed a moment later: a lock was not to be had, or somebody changed the same row
/// of a catalog.
fn is_passing(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|said| said.code().is_some_and(|code| is_passing_code(&code, said.message())))
}

fn is_passing_code(code: &str, message: &str) -> bool {
    match code {
        "55P03" | "40001" | "40P01" => true,
        "XX000" => message.contains("tuple concurrently"),
        _ => false,
    }
}

async fn pause(attempt: &mut u32, error: &impl std::fmt::Display) {
    tracing::info!(%error, attempt, "in the way of somebody else, trying again");
    tokio::time::sleep(PAUSE).await;
    *attempt += 1;
}

/// The migrations this program was built with, as versions and checksums.
pub(crate) fn expected() -> Vec<(i64, Vec<u8>)> {
    MIGRATIONS.iter().map(|migration| (migration.version, migration.checksum.to_vec())).collect()
}

use std::collections::BTreeMap;

use sqlx::{Connection, PgConnection};

use super::{MIGRATIONS, MigrateError, QueueStatus, connect, queue};

/// Where a migration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MigrationState {
    /// Applied.
    Applied,
    /// To be applied by the next `migrate`.
    Pending,
    /// Applied, but with another text than this program has: `migrate` refuses to go on.
    Altered,
    /// Applied, but unknown to this program: the database belongs to a newer one.
    Unknown,
}

/// A migration and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationStatus {
    /// Its number.
    pub version: i64,
    /// What it does, as its file says.
    pub description: String,
    /// Where it stands.
    pub state: MigrationState,
}

/// Where every migration stands, in order; changes nothing. The pending ones are what `migrate` would apply.
///
/// # Errors
/// [`MigrateError`] when the database cannot be read.
pub async fn status(url: &str) -> Result<Vec<MigrationStatus>, MigrateError> {
    let mut connection = connect(url).await?;
    let applied = match become_owner_if_there(&mut connection).await {
        Ok(true) => applied(&mut connection).await,
        Ok(false) => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    };
    let _ = connection.close().await;
    applied.map(|applied| compare(&applied)).map_err(MigrateError::Connection)
}

/// How far the job queue is installed; changes nothing.
///
/// # Errors
/// [`MigrateError`] when the database cannot be read.
pub async fn queue_status(url: &str) -> Result<QueueStatus, MigrateError> {
    let mut connection = connect(url).await?;
    let applied = match become_owner_if_there(&mut connection).await {
        Ok(true) => queue::applied(&mut connection).await,
        Ok(false) => Ok(0),
        Err(error) => Err(error),
    };
    let _ = connection.close().await;
    let applied = applied.map_err(MigrateError::Connection)?;
    Ok(QueueStatus { applied, known: queue::known() })
}

/// The versions in the database, with the checksums of their texts.
pub(super) async fn applied(connection: &mut PgConnection) -> Result<BTreeMap<i64, Vec<u8>>, sqlx::Error> {
    let there: bool = sqlx::query_scalar(
        "/* kairo:status.applied */ SELECT count(*) > 0 FROM pg_tables
          WHERE schemaname = 'kairo' AND tablename = 'migrations'",
    )
    .fetch_one(&mut *connection)
    .await?;
    if !there {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "/* kairo:status.applied */ SELECT version, checksum FROM kairo.migrations WHERE success ORDER BY version",
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Only the owner may look at the list of migrations.
async fn become_owner_if_there(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let there: bool = sqlx::query_scalar(
        "/* kairo:status.become_owner_if_there */ SELECT count(*) > 0 FROM pg_roles
          WHERE rolname = 'kairo_owner' AND pg_has_role(oid, 'MEMBER')",
    )
    .fetch_one(&mut *connection)
    .await?;
    if there {
        sqlx::raw_sql("SET ROLE kairo_owner").execute(connection).await?;
    }
    Ok(there)
}

fn compare(applied: &BTreeMap<i64, Vec<u8>>) -> Vec<MigrationStatus> {
    let known = MIGRATIONS.iter().map(|migration| {
        let state = match applied.get(&migration.version) {
            None => MigrationState::Pending,
            Some(checksum) if checksum[..] == migration.checksum[..] => MigrationState::Applied,
            Some(_) => MigrationState::Altered,
        };
        MigrationStatus { version: migration.version, description: migration.description.to_string(), state }
    });
    let unknown = applied.keys().filter(|version| !MIGRATIONS.version_exists(**version)).map(|version| {
        MigrationStatus { version: *version, description: String::new(), state: MigrationState::Unknown }
    });
    let mut all: Vec<_> = known.chain(unknown).collect();
    all.sort_by_key(|status| status.version);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_database_has_everything_before_it() {
        let all = compare(&BTreeMap::new());
        assert!(all.len() >= 7);
        assert!(all.iter().all(|status| status.state == MigrationState::Pending));
        assert_eq!(all[0].description, "enums and tables");
    }

    #[test]
    fn a_changed_and_an_unknown_migration_are_told_apart() {
        let applied = BTreeMap::from([(1, vec![0]), (999, vec![0])]);
        let all = compare(&applied);
        assert_eq!(all[0].state, MigrationState::Altered);
        assert_eq!(all[all.len() - 1].state, MigrationState::Unknown);
    }
}

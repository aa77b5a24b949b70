use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Attempts, TokenDigest};
use kairo_ports::{AttemptLog, StoreError};

use crate::unit_of_work::{Access, PgUnitOfWork};

#[async_trait]
impl AttemptLog for PgUnitOfWork {
    async fn of(&mut self, keys: &[TokenDigest]) -> Result<Vec<Option<Attempts>>, StoreError> {
        self.demand_system()?;
        if self.access == Access::ReadWrite {
            self.hold(keys).await?;
        }
        let (statements, connection) = self.parts();
        let rows = sqlx::query!(
            r#"/* kairo:attempts.of */ SELECT key, failures, last_at FROM kairo.attempts WHERE key = ANY($1)"#,
            &texts(keys),
        )
        .fetch_all(connection);
        let rows = statements.run(rows).await?;
        let of = |key: &TokenDigest| {
            let row = rows.iter().find(|row| row.key == key.as_str())?;
            let failures = u32::try_from(row.failures).unwrap_or(u32::MAX);
            Some(Attempts { failures, last_at: row.last_at })
        };
        Ok(keys.iter().map(of).collect())
    }

    async fn failed(&mut self, keys: &[TokenDigest], at: DateTime<Utc>) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        // In the order of the keys, so that two units that count the same ones wait for each other and never in a circle.
        let insert = sqlx::query!(
            r#"/* kairo:attempts.failed */ INSERT INTO kairo.attempts AS known (key, failures, last_at)
               SELECT key, count(*), $2 FROM unnest($1::text[]) AS key GROUP BY key ORDER BY key
               ON CONFLICT (key) DO UPDATE SET last_at = excluded.last_at,
                 failures = CASE WHEN known.last_at > $3 THEN known.failures ELSE 0 END + excluded.failures"#,
            &texts(keys),
            at,
            at - Attempts::FORGOTTEN_AFTER,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn take_back(&mut self, keys: &[TokenDigest]) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        // In the order of the keys, as they are counted.
        let update = sqlx::query!(
            r#"/* kairo:attempts.take_back */
               WITH held AS MATERIALIZED (
                 SELECT known.key, known.failures - array_length(array_positions($1::text[], known.key), 1) AS failures
                   FROM kairo.attempts AS known WHERE known.key = ANY($1) ORDER BY known.key FOR UPDATE),
               gone AS (
                 DELETE FROM kairo.attempts AS known USING held WHERE known.key = held.key AND held.failures < 1)
               UPDATE kairo.attempts AS known SET failures = held.failures FROM held
                WHERE known.key = held.key AND held.failures >= 1"#,
            &texts(keys),
        )
        .execute(connection);
        statements.run(update).await.map(|_| ())
    }

    async fn forget(&mut self, key: &TokenDigest) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let delete = sqlx::query!(
            r#"/* kairo:attempts.forget */ DELETE FROM kairo.attempts WHERE key = $1"#,
            key.as_str(),
        )
        .execute(connection);
        statements.run(delete).await.map(|_| ())
    }
}

impl PgUnitOfWork {
    /// Holds keys against other units that write, until this one ends. A row to lock may not be there yet.
    async fn hold(&mut self, keys: &[TokenDigest]) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        // In the order of their numbers, so that two units never wait for each other in a circle. A statement of its own,
        // since a statement that waits does not see what was committed meanwhile.
        let lock = sqlx::query!(
            r#"/* kairo:attempts.hold */ SELECT pg_advisory_xact_lock(number) AS "held" FROM (
                 SELECT DISTINCT hashtextextended('kairo.attempts:' || key, 0) AS number FROM unnest($1::text[]) AS key
                  ORDER BY number) AS numbers"#,
            &texts(keys),
        )
        .fetch_all(connection);
        statements.run(lock).await.map(|_| ())
    }
}

fn texts(keys: &[TokenDigest]) -> Vec<String> {
    keys.iter().map(|key| key.as_str().to_owned()).collect()
}

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Attempts, TokenDigest};
use kairo_ports::{AttemptLog, StoreError};

use crate::unit_of_work::PgUnitOfWork;

#[async_trait]
impl AttemptLog for PgUnitOfWork {
    async fn of(&mut self, keys: &[TokenDigest]) -> Result<Vec<Option<Attempts>>, StoreError> {
        self.demand_system()?;
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

fn texts(keys: &[TokenDigest]) -> Vec<String> {
    keys.iter().map(|key| key.as_str().to_owned()).collect()
}

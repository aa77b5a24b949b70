use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Redacted, SecondFactor, TokenDigest, UserId};
use kairo_ports::{SecondFactorRepository, StoreError};
use uuid::Uuid;

use crate::row::Place;
use crate::unit_of_work::{Access, PgUnitOfWork};

/// A row of `kairo.second_factors`.
struct FactorRow {
    user_id: Uuid,
    sealed_secret: String,
    created_at: DateTime<Utc>,
    confirmed_at: Option<DateTime<Utc>>,
    last_step: Option<i64>,
    recovery: Vec<String>,
}

impl TryFrom<FactorRow> for SecondFactor {
    type Error = StoreError;

    fn try_from(row: FactorRow) -> Result<Self, StoreError> {
        let place = Place { table: "second_factors", id: row.user_id };
        let recovery: Result<_, _> = row.recovery.iter().map(|digest| TokenDigest::parse(digest)).collect();
        Ok(Self {
            user: UserId::from_uuid(row.user_id),
            sealed_secret: Redacted::new(row.sealed_secret),
            created_at: row.created_at,
            confirmed_at: row.confirmed_at,
            last_step: row.last_step,
            recovery: place.held("recovery", recovery)?,
        })
    }
}

#[async_trait]
impl SecondFactorRepository for PgUnitOfWork {
    async fn get(&mut self, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
        self.demand_system()?;
        let access = self.access;
        let (statements, connection) = self.parts();
        let row = match access {
            Access::ReadWrite => {
                let row = sqlx::query_as!(
                    FactorRow,
                    r#"/* kairo:second_factors.get */ SELECT user_id, sealed_secret, created_at, confirmed_at, last_step,
                         recovery
                       FROM kairo.second_factors WHERE user_id = $1 FOR UPDATE"#,
                    user.uuid(),
                );
                statements.run(row.fetch_optional(connection)).await?
            }
            // A unit that only reads may not lock, and takes no code.
            Access::ReadOnly => {
                let row = sqlx::query_as!(
                    FactorRow,
                    r#"/* kairo:second_factors.get */ SELECT user_id, sealed_secret, created_at, confirmed_at, last_step,
                         recovery
                       FROM kairo.second_factors WHERE user_id = $1"#,
                    user.uuid(),
                );
                statements.run(row.fetch_optional(connection)).await?
            }
        };
        row.map(SecondFactor::try_from).transpose()
    }

    async fn put(&mut self, factor: &SecondFactor) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let recovery: Vec<String> = factor.recovery.iter().map(|digest| digest.as_str().to_owned()).collect();
        let insert = sqlx::query!(
            r#"/* kairo:second_factors.put */ INSERT INTO kairo.second_factors
                 (user_id, sealed_secret, created_at, confirmed_at, last_step, recovery)
               VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret,
                 created_at = excluded.created_at, confirmed_at = excluded.confirmed_at,
                 last_step = excluded.last_step, recovery = excluded.recovery"#,
            factor.user.uuid(),
            factor.sealed_secret.expose(),
            factor.created_at,
            factor.confirmed_at,
            factor.last_step,
            &recovery,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn remove(&mut self, user: UserId) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let delete = sqlx::query!(
            r#"/* kairo:second_factors.remove */ DELETE FROM kairo.second_factors WHERE user_id = $1"#,
            user.uuid(),
        )
        .execute(connection);
        statements.run(delete).await.map(|_| ())
    }

    async fn after(&mut self, user: Option<UserId>, limit: u16) -> Result<Vec<SecondFactor>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            FactorRow,
            r#"/* kairo:second_factors.after */ SELECT user_id, sealed_secret, created_at, confirmed_at, last_step,
                 recovery
               FROM kairo.second_factors WHERE user_id > $1 ORDER BY user_id LIMIT $2"#,
            user.map_or(Uuid::nil(), UserId::uuid),
            i64::from(limit),
        )
        .fetch_all(connection);
        statements.run(rows).await?.into_iter().map(SecondFactor::try_from).collect()
    }
}

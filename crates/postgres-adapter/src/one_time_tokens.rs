use async_trait::async_trait;
use kairo_domain::{OneTimeToken, Purpose, TokenDigest};
use kairo_ports::{OneTimeTokens, StoreError};

use crate::row::Place;
use crate::unit_of_work::PgUnitOfWork;

#[async_trait]
impl OneTimeTokens for PgUnitOfWork {
    async fn find(&mut self, digest: &TokenDigest) -> Result<Option<OneTimeToken>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let row = sqlx::query!(
            r#"/* kairo:one_time_tokens.find */ SELECT purpose, subject, created_at, expires_at
               FROM kairo.one_time_tokens WHERE digest = $1"#,
            digest.as_str(),
        )
        .fetch_optional(connection);
        let Some(row) = statements.run(row).await? else { return Ok(None) };
        let place = Place { table: "one_time_tokens", id: row.subject };
        Ok(Some(OneTimeToken {
            digest: digest.clone(),
            purpose: place.word("purpose", Purpose::named(&row.purpose, row.subject))?,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }))
    }

    async fn add(&mut self, token: &OneTimeToken) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:one_time_tokens.add */ INSERT INTO kairo.one_time_tokens
                 (digest, purpose, subject, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5)"#,
            token.digest.as_str(),
            token.purpose.word(),
            token.purpose.subject(),
            token.created_at,
            token.expires_at,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn take(&mut self, digest: &TokenDigest) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let delete = sqlx::query!(
            r#"/* kairo:one_time_tokens.take */ DELETE FROM kairo.one_time_tokens WHERE digest = $1"#,
            digest.as_str(),
        )
        .execute(connection);
        let rows = statements.run(delete).await?.rows_affected();
        statements.met_one(rows)
    }

    async fn discard(&mut self, purpose: Purpose) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let delete = sqlx::query!(
            r#"/* kairo:one_time_tokens.discard */ DELETE FROM kairo.one_time_tokens
               WHERE subject = $1 AND purpose = $2"#,
            purpose.subject(),
            purpose.word(),
        )
        .execute(connection);
        statements.run(delete).await.map(|_| ())
    }
}

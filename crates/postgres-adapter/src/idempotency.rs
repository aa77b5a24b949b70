use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::Actor;
use kairo_ports::{Answer, Claim, IdempotencyKeys, StoreError};
use sqlx::types::Json;

use crate::unit_of_work::{Access, PgUnitOfWork};

type Headers = Vec<(String, String)>;

/// A row of `kairo.idempotency_keys`.
struct AnswerRow {
    body_digest: Vec<u8>,
    status: i32,
    headers: Json<Headers>,
    body: Vec<u8>,
    expires_at: DateTime<Utc>,
}

impl TryFrom<AnswerRow> for Answer {
    type Error = StoreError;

    fn try_from(row: AnswerRow) -> Result<Self, StoreError> {
        let status = u16::try_from(row.status).map_err(|error| StoreError::Broken(error.into()))?;
        Ok(Self { status, headers: row.headers.0, body: row.body.into() })
    }
}

/// The claim's scope within that of its actor, as the policy of the table demands it.
fn scope_of(actor: &Actor, claim: &Claim) -> String {
    let user = actor.user().map_or_else(|| "-".to_owned(), |user| user.to_string());
    format!("{}:{user}:{}", actor.word(), claim.scope)
}

#[async_trait]
impl IdempotencyKeys for PgUnitOfWork {
    async fn claim(&mut self, claim: &Claim, now: DateTime<Utc>) -> Result<Option<Answer>, StoreError> {
        let (scope, key) = (scope_of(&self.actor, claim), claim.key.as_str());
        let access = self.access;
        let (statements, connection) = self.parts();
        if access == Access::ReadOnly {
            return Err(statements.refuse("a unit that only reads takes no key"));
        }
        // Two keys that meet in one number wait for each other in vain, and only as long as a unit lasts.
        let lock = sqlx::query_scalar!(
            r#"/* kairo:idempotency.claim */
               SELECT pg_try_advisory_xact_lock(hashtextextended($1::text || ' ' || $2::text, 0)) AS "held!""#,
            scope,
            key,
        );
        if !statements.run(lock.fetch_one(&mut *connection)).await? {
            return Err(statements.fail(StoreError::Contention(None)));
        }
        let row = sqlx::query_as!(
            AnswerRow,
            r#"/* kairo:idempotency.claim */ SELECT body_digest, status, headers AS "headers: Json<Headers>", body,
                 expires_at
               FROM kairo.idempotency_keys WHERE scope = $1 AND key = $2"#,
            scope,
            key,
        );
        let found = match statements.run(row.fetch_optional(&mut *connection)).await? {
            Some(row) if row.expires_at <= now => {
                let delete = sqlx::query!(
                    r#"/* kairo:idempotency.claim */ DELETE FROM kairo.idempotency_keys WHERE scope = $1 AND key = $2"#,
                    scope,
                    key,
                );
                statements.run(delete.execute(connection)).await?;
                None
            }
            Some(row) if row.body_digest != claim.body_digest => {
                return Err(statements.fail(StoreError::Taken { what: "Idempotency-Key" }));
            }
            found => found,
        };
        self.held_keys.push((scope, key.to_owned()));
        found.map(Answer::try_from).transpose()
    }

    async fn keep(
        &mut self,
        claim: &Claim,
        answer: &Answer,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let held = (scope_of(&self.actor, claim), claim.key.as_str().to_owned());
        let is_held = self.held_keys.contains(&held);
        let (statements, connection) = self.parts();
        if !is_held {
            return Err(statements.refuse("the key is not held by this unit"));
        }
        let insert = sqlx::query!(
            r#"/* kairo:idempotency.keep */ INSERT INTO kairo.idempotency_keys
                 (scope, key, body_digest, status, headers, body, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"#,
            held.0,
            held.1,
            &claim.body_digest[..],
            i32::from(answer.status),
            Json(&answer.headers) as _,
            &answer.body[..],
            now,
            expires_at,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn purge(&mut self, now: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        let is_system = self.is_system();
        let (statements, connection) = self.parts();
        if !is_system {
            return Err(statements.refuse("only the program itself forgets answers"));
        }
        // Two processes that purge at the same time take different rows instead of waiting for each other.
        let delete = sqlx::query!(
            r#"/* kairo:idempotency.purge */
               WITH expired AS MATERIALIZED (
                 SELECT scope, key FROM kairo.idempotency_keys WHERE expires_at <= $1
                 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
               DELETE FROM kairo.idempotency_keys AS kept USING expired
               WHERE kept.scope = expired.scope AND kept.key = expired.key"#,
            now,
            i64::from(limit),
        )
        .execute(connection);
        Ok(statements.run(delete).await?.rows_affected())
    }
}

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Email, Letter, LetterId};
use kairo_ports::{LetterQueue, QueuedLetter, StoreError};
use uuid::Uuid;

use crate::unit_of_work::PgUnitOfWork;

/// A row of `kairo.letters` that was taken.
struct LetterRow {
    id: Uuid,
    kind: String,
    subject: Option<Uuid>,
    address: Option<String>,
    attempts: i32,
}

impl LetterRow {
    /// The letter; `None` when this program does not know its kind.
    fn read(self) -> Option<QueuedLetter> {
        let id = LetterId::from_uuid(self.id);
        let letter = Letter::named(&self.kind, self.subject, self.address.map(Email::restore));
        if letter.is_none() {
            tracing::error!(letter.id = %id, letter.kind = self.kind, "a letter of an unknown kind is left lying");
        }
        // Counted when it was taken; this time does not count.
        let attempts = u32::try_from(self.attempts - 1).unwrap_or(0);
        Some(QueuedLetter { id, letter: letter?, attempts })
    }
}

#[async_trait]
impl LetterQueue for PgUnitOfWork {
    async fn post(&mut self, id: LetterId, letter: &Letter, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:letters.post */ INSERT INTO kairo.letters (id, kind, subject, address, created_at, due_at)
               VALUES ($1, $2, $3, $4, $5, $5)"#,
            id.uuid(),
            letter.word(),
            letter.subject(),
            letter.address().map(Email::as_str),
            at,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn take(
        &mut self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<QueuedLetter>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            LetterRow,
            r#"/* kairo:letters.take */
               WITH due AS MATERIALIZED (
                 SELECT id FROM kairo.letters WHERE due_at <= $1
                 ORDER BY created_at, id LIMIT $3 FOR UPDATE SKIP LOCKED),
               taken AS (
                 UPDATE kairo.letters AS letter SET due_at = $2, attempts = letter.attempts + 1 FROM due
                 WHERE letter.id = due.id RETURNING letter.*)
               SELECT id AS "id!", kind AS "kind!", subject, address, attempts AS "attempts!" FROM taken
               ORDER BY created_at, id"#,
            now,
            until,
            i64::from(limit),
        )
        .fetch_all(connection);
        // A newer program may have posted what this one does not know. That must not keep the others from being sent.
        Ok(statements.run(rows).await?.into_iter().filter_map(LetterRow::read).collect())
    }

    async fn done(&mut self, id: LetterId) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let delete =
            sqlx::query!(r#"/* kairo:letters.done */ DELETE FROM kairo.letters WHERE id = $1"#, id.uuid())
                .execute(connection);
        statements.run(delete).await.map(|_| ())
    }

    async fn postpone(&mut self, id: LetterId, until: DateTime<Utc>) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:letters.postpone */ UPDATE kairo.letters SET due_at = $2 WHERE id = $1"#,
            id.uuid(),
            until,
        )
        .execute(connection);
        statements.run(update).await.map(|_| ())
    }
}

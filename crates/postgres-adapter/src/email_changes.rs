use async_trait::async_trait;
use kairo_domain::{Email, EmailChange, EmailChangeId, UserId};
use kairo_ports::{EmailChangeRepository, StoreError};

use crate::unit_of_work::PgUnitOfWork;

#[async_trait]
impl EmailChangeRepository for PgUnitOfWork {
    async fn get(&mut self, id: EmailChangeId) -> Result<Option<EmailChange>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let row = sqlx::query!(
            r#"/* kairo:email_changes.get */ SELECT user_id, new_email, created_at, expires_at, old_confirmed_at,
                 new_confirmed_at
               FROM kairo.email_changes WHERE id = $1"#,
            id.uuid(),
        )
        .fetch_optional(connection);
        Ok(statements.run(row).await?.map(|row| EmailChange {
            id,
            user: UserId::from_uuid(row.user_id),
            new_email: Email::restore(row.new_email),
            created_at: row.created_at,
            expires_at: row.expires_at,
            old_confirmed_at: row.old_confirmed_at,
            new_confirmed_at: row.new_confirmed_at,
        }))
    }

    async fn add(&mut self, change: &EmailChange) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        // One statement: of two wishes at the same time the later one stays.
        let insert = sqlx::query!(
            r#"/* kairo:email_changes.add */ INSERT INTO kairo.email_changes
                 (id, user_id, new_email, created_at, expires_at, old_confirmed_at, new_confirmed_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)
               ON CONFLICT (user_id) DO UPDATE SET id = excluded.id, new_email = excluded.new_email,
                 created_at = excluded.created_at, expires_at = excluded.expires_at,
                 old_confirmed_at = excluded.old_confirmed_at, new_confirmed_at = excluded.new_confirmed_at"#,
            change.id.uuid(),
            change.user.uuid(),
            change.new_email.as_str(),
            change.created_at,
            change.expires_at,
            change.old_confirmed_at,
            change.new_confirmed_at,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn save(&mut self, change: &EmailChange) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        // A confirmation that the change does not know of was made meanwhile. Overwriting it would leave each of two
        // units in the belief that the other address is still to be confirmed.
        let update = sqlx::query!(
            r#"/* kairo:email_changes.save */ UPDATE kairo.email_changes SET old_confirmed_at = $2, new_confirmed_at = $3
               WHERE id = $1 AND (old_confirmed_at IS NULL OR old_confirmed_at = $2)
                 AND (new_confirmed_at IS NULL OR new_confirmed_at = $3)"#,
            change.id.uuid(),
            change.old_confirmed_at,
            change.new_confirmed_at,
        )
        .execute(&mut *connection);
        if statements.run(update).await?.rows_affected() == 1 {
            return Ok(());
        }
        let there = sqlx::query_scalar!(
            r#"/* kairo:email_changes.save */ SELECT EXISTS (SELECT FROM kairo.email_changes WHERE id = $1) AS "there!""#,
            change.id.uuid(),
        )
        .fetch_one(connection);
        let is_there = statements.run(there).await?;
        Err(statements.fail(if is_there { StoreError::Contention(None) } else { StoreError::Stale }))
    }

    async fn remove_of(&mut self, user: UserId) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let delete = sqlx::query!(
            r#"/* kairo:email_changes.remove_of */ DELETE FROM kairo.email_changes WHERE user_id = $1"#,
            user.uuid(),
        )
        .execute(connection);
        statements.run(delete).await.map(|_| ())
    }
}

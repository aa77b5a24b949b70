use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_ports::{Expired, StoreError};

use crate::unit_of_work::PgUnitOfWork;

#[async_trait]
impl Expired for PgUnitOfWork {
    /// Rows that another unit holds are passed over, so nobody waits for a purge and no purge for anybody.
    async fn purge(&mut self, before: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let limit = i64::from(limit);
        let deletions = [
            sqlx::query!(
                r#"/* kairo:expired.purge */ DELETE FROM sessions WHERE id = ANY (ARRAY (
                     SELECT id FROM sessions WHERE expires_at < $1 OR revoked_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))"#,
                before,
                limit,
            ),
            sqlx::query!(
                r#"/* kairo:expired.purge */ DELETE FROM kairo.api_keys WHERE id = ANY (ARRAY (
                     SELECT id FROM kairo.api_keys WHERE expires_at < $1 OR revoked_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))"#,
                before,
                limit,
            ),
            sqlx::query!(
                r#"/* kairo:expired.purge */ DELETE FROM kairo.sign_ups WHERE id = ANY (ARRAY (
                     SELECT id FROM kairo.sign_ups WHERE expires_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))"#,
                before,
                limit,
            ),
            sqlx::query!(
                r#"/* kairo:expired.purge */ DELETE FROM kairo.email_changes WHERE id = ANY (ARRAY (
                     SELECT id FROM kairo.email_changes WHERE expires_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))"#,
                before,
                limit,
            ),
            sqlx::query!(
                r#"/* kairo:expired.purge */ DELETE FROM kairo.one_time_tokens WHERE digest = ANY (ARRAY (
                     SELECT digest FROM kairo.one_time_tokens WHERE expires_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))"#,
                before,
                limit,
            ),
            sqlx::query!(
                r#"/* kairo:expired.purge */ DELETE FROM kairo.attempts WHERE key = ANY (ARRAY (
                     SELECT key FROM kairo.attempts WHERE last_at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))"#,
                before,
                limit,
            ),
            sqlx::query!(
                r#"/* kairo:expired.purge */ DELETE FROM kairo.revocations WHERE id = ANY (ARRAY (
                     SELECT id FROM kairo.revocations WHERE at < $1
                     LIMIT $2 FOR UPDATE SKIP LOCKED))"#,
                before,
                limit,
            ),
        ];
        let mut removed = 0;
        for deletion in deletions {
            removed += statements.run(deletion.execute(&mut *connection)).await?.rows_affected();
        }
        Ok(removed)
    }
}

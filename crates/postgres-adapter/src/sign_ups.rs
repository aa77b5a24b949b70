use async_trait::async_trait;
use kairo_domain::{Email, PersonName, SignUp, SignUpId};
use kairo_ports::{PasswordHash, SignUpRepository, StoreError};

use crate::unit_of_work::PgUnitOfWork;

#[async_trait]
impl SignUpRepository for PgUnitOfWork {
    async fn get(&mut self, id: SignUpId) -> Result<Option<(SignUp, PasswordHash)>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let row = sqlx::query!(
            r#"/* kairo:sign_ups.get */ SELECT email, name, password_hash, created_at, expires_at
               FROM kairo.sign_ups WHERE id = $1"#,
            id.uuid(),
        )
        .fetch_optional(connection);
        let Some(row) = statements.run(row).await? else { return Ok(None) };
        let sign_up = SignUp {
            id,
            email: Email::restore(row.email),
            name: row.name.map(PersonName::restore),
            created_at: row.created_at,
            expires_at: row.expires_at,
        };
        Ok(Some((sign_up, PasswordHash::new(row.password_hash))))
    }

    async fn add(&mut self, sign_up: &SignUp, password: &PasswordHash) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:sign_ups.add */ INSERT INTO kairo.sign_ups
                 (id, email, name, password_hash, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6)"#,
            sign_up.id.uuid(),
            sign_up.email.as_str(),
            sign_up.name.as_ref().map(PersonName::as_str),
            password.as_str(),
            sign_up.created_at,
            sign_up.expires_at,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn remove(&mut self, sign_up: &SignUp) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let delete = sqlx::query!(
            r#"/* kairo:sign_ups.remove */ DELETE FROM kairo.sign_ups WHERE lower(email) = lower($1)"#,
            sign_up.email.as_str(),
        )
        .execute(connection);
        statements.run(delete).await.map(|_| ())
    }
}

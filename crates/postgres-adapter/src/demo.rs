use kairo_domain::{Actor, Email};
use kairo_ports::{PasswordHash, StoreError, UnitOfWork};

use crate::PgStore;
use crate::unit_of_work::Access;

/// Five services, case studies, a company with a client, leads in every status, automations with runs.
const DEMO: &str = include_str!("../seed/demo.sql");

impl PgStore {
    /// Puts in the demo data, and gives these accounts of it their passwords. It may be done again at any time: rows
    /// that are there stay as they are.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when an account is not there; nothing is kept then. Else those of the store.
    pub async fn load_demo(&self, accounts: &[(Email, PasswordHash)]) -> Result<(), StoreError> {
        let mut work = self.open(&Actor::System, Access::ReadWrite).await?;
        let (statements, connection) = work.parts();
        statements.run(sqlx::raw_sql(DEMO).execute(&mut *connection)).await?;
        for (email, hash) in accounts {
            let update = sqlx::query!(
                r#"/* kairo:demo.load_demo */ UPDATE users SET password_hash = $2
                   WHERE lower(email) = lower($1) AND deleted_at IS NULL"#,
                email.as_str(),
                hash.as_str(),
            );
            let rows = statements.run(update.execute(&mut *connection)).await?.rows_affected();
            if rows == 0 {
                return Err(StoreError::Missing { what: "email" });
            }
        }
        Box::new(work).commit().await
    }
}

use async_trait::async_trait;
use kairo_domain::{CompanyId, Revocation, Role, SessionId, Standing, UserId};
use kairo_ports::{Mark, RevocationLog, StoreError};
use uuid::Uuid;

use crate::row::Place;
use crate::unit_of_work::PgUnitOfWork;

/// A row of `kairo.revocations` with what its user is now, or nothing but the mark.
struct RevocationRow {
    mark: String,
    session_id: Option<Uuid>,
    user_id: Option<Uuid>,
    role: Option<String>,
    company_id: Option<Uuid>,
}

impl RevocationRow {
    fn read(&self) -> Result<Option<Revocation>, StoreError> {
        let Some(user) = self.user_id else {
            return Ok(self.session_id.map(|id| Revocation::Session(SessionId::from_uuid(id))));
        };
        let place = Place { table: "users", id: user };
        let role = place.word_if_any("role", self.role.clone(), Role::named)?;
        let standing = role.map(|role| Standing { role, company: self.company_id.map(CompanyId::from_uuid) });
        Ok(Some(Revocation::User(UserId::from_uuid(user), standing)))
    }
}

#[async_trait]
impl RevocationLog for PgUnitOfWork {
    /// The mark is the oldest transaction that was open when the log was read: whatever was not seen belongs to it or to
    /// a later one.
    async fn since<'a>(&mut self, mark: Option<&'a Mark>) -> Result<(Vec<Revocation>, Mark), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        // One statement, since rows and mark have to be of one snapshot. It has a row without revocations too.
        let rows = sqlx::query_as!(
            RevocationRow,
            r#"/* kairo:revocations.since */
               SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS "mark!", told.session_id AS "session_id?",
                 told.user_id AS "user_id?", owner.role::text AS "role?", owner.company_id AS "company_id?"
               FROM (VALUES (coalesce($1::text, '0')::xid8)) AS seen (mark)
                 LEFT JOIN kairo.revocations AS told ON told.xact >= seen.mark
                 LEFT JOIN users AS owner
                   ON owner.id = told.user_id AND owner.deleted_at IS NULL AND owner.suspended_at IS NULL
               ORDER BY told.id"#,
            mark.map(|mark| mark.0.as_str()),
        )
        .fetch_all(connection);
        let rows = statements.run(rows).await?;
        let next = rows.first().map(|row| Mark(row.mark.clone()));
        let next = next.ok_or_else(|| StoreError::Broken("the log of revocations has no mark".into()))?;
        let revocations = rows.iter().filter_map(|row| row.read().transpose()).collect::<Result<_, _>>()?;
        Ok((revocations, next))
    }
}

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Permit, Redacted, Resource, Session, SessionId, TokenDigest, UserId};
use kairo_ports::{SessionRepository, StoreError};
use uuid::Uuid;

use crate::row::{Place, no_digest};
use crate::unit_of_work::{Access, PgUnitOfWork};

/// A row of `sessions`; without the digests of its tokens for everybody but the program itself.
struct SessionRow {
    id: Uuid,
    user_id: Uuid,
    refresh_token: Option<String>,
    expires_at: DateTime<Utc>,
    ip_address: Option<String>,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    previous_token: Option<String>,
    rotated_at: Option<DateTime<Utc>>,
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        let place = Place { table: "sessions", id: row.id };
        let digest = row.refresh_token.unwrap_or_else(no_digest);
        let previous = row.previous_token.map(|digest| TokenDigest::parse(&digest)).transpose();
        Ok(Self {
            id: SessionId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            refresh_digest: place.held("refresh_token", TokenDigest::parse(&digest))?,
            previous_digest: place.held("previous_token", previous)?,
            rotated_at: row.rotated_at,
            expires_at: row.expires_at,
            ip_address: row.ip_address.map(Redacted::new),
            user_agent: row.user_agent.map(Redacted::new),
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
    }
}

#[async_trait]
impl SessionRepository for PgUnitOfWork {
    async fn get(&mut self, id: SessionId) -> Result<Option<Session>, StoreError> {
        if self.sees_no(Resource::Session) {
            return Ok(None);
        }
        let is_system = self.is_system();
        let (statements, connection) = self.parts();
        let row = if is_system {
            let row = sqlx::query_as!(
                SessionRow,
                r#"/* kairo:sessions.get */ SELECT id, user_id, refresh_token AS "refresh_token?", expires_at, ip_address,
                     user_agent, created_at, last_used_at, revoked_at, previous_token, rotated_at
                   FROM sessions WHERE id = $1"#,
                id.uuid(),
            );
            statements.run(row.fetch_optional(connection)).await?
        } else {
            let row = sqlx::query_as!(
                SessionRow,
                r#"/* kairo:sessions.get */ SELECT id, user_id, NULL::text AS refresh_token, expires_at, ip_address,
                     user_agent, created_at, last_used_at, revoked_at, NULL::text AS previous_token, rotated_at
                   FROM sessions WHERE id = $1"#,
                id.uuid(),
            );
            statements.run(row.fetch_optional(connection)).await?
        };
        row.map(Session::try_from).transpose()
    }

    async fn find_by_digest(&mut self, digest: &TokenDigest) -> Result<Option<Session>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            SessionRow,
            r#"/* kairo:sessions.find_by_digest */ SELECT id, user_id, refresh_token AS "refresh_token?", expires_at,
                 ip_address, user_agent, created_at, last_used_at, revoked_at, previous_token, rotated_at
               FROM sessions WHERE refresh_token = $1 OR previous_token = $1"#,
            digest.as_str(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(Session::try_from).transpose()
    }

    async fn of_user(&mut self, user: UserId) -> Result<Vec<Session>, StoreError> {
        if self.sees_no(Resource::Session) {
            return Ok(Vec::new());
        }
        let is_system = self.is_system();
        let held = self.hold_sessions(user).await?;
        let (statements, connection) = self.parts();
        let rows = if is_system {
            let rows = sqlx::query_as!(
                SessionRow,
                r#"/* kairo:sessions.of_user */ SELECT id, user_id, refresh_token AS "refresh_token?", expires_at,
                     ip_address, user_agent, created_at, last_used_at, revoked_at, previous_token, rotated_at
                   FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND ($2::uuid[] IS NULL OR id = ANY($2))
                   ORDER BY created_at DESC, id DESC"#,
                user.uuid(),
                held.as_deref(),
            );
            statements.run(rows.fetch_all(connection)).await?
        } else {
            let rows = sqlx::query_as!(
                SessionRow,
                r#"/* kairo:sessions.of_user */ SELECT id, user_id, NULL::text AS refresh_token, expires_at, ip_address,
                     user_agent, created_at, last_used_at, revoked_at, NULL::text AS previous_token, rotated_at
                   FROM sessions WHERE user_id = $1 AND revoked_at IS NULL AND ($2::uuid[] IS NULL OR id = ANY($2))
                   ORDER BY created_at DESC, id DESC"#,
                user.uuid(),
                held.as_deref(),
            );
            statements.run(rows.fetch_all(connection)).await?
        };
        rows.into_iter().map(Session::try_from).collect()
    }

    async fn add(&mut self, permit: &Permit, session: &Session) -> Result<(), StoreError> {
        self.check_adding(permit, Resource::Session, session.id.uuid())?;
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:sessions.add */ INSERT INTO sessions (id, user_id, refresh_token, expires_at, ip_address,
                 user_agent, created_at, last_used_at, revoked_at, previous_token, rotated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"#,
            session.id.uuid(),
            session.user.uuid(),
            session.refresh_digest.as_str(),
            session.expires_at,
            session.ip_address.as_ref().map(|address| address.expose().as_str()),
            session.user_agent.as_ref().map(|agent| agent.expose().as_str()),
            session.created_at,
            session.last_used_at,
            session.revoked_at,
            session.previous_digest.as_ref().map(TokenDigest::as_str),
            session.rotated_at,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn rotate(
        &mut self,
        permit: &Permit,
        session: &Session,
        from: &TokenDigest,
    ) -> Result<(), StoreError> {
        self.demand_system()?;
        self.check_saving(permit, Resource::Session, session.id.uuid())?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:sessions.rotate */ UPDATE sessions SET refresh_token = $3, previous_token = $4, rotated_at = $5,
                 last_used_at = $6, expires_at = $7
               WHERE id = $1 AND refresh_token = $2 AND revoked_at IS NULL"#,
            session.id.uuid(),
            from.as_str(),
            session.refresh_digest.as_str(),
            session.previous_digest.as_ref().map(TokenDigest::as_str),
            session.rotated_at,
            session.last_used_at,
            session.expires_at,
        )
        .execute(connection);
        match statements.run(update).await?.rows_affected() {
            1 => Ok(()),
            _ => Err(statements.fail(StoreError::Contention(None))),
        }
    }

    async fn revoke(&mut self, permit: &Permit, session: &Session) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Session, session.id.uuid())?;
        let (statements, connection) = self.parts();
        if session.revoked_at.is_none() {
            return Err(statements.refuse("the session is not revoked"));
        }
        let update = sqlx::query!(
            r#"/* kairo:sessions.revoke */ UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"#,
            session.id.uuid(),
            session.revoked_at,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }
}

impl PgUnitOfWork {
    /// Locks the sessions of a user that were not revoked, so that nobody else ends one before this unit does; `None` in a
    /// unit that only reads. Who sees a session may end it: to lock a row takes the right to change it.
    async fn hold_sessions(&mut self, user: UserId) -> Result<Option<Vec<Uuid>>, StoreError> {
        if self.access == Access::ReadOnly {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        // Whoever locks several takes them in the same order, and never waits in a circle.
        let ids = sqlx::query_scalar!(
            r#"/* kairo:sessions.hold_sessions */ SELECT id FROM sessions WHERE user_id = $1 AND revoked_at IS NULL
               ORDER BY created_at DESC, id DESC FOR UPDATE"#,
            user.uuid(),
        );
        statements.run(ids.fetch_all(connection)).await.map(Some)
    }
}

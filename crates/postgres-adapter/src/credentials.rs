use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Credential, CredentialField, CredentialId, CredentialKind, CredentialName, CredentialRecord, Filter,
    Page, PageRequest, Permit, Redacted, Resource, Sort, UserId, Verb,
};
use kairo_ports::{CredentialRepository, StoreError};
use uuid::Uuid;

use crate::filter::{self, Expression, Listing, Request};
use crate::row::{Place, number};
use crate::unit_of_work::PgUnitOfWork;

/// A row of `kairo.credentials`; without the sealed secret for everybody but the program itself.
#[derive(sqlx::FromRow)]
struct CredentialRow {
    id: Uuid,
    user_id: Uuid,
    name: String,
    kind: String,
    sealed: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    version: i32,
}

impl TryFrom<CredentialRow> for Credential {
    type Error = StoreError;

    fn try_from(row: CredentialRow) -> Result<Self, StoreError> {
        let place = Place { table: "credentials", id: row.id };
        Ok(Self::restore(CredentialRecord {
            id: CredentialId::from_uuid(row.id),
            owner: UserId::from_uuid(row.user_id),
            name: CredentialName::restore(row.name),
            kind: place.word("kind", CredentialKind::named(&row.kind))?,
            sealed: Redacted::new(row.sealed.unwrap_or_default()),
            created_at: row.created_at,
            updated_at: row.updated_at,
            last_used_at: row.last_used_at,
            version: place.version(row.version)?,
        }))
    }
}

/// How lists of credentials find their rows: every expression is that of an index, and leakproof, since most actors see
/// them under a policy with a condition.
pub(crate) const LISTING: Listing<CredentialField> = Listing {
    columns: "id, user_id, name, kind, NULL::text AS sealed, created_at, updated_at, last_used_at, version",
    rows: "FROM kairo.credentials WHERE true",
    field: |field| match field {
        CredentialField::Name => Expression::plain("name"),
        CredentialField::Kind => Expression::plain("kind"),
        CredentialField::OwnerId => Expression::plain("user_id"),
        CredentialField::CreatedAt => Expression::plain("created_at"),
        CredentialField::UpdatedAt => Expression::plain("updated_at"),
    },
    search: None,
    tie: Some("id"),
};

#[async_trait]
impl CredentialRepository for PgUnitOfWork {
    async fn get(&mut self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        if self.sees_no(Resource::Credential) {
            return Ok(None);
        }
        let is_system = self.is_system();
        let (statements, connection) = self.parts();
        let row = if is_system {
            let row = sqlx::query_as!(
                CredentialRow,
                r#"/* kairo:credentials.get */ SELECT id, user_id, name, kind, sealed AS "sealed?", created_at, updated_at,
                     last_used_at, version
                   FROM kairo.credentials WHERE id = $1"#,
                id.uuid(),
            );
            statements.run(row.fetch_optional(connection)).await?
        } else {
            let row = sqlx::query_as!(
                CredentialRow,
                r#"/* kairo:credentials.get */ SELECT id, user_id, name, kind, NULL::text AS sealed, created_at, updated_at,
                     last_used_at, version
                   FROM kairo.credentials WHERE id = $1"#,
                id.uuid(),
            );
            statements.run(row.fetch_optional(connection)).await?
        };
        row.map(Credential::try_from).transpose()
    }

    async fn list(
        &mut self,
        filter: &Filter<CredentialField>,
        sort: &Sort<CredentialField>,
        page: &PageRequest,
    ) -> Result<Page<Credential>, StoreError> {
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::Credential) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:credentials.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: CredentialRow| row.try_into()).await
    }

    async fn of_owner_by_name(
        &mut self,
        owner: UserId,
        name: &CredentialName,
    ) -> Result<Option<Credential>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            CredentialRow,
            r#"/* kairo:credentials.of_owner_by_name */ SELECT id, user_id, name, kind, sealed AS "sealed?", created_at,
                 updated_at, last_used_at, version
               FROM kairo.credentials WHERE user_id = $1 AND name = $2"#,
            owner.uuid(),
            name.as_str(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(Credential::try_from).transpose()
    }

    async fn add(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError> {
        self.check_adding(permit, Resource::Credential, credential.id.uuid())?;
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:credentials.add */ INSERT INTO kairo.credentials
                 (id, user_id, name, kind, sealed, created_at, updated_at, last_used_at, version)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"#,
            credential.id.uuid(),
            credential.owner.uuid(),
            credential.name.as_str(),
            credential.kind.as_str(),
            credential.sealed.expose(),
            credential.created_at,
            credential.updated_at,
            credential.last_used_at,
            number(credential.version)?,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn save(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Credential, credential.id.uuid())?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:credentials.save */ UPDATE kairo.credentials SET name = $3, updated_at = $4, version = $5
               WHERE id = $1 AND version = $2"#,
            credential.id.uuid(),
            number(credential.version.previous())?,
            credential.name.as_str(),
            credential.updated_at,
            number(credential.version)?,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }

    async fn save_secret(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Credential, credential.id.uuid())?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:credentials.save_secret */ UPDATE kairo.credentials
               SET sealed = $3, updated_at = $4, version = $5
               WHERE id = $1 AND version = $2"#,
            credential.id.uuid(),
            number(credential.version.previous())?,
            credential.sealed.expose(),
            credential.updated_at,
            number(credential.version)?,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }

    async fn remove(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError> {
        if permit.verb() != Verb::Purge {
            let (statements, _) = self.parts();
            return Err(statements.refuse(format!("a permit to {} removes nothing", permit.verb())));
        }
        self.check_permit(permit, Resource::Credential, credential.id.uuid())?;
        let (statements, connection) = self.parts();
        let delete = sqlx::query!(
            r#"/* kairo:credentials.remove */ DELETE FROM kairo.credentials WHERE id = $1 AND version = $2"#,
            credential.id.uuid(),
            number(credential.version)?,
        )
        .execute(connection);
        let rows = statements.run(delete).await?.rows_affected();
        statements.met_one(rows)
    }

    /// Whoever holds the row notes a use of the same minute, or changes it and can do without.
    async fn note_use(&mut self, id: CredentialId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:credentials.note_use */ UPDATE kairo.credentials SET last_used_at = $2
               WHERE id = ANY (ARRAY (
                 SELECT id FROM kairo.credentials WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)
                 FOR UPDATE SKIP LOCKED))"#,
            id.uuid(),
            at,
        )
        .execute(connection);
        statements.run(update).await.map(|_| ())
    }

    async fn after(&mut self, last: Option<CredentialId>, limit: u16) -> Result<Vec<Credential>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            CredentialRow,
            r#"/* kairo:credentials.after */ SELECT id, user_id, name, kind, sealed AS "sealed?", created_at, updated_at,
                 last_used_at, version
               FROM kairo.credentials WHERE id > $1 ORDER BY id LIMIT $2"#,
            last.map_or(Uuid::nil(), CredentialId::uuid),
            i64::from(limit),
        )
        .fetch_all(connection);
        statements.run(rows).await?.into_iter().map(Credential::try_from).collect()
    }

    async fn reseal(&mut self, credential: &Credential, sealed: &Redacted<String>) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:credentials.reseal */ UPDATE kairo.credentials SET sealed = $3 WHERE id = $1 AND sealed = $2"#,
            credential.id.uuid(),
            credential.sealed.expose(),
            sealed.expose(),
        )
        .execute(connection);
        match statements.run(update).await?.rows_affected() {
            1 => Ok(()),
            _ => Err(statements.fail(StoreError::Contention(None))),
        }
    }
}

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{ApiKey, ApiKeyId, Permit, Resource, Scope, Title, TokenDigest, UserId};
use kairo_ports::{ApiKeyRepository, StoreError};
use uuid::Uuid;

use crate::row::{Place, no_digest};
use crate::unit_of_work::PgUnitOfWork;

/// A row of `kairo.api_keys`; without the digest for everybody but the program itself.
struct KeyRow {
    id: Uuid,
    user_id: Uuid,
    name: String,
    prefix: String,
    digest: Option<String>,
    scopes: Vec<String>,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<KeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let place = Place { table: "api_keys", id: row.id };
        let digest = row.digest.unwrap_or_else(no_digest);
        let scopes = row.scopes.iter().map(|word| Scope::named(word)).collect();
        Ok(Self {
            id: ApiKeyId::from_uuid(row.id),
            user: UserId::from_uuid(row.user_id),
            name: Title::restore(row.name),
            prefix: row.prefix,
            digest: place.held("digest", TokenDigest::parse(&digest))?,
            scopes: place.word("scopes", scopes)?,
            expires_at: row.expires_at,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
    }
}

#[async_trait]
impl ApiKeyRepository for PgUnitOfWork {
    async fn get(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        if self.sees_no(Resource::ApiKey) {
            return Ok(None);
        }
        let is_system = self.is_system();
        let (statements, connection) = self.parts();
        let row = if is_system {
            let row = sqlx::query_as!(
                KeyRow,
                r#"/* kairo:api_keys.get */ SELECT id, user_id, name, prefix, digest AS "digest?", scopes, expires_at,
                     created_at, last_used_at, revoked_at
                   FROM kairo.api_keys WHERE id = $1"#,
                id.uuid(),
            );
            statements.run(row.fetch_optional(connection)).await?
        } else {
            let row = sqlx::query_as!(
                KeyRow,
                r#"/* kairo:api_keys.get */ SELECT id, user_id, name, prefix, NULL::text AS digest, scopes, expires_at,
                     created_at, last_used_at, revoked_at
                   FROM kairo.api_keys WHERE id = $1"#,
                id.uuid(),
            );
            statements.run(row.fetch_optional(connection)).await?
        };
        row.map(ApiKey::try_from).transpose()
    }

    async fn find_by_digest(&mut self, digest: &TokenDigest) -> Result<Option<ApiKey>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            KeyRow,
            r#"/* kairo:api_keys.find_by_digest */ SELECT id, user_id, name, prefix, digest AS "digest?", scopes,
                 expires_at, created_at, last_used_at, revoked_at
               FROM kairo.api_keys WHERE digest = $1"#,
            digest.as_str(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(ApiKey::try_from).transpose()
    }

    async fn of_user(&mut self, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
        if self.sees_no(Resource::ApiKey) {
            return Ok(Vec::new());
        }
        let is_system = self.is_system();
        let (statements, connection) = self.parts();
        let rows = if is_system {
            let rows = sqlx::query_as!(
                KeyRow,
                r#"/* kairo:api_keys.of_user */ SELECT id, user_id, name, prefix, digest AS "digest?", scopes,
                     expires_at, created_at, last_used_at, revoked_at
                   FROM kairo.api_keys WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC"#,
                user.uuid(),
            );
            statements.run(rows.fetch_all(connection)).await?
        } else {
            let rows = sqlx::query_as!(
                KeyRow,
                r#"/* kairo:api_keys.of_user */ SELECT id, user_id, name, prefix, NULL::text AS digest, scopes,
                     expires_at, created_at, last_used_at, revoked_at
                   FROM kairo.api_keys WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC, id DESC"#,
                user.uuid(),
            );
            statements.run(rows.fetch_all(connection)).await?
        };
        rows.into_iter().map(ApiKey::try_from).collect()
    }

    async fn add(&mut self, permit: &Permit, key: &ApiKey) -> Result<(), StoreError> {
        self.check_adding(permit, Resource::ApiKey, key.id.uuid())?;
        let (statements, connection) = self.parts();
        let scopes: Vec<String> = key.scopes.iter().map(|scope| scope.as_str().to_owned()).collect();
        let insert = sqlx::query!(
            r#"/* kairo:api_keys.add */ INSERT INTO kairo.api_keys (id, user_id, name, prefix, digest, scopes, expires_at,
                 created_at, last_used_at, revoked_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
            key.id.uuid(),
            key.user.uuid(),
            key.name.as_str(),
            key.prefix,
            key.digest.as_str(),
            &scopes,
            key.expires_at,
            key.created_at,
            key.last_used_at,
            key.revoked_at,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn revoke(&mut self, permit: &Permit, key: &ApiKey) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::ApiKey, key.id.uuid())?;
        let (statements, connection) = self.parts();
        if key.revoked_at.is_none() {
            return Err(statements.refuse("the key is not revoked"));
        }
        let update = sqlx::query!(
            r#"/* kairo:api_keys.revoke */ UPDATE kairo.api_keys SET revoked_at = $2
               WHERE id = $1 AND revoked_at IS NULL"#,
            key.id.uuid(),
            key.revoked_at,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }

    async fn note_use(&mut self, id: ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:api_keys.note_use */ UPDATE kairo.api_keys SET last_used_at = $2 WHERE id = $1"#,
            id.uuid(),
            at,
        )
        .execute(connection);
        statements.run(update).await.map(|_| ())
    }
}

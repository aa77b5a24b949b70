use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Colleague, CompanyId, Email, Filter, HttpUrl, Page, PageRequest, Permit, PersonName, Reach, Resource,
    Role, Sort, User, UserField, UserId, UserRecord, Verb, reach,
};
use kairo_ports::{Credentials, PasswordHash, StoreError, UserRepository};
use uuid::Uuid;

use crate::filter::{self, Expression, Listing, Request};
use crate::row::{Place, number};
use crate::unit_of_work::{Access, PgUnitOfWork};

/// A row of `users` that is not deleted, without its password hash.
#[derive(sqlx::FromRow)]
struct UserRow {
    id: Uuid,
    email: String,
    name: Option<String>,
    role: String,
    company_id: Option<Uuid>,
    avatar_url: Option<String>,
    email_verified_at: Option<DateTime<Utc>>,
    suspended_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        let place = Place { table: "users", id: row.id };
        Ok(Self::restore(UserRecord {
            id: UserId::from_uuid(row.id),
            email: Email::restore(row.email),
            name: row.name.map(PersonName::restore),
            role: place.word("role", Role::named(&row.role))?,
            company: row.company_id.map(CompanyId::from_uuid),
            avatar_url: row.avatar_url.map(HttpUrl::restore),
            email_verified_at: row.email_verified_at,
            suspended_at: row.suspended_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: None,
            version: place.version(row.version)?,
        }))
    }
}

/// A row of `kairo.colleagues`.
struct ColleagueRow {
    id: Uuid,
    name: Option<String>,
    avatar_url: Option<String>,
}

impl From<ColleagueRow> for Colleague {
    fn from(row: ColleagueRow) -> Self {
        Self {
            id: UserId::from_uuid(row.id),
            name: row.name.map(PersonName::restore),
            avatar_url: row.avatar_url.map(HttpUrl::restore),
        }
    }
}

/// How lists of users find their rows: every expression is that of an index.
pub(crate) const LISTING: Listing<UserField> = Listing {
    columns: "id, email, name, role::text, company_id, avatar_url, email_verified_at, suspended_at, created_at, \
              updated_at, version",
    rows: "FROM users WHERE deleted_at IS NULL",
    field: |field| match field {
        UserField::Email => Expression::ordered_by("lower(email)", "email COLLATE \"C\""),
        UserField::Name => Expression::plain("name"),
        UserField::Role => Expression::enumeration("role", "Role"),
        UserField::CompanyId => Expression::plain("company_id"),
        UserField::SuspendedAt => Expression::plain("suspended_at"),
        UserField::CreatedAt => Expression::plain("created_at"),
        UserField::UpdatedAt => Expression::plain("updated_at"),
    },
    search: Some("lower(coalesce(name, '') || ' ' || email)"),
    tie: Some("id"),
};

#[async_trait]
impl UserRepository for PgUnitOfWork {
    async fn get(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        if self.sees_no(Resource::User) {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            UserRow,
            r#"/* kairo:users.get */ SELECT id, email, name, role::text AS "role!", company_id, avatar_url,
                 email_verified_at, suspended_at, created_at, updated_at, version
               FROM users WHERE id = $1 AND deleted_at IS NULL"#,
            id.uuid(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(User::try_from).transpose()
    }

    async fn find_by_email(&mut self, email: &Email) -> Result<Option<User>, StoreError> {
        if self.sees_no(Resource::User) {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            UserRow,
            r#"/* kairo:users.find_by_email */ SELECT id, email, name, role::text AS "role!", company_id, avatar_url,
                 email_verified_at, suspended_at, created_at, updated_at, version
               FROM users WHERE lower(email) = lower($1) AND deleted_at IS NULL"#,
            email.as_str(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(User::try_from).transpose()
    }

    async fn list(
        &mut self,
        filter: &Filter<UserField>,
        sort: &Sort<UserField>,
        page: &PageRequest,
    ) -> Result<Page<User>, StoreError> {
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::User) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:users.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: UserRow| row.try_into()).await
    }

    async fn colleagues(&mut self, limit: u16) -> Result<Vec<Colleague>, StoreError> {
        if self.sees_no(Resource::Colleague) {
            return Ok(Vec::new());
        }
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            ColleagueRow,
            r#"/* kairo:users.colleagues */ SELECT id AS "id!", name, avatar_url FROM kairo.colleagues
               ORDER BY name COLLATE "C" NULLS LAST, id LIMIT $1"#,
            i64::from(limit),
        )
        .fetch_all(connection);
        Ok(statements.run(rows).await?.into_iter().map(Colleague::from).collect())
    }

    async fn password_hash(&mut self, id: UserId) -> Result<Option<PasswordHash>, StoreError> {
        self.demand_system()?;
        let access = self.access;
        let (statements, connection) = self.parts();
        let hash = match access {
            Access::ReadWrite => {
                // Against changes of the row, not against rows that refer to it.
                let hash = sqlx::query_scalar!(
                    r#"/* kairo:users.password_hash */ SELECT password_hash FROM users
                       WHERE id = $1 AND deleted_at IS NULL FOR NO KEY UPDATE"#,
                    id.uuid(),
                );
                statements.run(hash.fetch_optional(connection)).await?
            }
            Access::ReadOnly => {
                let hash = sqlx::query_scalar!(
                    r#"/* kairo:users.password_hash */ SELECT password_hash FROM users
                       WHERE id = $1 AND deleted_at IS NULL"#,
                    id.uuid(),
                );
                statements.run(hash.fetch_optional(connection)).await?
            }
        };
        Ok(hash.map(PasswordHash::new))
    }

    async fn find_credentials(&mut self, email: &Email) -> Result<Option<Credentials>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        // One statement, so that an address nobody has takes no less work than one that somebody has.
        let row = sqlx::query!(
            r#"/* kairo:users.find_credentials */ SELECT id, email, name, role::text AS "role!", company_id, avatar_url,
                 email_verified_at, suspended_at, created_at, updated_at, version, password_hash
               FROM users WHERE lower(email) = lower($1) AND deleted_at IS NULL"#,
            email.as_str(),
        )
        .fetch_optional(connection);
        let Some(row) = statements.run(row).await? else { return Ok(None) };
        let password_hash = PasswordHash::new(row.password_hash);
        let user = User::try_from(UserRow {
            id: row.id,
            email: row.email,
            name: row.name,
            role: row.role,
            company_id: row.company_id,
            avatar_url: row.avatar_url,
            email_verified_at: row.email_verified_at,
            suspended_at: row.suspended_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        })?;
        Ok(Some(Credentials { user, password_hash }))
    }

    async fn add(&mut self, permit: &Permit, user: &User) -> Result<(), StoreError> {
        self.check_adding(permit, Resource::User, user.id.uuid())?;
        let (statements, connection) = self.parts();
        // Without a password hash, which only the program itself may name; a trigger puts in the unusable one.
        let insert = sqlx::query!(
            r#"/* kairo:users.add */ INSERT INTO users (id, email, name, role, company_id, avatar_url,
                 email_verified_at, suspended_at, created_at, updated_at, deleted_at, version)
               VALUES ($1, $2, $3, $4::text::"Role", $5, $6, $7, $8, $9, $10, $11, $12)"#,
            user.id.uuid(),
            user.email.as_str(),
            user.name.as_ref().map(PersonName::as_str),
            user.role.as_str(),
            user.company.map(CompanyId::uuid),
            user.avatar_url.as_ref().map(HttpUrl::as_str),
            user.email_verified_at,
            user.suspended_at,
            user.created_at,
            user.updated_at,
            user.deleted_at,
            number(user.version)?,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn save(&mut self, permit: &Permit, user: &User) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::User, user.id.uuid())?;
        let decides_everything = reach(self.actor.role(), Resource::User, Verb::Update) == Reach::EVERYTHING;
        if decides_everything { self.save_user(user).await } else { self.save_own_profile(user).await }
    }

    async fn set_password_hash(
        &mut self,
        permit: &Permit,
        id: UserId,
        hash: &PasswordHash,
    ) -> Result<(), StoreError> {
        self.demand_system()?;
        self.check_permit(permit, Resource::User, id.uuid())?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:users.set_password_hash */ UPDATE users SET password_hash = $2
               WHERE id = $1 AND deleted_at IS NULL"#,
            id.uuid(),
            hash.as_str(),
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }
}

/// Two statements, since rights are given by column: nobody but an administrator decides about somebody's role,
/// company, address and suspension, their own least of all.
impl PgUnitOfWork {
    async fn save_user(&mut self, user: &User) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:users.save_user */ UPDATE users SET email = $3, name = $4, role = $5::text::"Role",
                 company_id = $6, avatar_url = $7, email_verified_at = $8, suspended_at = $9, updated_at = $10,
                 deleted_at = $11, version = $12
               WHERE id = $1 AND version = $2 AND deleted_at IS NULL"#,
            user.id.uuid(),
            number(user.version.previous())?,
            user.email.as_str(),
            user.name.as_ref().map(PersonName::as_str),
            user.role.as_str(),
            user.company.map(CompanyId::uuid),
            user.avatar_url.as_ref().map(HttpUrl::as_str),
            user.email_verified_at,
            user.suspended_at,
            user.updated_at,
            user.deleted_at,
            number(user.version)?,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }

    async fn save_own_profile(&mut self, user: &User) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        let update = sqlx::query_scalar!(
            r#"/* kairo:users.save_own_profile */ UPDATE users SET name = $3, avatar_url = $4, updated_at = $5, version = $6
               WHERE id = $1 AND version = $2 AND deleted_at IS NULL
               RETURNING email = $7 AND role = $8::text::"Role" AND company_id IS NOT DISTINCT FROM $9
                 AND email_verified_at IS NOT DISTINCT FROM $10 AND suspended_at IS NOT DISTINCT FROM $11
                 AND $12::timestamptz IS NULL AS "rest_is_kept!""#,
            user.id.uuid(),
            number(user.version.previous())?,
            user.name.as_ref().map(PersonName::as_str),
            user.avatar_url.as_ref().map(HttpUrl::as_str),
            user.updated_at,
            number(user.version)?,
            user.email.as_str(),
            user.role.as_str(),
            user.company.map(CompanyId::uuid),
            user.email_verified_at,
            user.suspended_at,
            user.deleted_at,
        )
        .fetch_optional(connection);
        match statements.run(update).await? {
            Some(true) => Ok(()),
            Some(false) => {
                Err(statements.refuse("this actor changes nothing of a user but name and picture"))
            }
            None => Err(statements.fail(StoreError::Stale)),
        }
    }
}

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    CompanyId, Email, Filter, Invitation, InvitationField, InvitationId, Page, PageRequest, Permit, Resource,
    Role, Sort, UserId, Verb,
};
use kairo_ports::{InvitationRepository, StoreError};
use uuid::Uuid;

use crate::filter::{self, Expression, Listing, Request};
use crate::row::Place;
use crate::unit_of_work::PgUnitOfWork;

/// A row of `kairo.invitations`.
#[derive(sqlx::FromRow)]
struct InvitationRow {
    id: Uuid,
    email: String,
    role: String,
    company_id: Option<Uuid>,
    invited_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    accepted_at: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<InvitationRow> for Invitation {
    type Error = StoreError;

    fn try_from(row: InvitationRow) -> Result<Self, StoreError> {
        let place = Place { table: "invitations", id: row.id };
        Ok(Self {
            id: InvitationId::from_uuid(row.id),
            email: Email::restore(row.email),
            role: place.word("role", Role::named(&row.role))?,
            company: row.company_id.map(CompanyId::from_uuid),
            invited_by: row.invited_by.map(UserId::from_uuid),
            created_at: row.created_at,
            expires_at: row.expires_at,
            accepted_at: row.accepted_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// How lists of invitations find their rows: every expression is that of an index, and leakproof, since the team sees
/// them under a policy with a condition.
pub(crate) const LISTING: Listing<InvitationField> = Listing {
    columns: "id, email, role::text, company_id, invited_by, created_at, expires_at, accepted_at, revoked_at",
    rows: "FROM kairo.invitations WHERE true",
    field: |field| match field {
        InvitationField::Email => Expression::plain("email_folded"),
        InvitationField::Role => Expression::enumeration("role", "Role"),
        InvitationField::CompanyId => Expression::plain("company_id"),
        InvitationField::CreatedAt => Expression::plain("created_at"),
        InvitationField::ExpiresAt => Expression::plain("expires_at"),
    },
    search: None,
    tie: Some("id"),
};

#[async_trait]
impl InvitationRepository for PgUnitOfWork {
    async fn get(&mut self, id: InvitationId) -> Result<Option<Invitation>, StoreError> {
        if self.sees_no_invitation() {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            InvitationRow,
            r#"/* kairo:invitations.get */ SELECT id, email, role::text AS "role!", company_id, invited_by, created_at,
                 expires_at, accepted_at, revoked_at
               FROM kairo.invitations WHERE id = $1"#,
            id.uuid(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(Invitation::try_from).transpose()
    }

    async fn list(
        &mut self,
        filter: &Filter<InvitationField>,
        sort: &Sort<InvitationField>,
        page: &PageRequest,
    ) -> Result<Page<Invitation>, StoreError> {
        let request = Request { filter, sort, page };
        if self.sees_no_invitation() {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:invitations.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: InvitationRow| row.try_into()).await
    }

    async fn add(&mut self, permit: &Permit, invitation: &Invitation) -> Result<(), StoreError> {
        self.check_adding(permit, Invitation::resource(invitation.role), invitation.id.uuid())?;
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:invitations.add */ INSERT INTO kairo.invitations (id, email, role, company_id, invited_by,
                 created_at, expires_at, accepted_at, revoked_at)
               VALUES ($1, $2, $3::text::"Role", $4, $5, $6, $7, $8, $9)"#,
            invitation.id.uuid(),
            invitation.email.as_str(),
            invitation.role.as_str(),
            invitation.company.map(CompanyId::uuid),
            invitation.invited_by.map(UserId::uuid),
            invitation.created_at,
            invitation.expires_at,
            invitation.accepted_at,
            invitation.revoked_at,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn settle(&mut self, permit: &Permit, invitation: &Invitation) -> Result<(), StoreError> {
        self.check_settling(permit, invitation)?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:invitations.settle */ UPDATE kairo.invitations
               SET expires_at = $2, accepted_at = $3, revoked_at = $4
               WHERE id = $1 AND accepted_at IS NULL AND revoked_at IS NULL"#,
            invitation.id.uuid(),
            invitation.expires_at,
            invitation.accepted_at,
            invitation.revoked_at,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }
}

impl PgUnitOfWork {
    fn sees_no_invitation(&self) -> bool {
        self.sees_no(Resource::ClientInvitation) && self.sees_no(Resource::StaffInvitation)
    }

    /// Whoever may make an invitation may send it again.
    fn check_settling(&mut self, permit: &Permit, invitation: &Invitation) -> Result<(), StoreError> {
        if !matches!(permit.verb(), Verb::Create | Verb::Delete) {
            let (statements, _) = self.parts();
            return Err(statements.refuse(format!("a permit to {} settles nothing", permit.verb())));
        }
        self.check_permit(permit, Invitation::resource(invitation.role), invitation.id.uuid())
    }
}

use chrono::{DateTime, Utc};
use deserr::Deserr;
use kairo_domain::{CompanyId, Email, Invitation, InvitationField, InvitationStatus, Role, UserId};
use kairo_use_cases::Invite;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::Faults;
use crate::query::Listed;
use crate::users::RoleWord;

/// Somebody to invite.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = Invite, rename_all = "camelCase", example = json!({"email": "ada@example.com", "role": "CLIENT"}))]
pub(crate) struct InviteBody {
    /// Whom to invite.
    #[schema(value_type = String, format = "email", max_length = 254)]
    email: Email,
    /// The role to have; `CLIENT` unless given.
    #[deserr(default = Role::Client)]
    #[schema(value_type = RoleWord, required = false)]
    role: Role,
    /// The company to belong to.
    #[deserr(default)]
    #[schema(value_type = Option<Uuid>)]
    company_id: Option<CompanyId>,
}

impl InviteBody {
    pub(super) fn into_order(self) -> Invite {
        Invite { email: self.email, role: self.role, company: self.company_id }
    }
}

/// How an invitation stands.
#[derive(ToSchema)]
#[schema(as = InvitationStatus, rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum Status {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

/// An invitation; its token is in the mail only.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation)]
pub(crate) struct InvitationView {
    id: Uuid,
    #[schema(format = "email")]
    email: String,
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// The company the user will belong to.
    #[schema(required = true)]
    company_id: Option<Uuid>,
    /// The user who invited; null when that user is gone.
    #[schema(required = true)]
    invited_by: Option<Uuid>,
    #[schema(value_type = Status)]
    status: &'static str,
    created_at: DateTime<Utc>,
    /// Until when it can be accepted.
    expires_at: DateTime<Utc>,
    #[schema(required = true)]
    accepted_at: Option<DateTime<Utc>>,
    #[schema(required = true)]
    revoked_at: Option<DateTime<Utc>>,
}

impl InvitationView {
    pub(super) fn new(invitation: &Invitation, status: InvitationStatus) -> Self {
        Self {
            id: invitation.id.uuid(),
            email: invitation.email.as_str().to_owned(),
            role: invitation.role.as_str(),
            company_id: invitation.company.map(CompanyId::uuid),
            invited_by: invitation.invited_by.map(UserId::uuid),
            status: status.as_str(),
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
            accepted_at: invitation.accepted_at,
            revoked_at: invitation.revoked_at,
        }
    }
}

impl Listed for InvitationView {
    type Field = InvitationField;

    const NAME: &'static str = "invitations";
    const PROPERTIES: &'static [&'static str] = &[
        "id",
        "email",
        "role",
        "companyId",
        "invitedBy",
        "status",
        "createdAt",
        "expiresAt",
        "acceptedAt",
        "revokedAt",
    ];
    const SEARCHED: bool = false;
}

#[cfg(test)]
mod tests;

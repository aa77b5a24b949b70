use chrono::{DateTime, Utc};
use deserr::{Deserr, ValuePointerRef};
use kairo_domain::{
    CompanyId, Email, HttpUrl, NewUser, Patch, PersonName, Role, Seen, User, UserField, UserId, UserPatch,
};
use kairo_use_cases::{AddUser, ChangeCompany, ChangeRole, EditUser};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::Faults;
use crate::query::Listed;

/// A user to be made, who chooses a password by mail.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = AddUser, rename_all = "camelCase", example = json!({
    "email": "ada@example.com", "name": "Ada Lovelace", "role": "TEAM"
}))]
pub(crate) struct AddBody {
    /// The address to sign in with; whoever adds the user vouches for it.
    #[schema(value_type = String, format = "email", max_length = 254)]
    email: Email,
    /// The user's name.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    name: Option<PersonName>,
    /// `CLIENT` unless given.
    #[deserr(default = Role::Client)]
    #[schema(value_type = RoleWord, required = false)]
    role: Role,
    /// The company to belong to.
    #[deserr(default)]
    #[schema(value_type = Option<Uuid>)]
    company_id: Option<CompanyId>,
}

/// Changes to a profile, as a JSON Merge Patch.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields = unknown_in_patch)]
#[schema(as = PatchUser, rename_all = "camelCase", example = json!({"name": "Ada King", "avatarUrl": null}))]
pub(crate) struct PatchBody {
    /// The user's name.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    name: Patch<PersonName>,
    /// The user's picture.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    avatar_url: Patch<HttpUrl>,
}

fn unknown_in_patch(key: &str, accepted: &[&str], place: ValuePointerRef) -> Faults {
    let message = match key {
        "role" => "a patch gives no role: use PUT /users/{id}/role".to_owned(),
        "companyId" => "a patch moves nobody: use PUT /users/{id}/company".to_owned(),
        "email" => "a patch changes no address: its owner does, by PUT /me/email".to_owned(),
        "suspendedAt" => "a patch suspends nobody: use POST /users/{id}/suspend or /reactivate".to_owned(),
        _ => format!("is not a field; the fields are {}", accepted.join(", ")),
    };
    Faults::at(place.push_key(key), "unknown_field", message)
}

/// Another role.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = ChangeRole, rename_all = "camelCase", example = json!({"role": "TEAM"}))]
pub(crate) struct RoleBody {
    /// The role to have.
    #[schema(value_type = RoleWord)]
    role: Role,
}

/// Another company.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = ChangeCompany, rename_all = "camelCase", example = json!({"companyId": null}))]
pub(crate) struct CompanyBody {
    /// The company to belong to; null to belong to none.
    #[schema(value_type = Option<Uuid>, required = true)]
    company_id: Patch<CompanyId>,
}

impl AddBody {
    pub(super) fn into_order(self) -> AddUser {
        let Self { email, name, role, company_id } = self;
        AddUser { user: NewUser { email, name, role, company: company_id } }
    }
}

impl PatchBody {
    pub(crate) fn into_order(self, user: UserId, seen: Seen) -> EditUser {
        EditUser { user, patch: UserPatch { name: self.name, avatar_url: self.avatar_url }, seen }
    }
}

impl RoleBody {
    pub(super) fn into_order(self, user: UserId, seen: Seen) -> ChangeRole {
        ChangeRole { user, role: self.role, seen }
    }
}

impl CompanyBody {
    pub(super) fn into_order(self, user: UserId, seen: Seen) -> ChangeCompany {
        let company = match self.company_id {
            Patch::Set(company) => Some(company),
            Patch::Clear | Patch::Keep => None,
        };
        ChangeCompany { user, company, seen }
    }
}

/// What a user may do in general.
#[derive(ToSchema)]
#[schema(as = Role, rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum RoleWord {
    Admin,
    Team,
    Client,
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = User)]
pub(crate) struct UserView {
    id: Uuid,
    #[schema(format = "email")]
    email: String,
    #[schema(required = true)]
    name: Option<String>,
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// The company the user belongs to.
    #[schema(required = true)]
    company_id: Option<Uuid>,
    #[schema(required = true)]
    avatar_url: Option<String>,
    /// When the user has proven the address.
    #[schema(required = true)]
    email_verified_at: Option<DateTime<Utc>>,
    /// Since when the user may not sign in.
    #[schema(required = true)]
    suspended_at: Option<DateTime<Utc>>,
    /// How often it was changed; the first number of its `ETag`.
    version: u32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.uuid(),
            email: user.email.as_str().to_owned(),
            name: user.name.as_ref().map(|name| name.as_str().to_owned()),
            role: user.role.as_str(),
            company_id: user.company.map(CompanyId::uuid),
            avatar_url: user.avatar_url.as_ref().map(|url| url.as_str().to_owned()),
            email_verified_at: user.email_verified_at,
            suspended_at: user.suspended_at,
            version: user.version.number(),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

impl Listed for UserView {
    type Field = UserField;

    const NAME: &'static str = "users";
    const PROPERTIES: &'static [&'static str] = &[
        "id",
        "email",
        "name",
        "role",
        "companyId",
        "avatarUrl",
        "emailVerifiedAt",
        "suspendedAt",
        "version",
        "createdAt",
        "updatedAt",
    ];
}

#[cfg(test)]
mod tests;

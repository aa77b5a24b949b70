use chrono::{DateTime, Utc};
use deserr::Deserr;
use kairo_domain::{Email, Redacted, User};
use kairo_use_cases::SignedIn;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::Faults;

/// An address and a password.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = SignIn, rename_all = "camelCase", example = json!({
    "email": "tess@studio.example", "password": "correct horse battery staple"
}))]
pub(crate) struct LoginBody {
    /// The account's address.
    #[schema(value_type = String, format = "email", max_length = 254)]
    pub(super) email: Email,
    /// The account's password.
    #[schema(value_type = String, format = "password")]
    pub(super) password: Redacted<String>,
}

/// A token to send with each request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignedIn)]
pub(crate) struct TokenView {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// For how many seconds the token is good.
    expires_in: i64,
    user: UserView,
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
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
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

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.uuid(),
            email: user.email.as_str().to_owned(),
            name: user.name.as_ref().map(|name| name.as_str().to_owned()),
            role: user.role.as_str(),
            company_id: user.company.map(|company| company.uuid()),
            avatar_url: user.avatar_url.as_ref().map(|url| url.as_str().to_owned()),
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

impl From<&SignedIn> for TokenView {
    fn from(signed_in: &SignedIn) -> Self {
        Self {
            access_token: signed_in.access_token.expose().clone(),
            token_type: "Bearer",
            expires_in: signed_in.expires_in.num_seconds(),
            user: UserView::from(&signed_in.user),
        }
    }
}

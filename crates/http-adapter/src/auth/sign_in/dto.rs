use chrono::{DateTime, Utc};
use deserr::Deserr;
use kairo_domain::{Email, Redacted};
use kairo_use_cases::{SignIn, SignedIn, Which};
use serde::Serialize;
use utoipa::ToSchema;

use crate::body::Faults;
use crate::users::UserView;

/// How tokens travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[schema(rename_all = "camelCase")]
pub(crate) enum Transport {
    /// In the answer, and then in `Authorization`.
    #[default]
    Bearer,
    /// In cookies that no script can read.
    Cookie,
}

/// An address and a password.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = SignIn, rename_all = "camelCase", example = json!({
    "email": "tess@studio.example", "password": "correct horse battery staple"
}))]
pub(crate) struct SignInBody {
    /// The account's address.
    #[schema(value_type = String, format = "email", max_length = 254)]
    email: Email,
    /// The account's password.
    #[schema(value_type = String, format = "password")]
    password: Redacted<String>,
    /// The code of the authenticator app, or a recovery code; for accounts that ask for one.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    code: Option<Redacted<String>>,
    /// How the tokens are handed out; `bearer` unless given.
    #[deserr(default)]
    #[schema(required = false)]
    transport: Transport,
}

/// A refresh token.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = RefreshSession, rename_all = "camelCase", example = json!({"refreshToken": "kY3…"}))]
pub(crate) struct RefreshBody {
    /// The `refreshToken` of the answer before; left out by browsers, which send a cookie.
    #[deserr(default)]
    #[schema(value_type = Option<String>)]
    refresh_token: Option<Redacted<String>>,
}

/// Which sessions end.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = SignOut, rename_all = "camelCase", example = json!({"sessions": "others"}))]
pub(crate) struct SignOutBody {
    /// `this` unless given.
    #[deserr(default)]
    #[schema(required = false)]
    sessions: OwnSessions,
}

/// Some of the own sessions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase)]
#[schema(rename_all = "camelCase")]
pub(crate) enum OwnSessions {
    /// The one that asks.
    #[default]
    This,
    /// All but the one that asks.
    Others,
    /// All of them.
    All,
}

/// What a program gets for signing in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tokens)]
pub(crate) struct TokenView {
    /// To be sent as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(value_type = String, example = "Bearer")]
    token_type: &'static str,
    /// For how many seconds the access token is good.
    expires_in: i64,
    /// Gets the next pair of tokens from `POST /auth/refresh`, once.
    refresh_token: String,
    /// Until when it does.
    refresh_expires_at: DateTime<Utc>,
    user: UserView,
}

/// What a page in a browser gets for signing in; the tokens are in cookies.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SignedInBrowser)]
pub(crate) struct BrowserView {
    user: UserView,
    /// To be sent as `X-CSRF-Token` with everything that is no GET; also in a cookie that scripts can read.
    csrf_token: String,
    /// For how many seconds the access token is good.
    expires_in: i64,
    /// Until when `POST /auth/refresh` gets the next one.
    refresh_expires_at: DateTime<Utc>,
}

/// Programs get tokens, browsers get cookies.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SignedIn)]
#[expect(dead_code, reason = "only its schema is used; each transport sends its own view")]
pub(crate) enum SignedInView {
    Bearer(Box<TokenView>),
    Cookie(Box<BrowserView>),
}

impl SignInBody {
    pub(super) fn into_order(self) -> (SignIn, Transport) {
        let Self { email, password, code, transport } = self;
        (SignIn { email, password, code }, transport)
    }
}

impl RefreshBody {
    pub(super) fn into_token(self) -> Option<Redacted<String>> {
        self.refresh_token
    }
}

impl SignOutBody {
    pub(super) fn into_which(self) -> Which {
        match self.sessions {
            OwnSessions::This => Which::This,
            OwnSessions::Others => Which::Others,
            OwnSessions::All => Which::All,
        }
    }
}

impl From<&SignedIn> for TokenView {
    fn from(signed_in: &SignedIn) -> Self {
        Self {
            access_token: signed_in.access_token.expose().clone(),
            token_type: "Bearer",
            expires_in: signed_in.expires_in.num_seconds(),
            refresh_token: signed_in.refresh_token.expose().clone(),
            refresh_expires_at: signed_in.refresh_expires_at,
            user: UserView::from(&signed_in.user),
        }
    }
}

impl BrowserView {
    pub(super) fn of(signed_in: &SignedIn, csrf_token: String) -> Self {
        Self {
            user: UserView::from(&signed_in.user),
            csrf_token,
            expires_in: signed_in.expires_in.num_seconds(),
            refresh_expires_at: signed_in.refresh_expires_at,
        }
    }
}

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use deserr::Deserr;
use kairo_domain::{ApiKey, Scope, Title};
use kairo_use_cases::{CreateApiKey, NewApiKey};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use uuid::Uuid;

use crate::body::Faults;

/// An API key to be made.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = CreateApiKey, rename_all = "camelCase", example = json!({
    "name": "Nightly export", "scopes": ["leads:read", "companies:read"]
}))]
pub(crate) struct CreateBody {
    /// What it is called.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name: Title,
    /// What it may do; one at least.
    #[schema(schema_with = scopes)]
    scopes: Vec<Scope>,
    /// When it ends: 90 days from now unless given, 366 at the latest.
    #[deserr(default)]
    expires_at: Option<DateTime<Utc>>,
}

/// An API key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyView {
    id: Uuid,
    name: String,
    /// How the secret begins.
    prefix: String,
    #[schema(schema_with = scopes)]
    scopes: Vec<&'static str>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    #[schema(required = true)]
    last_used_at: Option<DateTime<Utc>>,
}

/// An API key that was just made.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewApiKey)]
pub(crate) struct NewApiKeyView {
    #[serde(flatten)]
    key: ApiKeyView,
    /// What the program sends; shown this once.
    secret: String,
}

/// The closed list of scopes.
fn scopes() -> Schema {
    let scope = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Scope::WORDS));
    ArrayBuilder::new().items(scope.build()).description(Some("What the key may do.")).into()
}

impl CreateBody {
    pub(super) fn into_order(self) -> CreateApiKey {
        let Self { name, scopes, expires_at } = self;
        CreateApiKey { name, scopes: scopes.into_iter().collect(), expires_at }
    }
}

impl From<&ApiKey> for ApiKeyView {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.uuid(),
            name: key.name.as_str().to_owned(),
            prefix: key.prefix.clone(),
            scopes: key.scopes.iter().map(Scope::as_str).collect(),
            created_at: key.created_at,
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
        }
    }
}

impl From<&NewApiKey> for NewApiKeyView {
    fn from(new: &NewApiKey) -> Self {
        Self { key: ApiKeyView::from(&new.key), secret: new.secret.expose().clone() }
    }
}

#[cfg(test)]
mod tests;

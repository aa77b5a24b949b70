mod secret;

use chrono::{DateTime, Utc};
use deserr::Deserr;
use kairo_domain::{
    Change, Credential, CredentialField, CredentialId, CredentialName, CredentialPatch, Seen,
};
use kairo_use_cases::{CreateCredential, EditCredential};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::Faults;
use crate::query::Listed;

pub(crate) use secret::{SecretBody, SecretSchema};

/// A credential to be made.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = CreateCredential, rename_all = "camelCase", example = json!({
    "name": "acme-crm", "secret": {"kind": "bearer", "token": "a-token-of-the-crm"}
}))]
pub(crate) struct CreateBody {
    /// What flows call it: lower-case words of a-z and 0-9, joined by single hyphens, underscores or dots. No two of
    /// the caller's have the same name.
    #[schema(value_type = String, min_length = 1, max_length = 80, pattern = "^[a-z0-9]+([-_.][a-z0-9]+)*$")]
    name: CredentialName,
    /// What it authenticates with.
    #[schema(value_type = SecretSchema)]
    secret: SecretBody,
}

/// Changes to a credential, as a JSON Merge Patch.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = PatchCredential, rename_all = "camelCase", example = json!({"name": "acme-crm-2"}))]
pub(crate) struct PatchBody {
    /// What flows call it.
    #[deserr(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 80)]
    name: Change<CredentialName>,
}

impl CreateBody {
    pub(super) fn into_order(self) -> CreateCredential {
        let Self { name, secret } = self;
        CreateCredential { name, secret: secret.into_secret() }
    }
}

impl PatchBody {
    pub(super) fn into_order(self, credential: CredentialId, seen: Seen) -> EditCredential {
        EditCredential { credential, patch: CredentialPatch { name: self.name }, seen }
    }
}

/// How a credential proves who it is.
#[derive(ToSchema)]
#[schema(as = CredentialKind, rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum KindWord {
    Bearer,
    Basic,
    Header,
    Query,
    Secret,
}

/// A credential; its secret is shown nowhere.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Credential)]
pub(crate) struct CredentialView {
    id: Uuid,
    /// Whose automations may use it.
    owner_id: Uuid,
    name: String,
    #[schema(value_type = KindWord)]
    kind: &'static str,
    /// How often it was changed; the first number of its `ETag`.
    version: u32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// When a step last used it, to the minute.
    #[schema(required = true)]
    last_used_at: Option<DateTime<Utc>>,
}

impl From<&Credential> for CredentialView {
    fn from(credential: &Credential) -> Self {
        Self {
            id: credential.id.uuid(),
            owner_id: credential.owner.uuid(),
            name: credential.name.as_str().to_owned(),
            kind: credential.kind.as_str(),
            version: credential.version.number(),
            created_at: credential.created_at,
            updated_at: credential.updated_at,
            last_used_at: credential.last_used_at,
        }
    }
}

impl Listed for CredentialView {
    type Field = CredentialField;

    const NAME: &'static str = "credentials";
    const PROPERTIES: &'static [&'static str] =
        &["id", "ownerId", "name", "kind", "version", "createdAt", "updatedAt", "lastUsedAt"];
    const SEARCHED: bool = false;
}

#[cfg(test)]
mod tests;

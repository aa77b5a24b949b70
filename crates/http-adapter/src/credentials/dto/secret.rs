use deserr::{DeserializeError, Deserr, ErrorKind, IntoValue, ValuePointerRef, take_cf_content};
use kairo_domain::{
    BasicPassword, BasicUsername, BearerToken, CredentialId, CredentialKind, CredentialSecret, HeaderName,
    HeaderValue, QueryName, QueryValue, Seen, SigningSecret,
};
use kairo_use_cases::ReplaceSecret;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::body::Faults;

/// What a credential authenticates with, as its kind says.
#[derive(Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[schema(as = CredentialSecret, example = json!({"kind": "bearer", "token": "a-token-of-the-crm"}))]
#[expect(dead_code, reason = "only its schema is used; a test compares its members with what is read")]
pub(crate) enum SecretSchema {
    /// Sent as `Authorization: Bearer …`.
    Bearer {
        /// Visible ASCII characters.
        #[schema(format = "password", min_length = 8, max_length = 8192)]
        token: String,
    },
    /// Sent as `Authorization: Basic …`.
    Basic {
        /// Without a colon.
        #[schema(min_length = 1, max_length = 200)]
        username: String,
        /// Taken as typed.
        #[schema(format = "password", min_length = 8, max_length = 8192)]
        password: String,
    },
    /// Sent as a header of the service's own.
    Header {
        /// None of those by which HTTP connections are run, such as `Host`.
        #[schema(min_length = 1, max_length = 100)]
        name: String,
        /// Visible ASCII characters and spaces.
        #[schema(format = "password", min_length = 8, max_length = 8192)]
        value: String,
    },
    /// Sent as a parameter of the query string.
    Query {
        #[schema(min_length = 1, max_length = 200)]
        name: String,
        /// Taken as typed.
        #[schema(format = "password", min_length = 8, max_length = 8192)]
        value: String,
    },
    /// The key with which signatures of webhooks are made and checked.
    Secret {
        /// Taken as typed; after `whsec_`, base64 as in Standard Webhooks.
        #[schema(format = "password", min_length = 8, max_length = 8192)]
        secret: String,
    },
}

/// A secret as it is read.
#[derive(Debug)]
pub(crate) struct SecretBody(CredentialSecret);

#[derive(Debug, Deserr)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
struct Bearer {
    token: BearerToken,
}

#[derive(Debug, Deserr)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
struct Basic {
    username: BasicUsername,
    password: BasicPassword,
}

#[derive(Debug, Deserr)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
struct Header {
    name: HeaderName,
    value: HeaderValue,
}

#[derive(Debug, Deserr)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
struct Query {
    name: QueryName,
    value: QueryValue,
}

#[derive(Debug, Deserr)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
struct Signing {
    secret: SigningSecret,
}

impl SecretBody {
    pub(super) fn into_secret(self) -> CredentialSecret {
        self.0
    }

    pub(crate) fn into_order(self, credential: CredentialId, seen: Seen) -> ReplaceSecret {
        ReplaceSecret { credential, secret: self.0, seen }
    }
}

/// By hand, so that an unknown kind is pointed at: the derived reader would point at the object around it.
impl Deserr<Faults> for SecretBody {
    fn deserialize_from_value<V: IntoValue>(
        value: deserr::Value<V>,
        place: ValuePointerRef,
    ) -> Result<Self, Faults> {
        let mut value = <Value as Deserr<Faults>>::deserialize_from_value(value, place)?;
        let kind = kind(&mut value, place)?;
        let rest = IntoValue::into_value(value);
        let secret = match kind {
            CredentialKind::Bearer => {
                let Bearer { token } = Deserr::deserialize_from_value(rest, place)?;
                CredentialSecret::Bearer { token }
            }
            CredentialKind::Basic => {
                let Basic { username, password } = Deserr::deserialize_from_value(rest, place)?;
                CredentialSecret::Basic { username, password }
            }
            CredentialKind::Header => {
                let Header { name, value } = Deserr::deserialize_from_value(rest, place)?;
                CredentialSecret::Header { name, value }
            }
            CredentialKind::Query => {
                let Query { name, value } = Deserr::deserialize_from_value(rest, place)?;
                CredentialSecret::Query { name, value }
            }
            CredentialKind::Secret => {
                let Signing { secret } = Deserr::deserialize_from_value(rest, place)?;
                CredentialSecret::Secret { secret }
            }
        };
        Ok(Self(secret))
    }
}

/// Takes the kind out of an object.
fn kind(value: &mut Value, place: ValuePointerRef) -> Result<CredentialKind, Faults> {
    let refused = |error| take_cf_content(Faults::error::<Value>(None, error, place));
    let Value::Object(members) = value else {
        let (actual, accepted) = (value.clone().into_value(), &[deserr::ValueKind::Map]);
        return Err(refused(ErrorKind::IncorrectValueKind { actual, accepted }));
    };
    let given = members.remove("kind").ok_or_else(|| refused(ErrorKind::MissingField { field: "kind" }))?;
    let known = given.as_str().and_then(CredentialKind::named);
    known.ok_or_else(|| {
        let message = format!("must be one of {}", CredentialKind::WORDS.join(", "));
        Faults::at(place.push_key("kind"), "unknown_word", message)
    })
}

#[cfg(test)]
mod tests;

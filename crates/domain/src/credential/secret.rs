use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;

use super::SecretTexts;
use crate::{
    BasicPassword, BasicUsername, BearerToken, HeaderName, HeaderValue, QueryName, QueryValue, Redacted,
    SigningSecret,
};

/// How a credential proves who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A token in `Authorization: Bearer …`.
    Bearer,
    /// A user name and a password in `Authorization: Basic …`.
    Basic,
    /// A header of the service's own.
    Header,
    /// A parameter of the query string.
    Query,
    /// A key that signatures are made and checked with.
    Secret,
}

impl CredentialKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Bearer, Self::Basic, Self::Header, Self::Query, Self::Secret];
    /// The words, in the same order.
    pub const WORDS: [&'static str; 5] = ["bearer", "basic", "header", "query", "secret"];

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Basic => "basic",
            Self::Header => "header",
            Self::Query => "query",
            Self::Secret => "secret",
        }
    }

    /// The kind with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// The secret of a credential, opened. It is never printed, and becomes bytes for the vault only.
#[derive(Clone, PartialEq, Eq)]
pub enum CredentialSecret {
    /// A token in `Authorization: Bearer …`.
    Bearer {
        /// The token.
        token: BearerToken,
    },
    /// A user name and a password in `Authorization: Basic …`.
    Basic {
        /// The user name, which is no secret.
        username: BasicUsername,
        /// The password.
        password: BasicPassword,
    },
    /// A header of the service's own.
    Header {
        /// Its name.
        name: HeaderName,
        /// Its value.
        value: HeaderValue,
    },
    /// A parameter of the query string.
    Query {
        /// Its name.
        name: QueryName,
        /// Its value.
        value: QueryValue,
    },
    /// A key that signatures are made and checked with.
    Secret {
        /// The key as it was given.
        secret: SigningSecret,
    },
}

/// The bytes that were opened are no secret of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what was sealed is no secret of a credential")]
pub struct NotASecret;

/// A secret as it is sealed.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Kept {
    Bearer { token: String },
    Basic { username: String, password: String },
    Header { name: String, value: String },
    Query { name: String, value: String },
    Secret { secret: String },
}

impl CredentialSecret {
    /// How it proves who it is.
    pub const fn kind(&self) -> CredentialKind {
        match self {
            Self::Bearer { .. } => CredentialKind::Bearer,
            Self::Basic { .. } => CredentialKind::Basic,
            Self::Header { .. } => CredentialKind::Header,
            Self::Query { .. } => CredentialKind::Query,
            Self::Secret { .. } => CredentialKind::Secret,
        }
    }

    /// The bytes to be sealed.
    pub fn to_bytes(&self) -> Redacted<Vec<u8>> {
        let kept = match self {
            Self::Bearer { token } => json!({"kind": "bearer", "token": token.as_str()}),
            Self::Basic { username, password } => {
                json!({"kind": "basic", "username": username.as_str(), "password": password.as_str()})
            }
            Self::Header { name, value } => {
                json!({"kind": "header", "name": name.as_str(), "value": value.as_str()})
            }
            Self::Query { name, value } => {
                json!({"kind": "query", "name": name.as_str(), "value": value.as_str()})
            }
            Self::Secret { secret } => json!({"kind": "secret", "secret": secret.as_str()}),
        };
        Redacted::new(kept.to_string().into_bytes())
    }

    /// The secret in bytes that were opened. It was checked when it was sealed, and is not checked again.
    ///
    /// # Errors
    /// [`NotASecret`] when something else was sealed.
    pub fn from_bytes(bytes: &Redacted<Vec<u8>>) -> Result<Self, NotASecret> {
        let kept = serde_json::from_slice(bytes.expose()).map_err(|_| NotASecret)?;
        Ok(match kept {
            Kept::Bearer { token } => Self::Bearer { token: BearerToken::restore(token) },
            Kept::Basic { username, password } => Self::Basic {
                username: BasicUsername::restore(username),
                password: BasicPassword::restore(password),
            },
            Kept::Header { name, value } => {
                Self::Header { name: HeaderName::restore(name), value: HeaderValue::restore(value) }
            }
            Kept::Query { name, value } => {
                Self::Query { name: QueryName::restore(name), value: QueryValue::restore(value) }
            }
            Kept::Secret { secret } => Self::Secret { secret: SigningSecret::restore(secret) },
        })
    }

    /// The header to send, as name and value; `None` for what goes elsewhere.
    pub fn header(&self) -> Option<(&str, Redacted<String>)> {
        match self {
            Self::Bearer { token } => {
                Some(("Authorization", Redacted::new(format!("Bearer {}", token.as_str()))))
            }
            Self::Basic { username, password } => {
                let pair = encoded_pair(username, password);
                Some(("Authorization", Redacted::new(format!("Basic {pair}"))))
            }
            Self::Header { name, value } => Some((name.as_str(), Redacted::new(value.as_str().to_owned()))),
            Self::Query { .. } | Self::Secret { .. } => None,
        }
    }

    /// The parameter to add to the query string, as name and value; `None` for what goes elsewhere.
    pub fn parameter(&self) -> Option<(&str, Redacted<String>)> {
        match self {
            Self::Query { name, value } => Some((name.as_str(), Redacted::new(value.as_str().to_owned()))),
            Self::Bearer { .. } | Self::Basic { .. } | Self::Header { .. } | Self::Secret { .. } => None,
        }
    }

    /// The key of signatures, decoded where it is base64; `None` for what signs nothing.
    pub fn signing_key(&self) -> Option<Redacted<Vec<u8>>> {
        match self {
            Self::Secret { secret } => Some(Redacted::new(secret.key())),
            Self::Bearer { .. } | Self::Basic { .. } | Self::Header { .. } | Self::Query { .. } => None,
        }
    }

    /// Every text that must not be seen wherever it turns up: in a log, a step or an error.
    pub fn secret_texts(&self) -> SecretTexts {
        let mut texts = SecretTexts::default();
        match self {
            Self::Bearer { token } => texts.add(token.as_str()),
            Self::Basic { username, password } => {
                texts.add(password.as_str());
                texts.add(&encoded_pair(username, password));
            }
            Self::Header { value, .. } => {
                texts.add(value.as_str());
                // Others show the token alone, without the word of its scheme.
                value.as_str().split(' ').for_each(|part| texts.add(part));
            }
            Self::Query { value, .. } => texts.add(value.as_str()),
            Self::Secret { secret } => {
                texts.add(secret.as_str());
                secret
                    .as_str()
                    .strip_prefix(SigningSecret::PREFIX)
                    .into_iter()
                    .for_each(|key| texts.add(key));
            }
        }
        texts
    }
}

/// The pair as Basic authentication sends it.
fn encoded_pair(username: &BasicUsername, password: &BasicPassword) -> String {
    STANDARD.encode(format!("{}:{}", username.as_str(), password.as_str()))
}

impl fmt::Debug for CredentialSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind().as_str(), SecretTexts::MARK)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn one_of_each_kind() -> [CredentialSecret; 5] {
        [
            CredentialSecret::Bearer { token: BearerToken::parse("abc.def-123").unwrap() },
            CredentialSecret::Basic {
                username: BasicUsername::parse("ada").unwrap(),
                password: BasicPassword::parse("pass:w\"rd ü").unwrap(),
            },
            CredentialSecret::Header {
                name: HeaderName::parse("X-Api-Key").unwrap(),
                value: HeaderValue::parse("Token 0123456789").unwrap(),
            },
            CredentialSecret::Query {
                name: QueryName::parse("key").unwrap(),
                value: QueryValue::parse("a value & more").unwrap(),
            },
            CredentialSecret::Secret { secret: SigningSecret::parse("whsec_MTIzNDU2Nzg5MA==").unwrap() },
        ]
    }

    #[test]
    fn a_secret_survives_its_bytes() {
        for (secret, kind) in one_of_each_kind().into_iter().zip(CredentialKind::ALL) {
            assert_eq!(CredentialSecret::from_bytes(&secret.to_bytes()), Ok(secret.clone()));
            let written: Value = serde_json::from_slice(secret.to_bytes().expose()).unwrap();
            assert_eq!((secret.kind(), written["kind"].as_str()), (kind, Some(kind.as_str())));
        }
        for bytes in ["", "{}", "12", r#"{"kind": "bearer"}"#, r#"{"kind": "pin", "pin": "1234"}"#] {
            let opened = CredentialSecret::from_bytes(&Redacted::new(bytes.into()));
            assert_eq!(opened, Err(NotASecret), "{bytes}");
        }
    }

    #[test]
    fn a_kind_survives_its_word() {
        for (kind, word) in CredentialKind::ALL.into_iter().zip(CredentialKind::WORDS) {
            assert_eq!((kind.as_str(), CredentialKind::named(word)), (word, Some(kind)));
        }
        assert_eq!(CredentialKind::named("oauth"), None);
    }

    #[test]
    fn each_kind_goes_where_it_belongs() {
        let [bearer, basic, header, query, secret] = one_of_each_kind();
        let sent = |secret: &CredentialSecret| {
            let header = secret.header().map(|(name, value)| format!("{name}: {}", value.expose()));
            header.or_else(|| secret.parameter().map(|(name, value)| format!("?{name}={}", value.expose())))
        };
        assert_eq!(sent(&bearer).unwrap(), "Authorization: Bearer abc.def-123");
        // printf 'ada:pass:w"rd ü' | base64
        assert_eq!(sent(&basic).unwrap(), "Authorization: Basic YWRhOnBhc3M6dyJyZCDDvA==");
        assert_eq!(sent(&header).unwrap(), "X-Api-Key: Token 0123456789");
        assert_eq!(sent(&query).unwrap(), "?key=a value & more");
        assert_eq!(sent(&secret), None);
        assert_eq!(secret.signing_key(), Some(Redacted::new(b"1234567890".to_vec())));
        assert_eq!(bearer.signing_key(), None);
    }

    #[test]
    fn whatever_a_request_carries_is_among_the_texts_that_are_hidden() {
        for secret in one_of_each_kind() {
            let texts = secret.secret_texts();
            let carried = secret.header().or(secret.parameter()).map(|(_, value)| value.expose().clone());
            for text in carried.iter().flat_map(|value| [value.as_str(), value.rsplit(' ').next().unwrap()]) {
                if text.len() >= 8 {
                    assert!(texts.redact_text(text).contains("[redacted]"), "{secret:?}");
                }
            }
            assert!(!format!("{secret:?}{texts:?}{:?}", secret.to_bytes()).contains("123"), "{secret:?}");
        }
        let [_, basic, header, _, secret] = one_of_each_kind().map(|secret| secret.secret_texts());
        assert_eq!(basic.redact_text("ada, pass:w\"rd ü"), "ada, [redacted]");
        assert_eq!(header.redact_text("token=0123456789;"), "token=[redacted];");
        assert_eq!(secret.redact_text("the key is MTIzNDU2Nzg5MA==."), "the key is [redacted].");
    }
}

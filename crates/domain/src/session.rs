use chrono::{DateTime, Utc};

use crate::{Entity, Facts, Id, Redacted, Resource, Subject, UserId};

/// The id of a session.
pub type SessionId = Id<Session>;

impl Entity for Session {
    const NAME: &'static str = "session";
}

/// A device that is signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Its id, the `sid` of its access tokens.
    pub id: SessionId,
    /// Who is signed in.
    pub user: UserId,
    /// What is stored of its refresh token.
    pub refresh_digest: TokenDigest,
    /// When it ends unless it is used.
    pub expires_at: DateTime<Utc>,
    /// From where it was opened; personal data.
    pub ip_address: Option<Redacted<String>>,
    /// With what it was opened, shortened; personal data.
    pub user_agent: Option<Redacted<String>>,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was ended on purpose.
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The SHA-256 of an opaque token, as 64 lower-case hexadecimal digits; the token itself is never stored.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TokenDigest(Redacted<String>);

/// A text is no digest of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token digest is 64 lower-case hexadecimal digits")]
pub struct NotADigest;

impl TokenDigest {
    /// Checks a digest.
    ///
    /// # Errors
    /// [`NotADigest`] for anything but 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, NotADigest> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == 64 && text.bytes().all(is_hex) {
            Ok(Self(Redacted::new(text.to_owned())))
        } else {
            Err(NotADigest)
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

impl Session {
    /// Whether the session can still be used.
    pub fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Ends the session; ending it twice changes nothing.
    pub fn revoke(&mut self, at: DateTime<Utc>) {
        self.revoked_at.get_or_insert(at);
    }
}

impl Subject for Session {
    fn facts(&self) -> Facts {
        Facts { owner: Some(self.user), ..Facts::of(Resource::Session, self.id.uuid()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_hexadecimal_and_never_printed() {
        let digest = TokenDigest::parse(&"a1".repeat(32)).unwrap();
        assert_eq!(format!("{digest:?}"), "TokenDigest([redacted])");
        assert_eq!(TokenDigest::parse(&"A1".repeat(32)), Err(NotADigest));
        assert_eq!(TokenDigest::parse("a1"), Err(NotADigest));
    }

    #[test]
    fn a_session_ends_with_its_time_or_on_purpose() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let mut session = Session {
            id: Id::from_uuid(uuid::Uuid::from_u128(1)),
            user: Id::from_uuid(uuid::Uuid::from_u128(2)),
            refresh_digest: TokenDigest::parse(&"0".repeat(64)).unwrap(),
            expires_at: at(100),
            ip_address: None,
            user_agent: None,
            created_at: at(0),
            last_used_at: None,
            revoked_at: None,
        };
        assert!(session.is_alive(at(99)) && !session.is_alive(at(100)));
        session.revoke(at(5));
        session.revoke(at(6));
        assert_eq!((session.revoked_at, session.is_alive(at(7))), (Some(at(5)), false));
    }
}

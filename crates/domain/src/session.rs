use chrono::{DateTime, TimeDelta, Utc};

use crate::{Entity, Facts, Id, Origin, Redacted, Resource, Subject, UserId};

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
    /// What is stored of the token before, once there was one.
    pub previous_digest: Option<TokenDigest>,
    /// When the token before was used.
    pub rotated_at: Option<DateTime<Utc>>,
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

/// How a refresh token that was presented stands to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// It is the one to be used next.
    Current,
    /// It was just used, and its successor was not: the answer may have been lost, or two tabs asked at once.
    JustUsed,
    /// It was used before: somebody holds a copy.
    Spent,
}

impl Session {
    /// For how long a session lives without being used.
    pub const LIFETIME: TimeDelta = TimeDelta::days(30);
    /// For how long a used token is answered with its successor again.
    pub const TOLERANCE: TimeDelta = TimeDelta::seconds(10);

    /// A session that begins now, from this place.
    pub fn open(
        id: SessionId,
        user: UserId,
        refresh_digest: TokenDigest,
        origin: &Origin,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            user,
            refresh_digest,
            previous_digest: None,
            rotated_at: None,
            expires_at: at + Self::LIFETIME,
            ip_address: origin.address.clone(),
            user_agent: origin.agent.clone(),
            created_at: at,
            last_used_at: None,
            revoked_at: None,
        }
    }

    /// How a token of this session stands.
    pub fn presented(&self, digest: &TokenDigest, now: DateTime<Utc>) -> Presented {
        if *digest == self.refresh_digest {
            return Presented::Current;
        }
        let is_fresh = self.rotated_at.is_some_and(|at| now < at + Self::TOLERANCE);
        if is_fresh && self.previous_digest.as_ref() == Some(digest) {
            return Presented::JustUsed;
        }
        Presented::Spent
    }

    /// Puts the successor of its token in the token's place, and lives on.
    pub fn rotate(&mut self, successor: TokenDigest, now: DateTime<Utc>) {
        self.previous_digest = Some(std::mem::replace(&mut self.refresh_digest, successor));
        self.rotated_at = Some(now);
        self.last_used_at = Some(now);
        self.expires_at = now + Self::LIFETIME;
    }

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

    fn digest(digit: &str) -> TokenDigest {
        TokenDigest::parse(&digit.repeat(64)).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn session() -> Session {
        Session {
            id: Id::from_uuid(uuid::Uuid::from_u128(1)),
            user: Id::from_uuid(uuid::Uuid::from_u128(2)),
            refresh_digest: digest("0"),
            previous_digest: None,
            rotated_at: None,
            expires_at: at(100),
            ip_address: None,
            user_agent: None,
            created_at: at(0),
            last_used_at: None,
            revoked_at: None,
        }
    }

    #[test]
    fn a_session_ends_with_its_time_or_on_purpose() {
        let mut session = session();
        assert!(session.is_alive(at(99)) && !session.is_alive(at(100)));
        session.revoke(at(5));
        session.revoke(at(6));
        assert_eq!((session.revoked_at, session.is_alive(at(7))), (Some(at(5)), false));
    }

    #[test]
    fn a_used_token_is_tolerated_for_ten_seconds_and_until_its_successor_is_used() {
        let mut session = session();
        assert_eq!(session.presented(&digest("0"), at(1)), Presented::Current);
        session.rotate(digest("1"), at(1));
        assert_eq!(session.presented(&digest("0"), at(10)), Presented::JustUsed);
        assert_eq!(session.presented(&digest("0"), at(11)), Presented::Spent);
        assert_eq!(session.presented(&digest("1"), at(99)), Presented::Current);
        session.rotate(digest("2"), at(2));
        assert_eq!(session.presented(&digest("0"), at(2)), Presented::Spent);
        assert_eq!(session.presented(&digest("1"), at(2)), Presented::JustUsed);
    }
}

//! Fakes of the ports that decide nothing: time, ids, passwords and tokens that a test can foresee.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{CompanyId, Redacted, Role, SessionId, TokenDigest, UserId};
use kairo_ports::{
    AccessClaims, AccessTokens, Clock, IdSource, PasswordError, PasswordHash, Passwords, TokenError,
    TokenSource,
};
use uuid::Uuid;

/// The instant at which a [`ManualClock`] starts: 2026-01-01T00:00:00Z.
pub const START: DateTime<Utc> = DateTime::from_timestamp(1_767_225_600, 0).expect("a valid instant");

/// A clock that stands still until a test moves it. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// A clock that shows [`START`].
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(START)))
    }

    /// Moves the clock.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ids that count: `00000000-0000-7000-8000-000000000001`, then `…2`. Clones count together.
#[derive(Clone, Debug)]
pub struct NumberedIds(Arc<AtomicU64>);

impl NumberedIds {
    /// Counts from 1.
    pub fn new() -> Self {
        Self::from_number(1)
    }

    /// Counts from this number, so that two sources never give the same id.
    pub fn from_number(first: u64) -> Self {
        Self(Arc::new(AtomicU64::new(first)))
    }

    /// The id with this number.
    pub const fn id(number: u64) -> Uuid {
        Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | number as u128)
    }
}

impl Default for NumberedIds {
    fn default() -> Self {
        Self::new()
    }
}

impl IdSource for NumberedIds {
    fn next(&self) -> Uuid {
        Self::id(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// Passwords whose hash is `plain:` and the password.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainPasswords;

#[async_trait]
impl Passwords for PlainPasswords {
    async fn hash(&self, password: &Redacted<String>) -> Result<PasswordHash, PasswordError> {
        Ok(PasswordHash::new(format!("plain:{}", password.expose())))
    }

    async fn verify<'a>(
        &self,
        password: &Redacted<String>,
        hash: Option<&'a PasswordHash>,
    ) -> Result<bool, PasswordError> {
        Ok(hash.is_some_and(|hash| hash.as_str().strip_prefix("plain:") == Some(password.expose())))
    }
}

/// Opaque tokens `token-1`, `token-2` and so on. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct NumberedTokens(Arc<AtomicU64>);

impl NumberedTokens {
    /// What is stored of a token: its text in hexadecimal digits, filled up with zeros. Only the first 32 bytes of
    /// a text count, which is enough for every token of this source.
    pub fn digest_of(token: &str) -> TokenDigest {
        let hex: String = token.bytes().take(32).map(|byte| format!("{byte:02x}")).collect();
        TokenDigest::parse(&format!("{hex:0<64}")).expect("64 hexadecimal digits")
    }
}

impl TokenSource for NumberedTokens {
    fn next(&self) -> (Redacted<String>, TokenDigest) {
        let token = format!("token-{}", self.0.fetch_add(1, Ordering::Relaxed) + 1);
        let digest = Self::digest_of(&token);
        (Redacted::new(token), digest)
    }
}

/// Access tokens that anybody can read and write, good for ten minutes.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainTokens;

impl AccessTokens for PlainTokens {
    fn lifetime(&self) -> TimeDelta {
        TimeDelta::minutes(10)
    }

    fn issue(&self, claims: &AccessClaims, now: DateTime<Utc>) -> Result<Redacted<String>, TokenError> {
        let company = claims.company.map_or_else(|| "-".to_owned(), |company| company.to_string());
        let expires_at = (now + self.lifetime()).timestamp_micros();
        let AccessClaims { user, session, role, .. } = claims;
        Ok(Redacted::new(format!("plain:{user}:{session}:{role}:{company}:{expires_at}")))
    }

    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, TokenError> {
        let (claims, expires_at) = read(token).ok_or(TokenError::Invalid)?;
        if now < expires_at { Ok(claims) } else { Err(TokenError::Expired) }
    }
}

fn read(token: &str) -> Option<(AccessClaims, DateTime<Utc>)> {
    let parts: Vec<&str> = token.split(':').collect();
    let &["plain", user, session, role, company, expires_at] = parts.as_slice() else { return None };
    let company: Option<CompanyId> = if company == "-" { None } else { Some(company.parse().ok()?) };
    let user: UserId = user.parse().ok()?;
    let session: SessionId = session.parse().ok()?;
    let claims = AccessClaims { user, session, role: Role::named(role)?, company };
    Some((claims, DateTime::from_timestamp_micros(expires_at.parse().ok()?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_moves_for_all_its_clones() {
        let clock = ManualClock::new();
        clock.clone().advance(TimeDelta::seconds(5));
        assert_eq!(clock.now().to_rfc3339(), "2026-01-01T00:00:05+00:00");
    }

    #[test]
    fn ids_count_and_are_of_version_seven() {
        let ids = NumberedIds::new();
        assert_eq!(ids.next().to_string(), "00000000-0000-7000-8000-000000000001");
        assert_eq!((ids.next(), ids.next().get_version_num()), (NumberedIds::id(2), 7));
    }

    #[test]
    fn tokens_and_their_digests_differ() {
        let tokens = NumberedTokens::default();
        let (first, digest) = tokens.next();
        assert_eq!((first.expose().as_str(), &digest), ("token-1", &NumberedTokens::digest_of("token-1")));
        assert_ne!(tokens.next().1, digest);
        assert_ne!(NumberedTokens::digest_of("token-10"), digest);
    }

    #[test]
    fn an_access_token_expires() {
        let claims = AccessClaims {
            user: UserId::from_uuid(NumberedIds::id(1)),
            session: SessionId::from_uuid(NumberedIds::id(2)),
            role: Role::Client,
            company: Some(CompanyId::from_uuid(NumberedIds::id(3))),
        };
        let token = PlainTokens.issue(&claims, START).unwrap();
        assert_eq!(PlainTokens.verify(token.expose(), START).unwrap(), claims);
        let late = START + PlainTokens.lifetime();
        assert!(matches!(PlainTokens.verify(token.expose(), late), Err(TokenError::Expired)));
        assert!(matches!(PlainTokens.verify("plain:x", START), Err(TokenError::Invalid)));
    }
}

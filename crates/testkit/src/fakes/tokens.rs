use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{CompanyId, Redacted, Role, SessionId, TokenDigest, UserId};
use kairo_ports::{AccessClaims, AccessTokens, PublishedKey, TokenError, TokenSource};
use sha2::{Digest, Sha256};

/// Opaque tokens `token-1`, `token-2` and so on. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct NumberedTokens(Arc<AtomicU64>);

impl NumberedTokens {
    /// What is stored of a token, or of any other text.
    pub fn digest_of(token: &str) -> TokenDigest {
        TokenDigest::parse(&hex::encode(Sha256::digest(token))).expect("64 hexadecimal digits")
    }
}

impl TokenSource for NumberedTokens {
    fn next(&self) -> (Redacted<String>, TokenDigest) {
        let token = format!("token-{}", self.0.fetch_add(1, Ordering::Relaxed) + 1);
        let digest = Self::digest_of(&token);
        (Redacted::new(token), digest)
    }

    fn digest(&self, token: &str) -> TokenDigest {
        Self::digest_of(token)
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

    fn published_keys(&self, _now: DateTime<Utc>) -> Vec<PublishedKey> {
        vec![PublishedKey { id: "plain".to_owned(), x: "cGxhaW4".to_owned() }]
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
    use crate::fakes::{NumberedIds, START};

    #[test]
    fn tokens_and_their_digests_differ() {
        let tokens = NumberedTokens::default();
        let (first, digest) = tokens.next();
        assert_eq!((first.expose().as_str(), &digest), ("token-1", &NumberedTokens::digest_of("token-1")));
        assert_ne!(tokens.next().1, digest);
        assert_ne!(tokens.digest("token-10"), digest);
        assert_eq!(tokens.digest("token-1"), digest);
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

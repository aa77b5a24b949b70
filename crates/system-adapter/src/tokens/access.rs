use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use kairo_domain::{CompanyId, Id, Redacted, Role};
use kairo_ports::{AccessClaims, AccessTokens, PublishedKey, TokenError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Keyring, random_bytes};

/// How far the clocks of two nodes may be apart when one still signs with a key that the other saw replaced.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(1);

/// What every token of this installation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    /// Who signs (`iss`).
    pub issuer: String,
    /// For whom (`aud`).
    pub audience: String,
    /// For how long.
    pub lifetime: TimeDelta,
}

/// Access tokens as JWTs signed with Ed25519 (RFC 8037); no other algorithm is accepted, and no key but those of the
/// ring: what a token says about where its key is to be found is not read.
pub struct Ed25519AccessTokens {
    ring: Keyring,
    settings: TokenSettings,
    validation: Validation,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: Uuid,
    sid: Uuid,
    role: String,
    company: Option<Uuid>,
    iat: i64,
    exp: i64,
    iss: String,
    aud: String,
    jti: String,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self { issuer: "kairo".to_owned(), audience: "kairo".to_owned(), lifetime: TimeDelta::minutes(10) }
    }
}

impl Ed25519AccessTokens {
    /// Signs with the key of the ring that signs at the time; checks with it, with those to come, and with those
    /// replaced so lately that a token of theirs may still hold.
    pub fn new(ring: Keyring, settings: TokenSettings) -> Self {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        // The library lets a token without issuer or audience pass unless they are required.
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The time comes from the clock port: `verify` compares it itself.
        validation.validate_exp = false;
        Self { ring, settings, validation }
    }

    fn overlap(&self) -> TimeDelta {
        self.settings.lifetime + CLOCK_SKEW
    }

    /// What a signature of a key of the ring says.
    fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Claims, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        // RFC 7515, section 4.1.11: what must be understood and is not makes the token invalid.
        if header.crit.is_some() {
            return Err(TokenError::Invalid);
        }
        let ring = self.ring.ring();
        let is_named = |id: &str| header.kid.as_deref() == Some(id);
        let key =
            ring.trusted(now, self.overlap()).find(|key| is_named(&key.id)).ok_or(TokenError::Invalid)?;
        let checking = DecodingKey::from_ed_der(&key.parts.public);
        decode(token, &checking, &self.validation).map(|data| data.claims).map_err(|_| TokenError::Invalid)
    }
}

impl AccessTokens for Ed25519AccessTokens {
    fn lifetime(&self) -> TimeDelta {
        self.settings.lifetime
    }

    fn issue(&self, claims: &AccessClaims, now: DateTime<Utc>) -> Result<Redacted<String>, TokenError> {
        let claims = Claims {
            sub: claims.user.uuid(),
            sid: claims.session.uuid(),
            role: claims.role.as_str().to_owned(),
            company: claims.company.map(CompanyId::uuid),
            iat: now.timestamp(),
            exp: (now + self.settings.lifetime).timestamp(),
            iss: self.settings.issuer.clone(),
            aud: self.settings.audience.clone(),
            jti: URL_SAFE_NO_PAD.encode(random_bytes::<16>()),
        };
        let ring = self.ring.ring();
        let key = ring.signing(now);
        let header = Header { kid: Some(key.id.clone()), ..Header::new(Algorithm::EdDSA) };
        let token = encode(&header, &claims, &EncodingKey::from_ed_der(&key.parts.pkcs8));
        token.map(Redacted::new).map_err(|error| TokenError::Broken(Box::new(error)))
    }

    fn published_keys(&self, now: DateTime<Utc>) -> Vec<PublishedKey> {
        let ring = self.ring.ring();
        let keys = ring.trusted(now, self.overlap());
        keys.map(|key| PublishedKey { id: key.id.clone(), x: URL_SAFE_NO_PAD.encode(&key.parts.public) })
            .collect()
    }

    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, TokenError> {
        let claims = self.read(token, now)?;
        if now.timestamp() >= claims.exp {
            return Err(TokenError::Expired);
        }
        Ok(AccessClaims {
            user: Id::from_uuid(claims.sub),
            session: Id::from_uuid(claims.sid),
            role: Role::named(&claims.role).ok_or(TokenError::Invalid)?,
            company: claims.company.map(Id::from_uuid),
        })
    }
}

#[cfg(test)]
mod tests;

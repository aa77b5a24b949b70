use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use kairo_domain::{CompanyId, Id, Redacted, Role, TokenDigest};
use kairo_ports::{AccessClaims, AccessTokens, TokenError, TokenSource};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{BadSigningKey, SigningKey, random_bytes};

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

/// Access tokens as JWTs signed with Ed25519 (RFC 8037); no other algorithm is accepted.
pub struct Ed25519AccessTokens {
    settings: TokenSettings,
    key_id: String,
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
}

/// Opaque tokens of 256 bits, of which only the SHA-256 is stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpaqueTokens;

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
    /// Signs and checks with this key.
    ///
    /// # Errors
    /// [`BadSigningKey`] when the key is refused by the cryptography library.
    pub fn new(key: &SigningKey, settings: TokenSettings) -> Result<Self, BadSigningKey> {
        let parts = key.to_pair()?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The time comes from the clock port: `verify` compares it itself.
        validation.validate_exp = false;
        Ok(Self {
            settings,
            key_id: hex::encode(&Sha256::digest(&parts.public)[..8]),
            signing: EncodingKey::from_ed_der(&parts.pkcs8),
            checking: DecodingKey::from_ed_der(&parts.public),
            validation,
        })
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
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        let token = encode(&header, &claims, &self.signing);
        token.map(Redacted::new).map_err(|error| TokenError::Broken(Box::new(error)))
    }

    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, TokenError> {
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        if header.kid.as_deref() != Some(self.key_id.as_str()) {
            return Err(TokenError::Invalid);
        }
        let claims: Claims =
            decode(token, &self.checking, &self.validation).map_err(|_| TokenError::Invalid)?.claims;
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

impl TokenSource for OpaqueTokens {
    fn next(&self) -> (Redacted<String>, TokenDigest) {
        let token = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
        let digest = hex::encode(Sha256::digest(token.as_bytes()));
        #[expect(clippy::expect_used, reason = "hex::encode of 32 bytes gives 64 lower-case digits")]
        let digest = TokenDigest::parse(&digest).expect("a SHA-256 in hexadecimal is a digest");
        (Redacted::new(token), digest)
    }
}

#[cfg(test)]
mod tests;

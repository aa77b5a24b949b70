use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kairo_domain::{Id, Redacted, SessionId, TokenDigest};
use kairo_ports::{Clock, RefreshTokens};
use uuid::Uuid;

use super::digest;
use crate::keyring::Member;
use crate::{Keyring, random_bytes};

/// The bytes of the session's id.
const SESSION: usize = 16;
/// The bytes of the secret.
const SECRET: usize = 32;
/// The bytes of the session's id and the secret, which the tag is over.
const TAGGED: usize = SESSION + SECRET;
/// The bytes of a token.
const TOKEN: usize = TAGGED + 16;

/// Refresh tokens that name their session and prove that they were made here: the session's id, a secret of 256 bits,
/// and a tag (HMAC-SHA-256, 128 bits of it) over both, in base64url.
///
/// The first secret is random; every other one is an HMAC-SHA-256 of the whole token before, so that whoever presents
/// a token again is given the same successor, and nobody without the key can foresee it.
pub struct HmacRefreshTokens {
    ring: Keyring,
    clock: Arc<dyn Clock>,
}

impl HmacRefreshTokens {
    /// Makes tokens with the key of the ring that signs at the time, and knows those of every key in it: a key that
    /// is taken out of the ring signs out every session that was not used since the key was replaced.
    pub fn new(ring: Keyring, clock: Arc<dyn Clock>) -> Self {
        Self { ring, clock }
    }

    /// The token's bytes, if some key of the ring made them.
    fn read(&self, token: &str) -> Option<[u8; TOKEN]> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let bytes = <[u8; TOKEN]>::try_from(bytes).ok()?;
        self.ring.ring().iter().any(|key| is_tagged(key, &bytes)).then_some(bytes)
    }
}

impl RefreshTokens for HmacRefreshTokens {
    fn first(&self, session: SessionId) -> (Redacted<String>, TokenDigest) {
        let ring = self.ring.ring();
        write(ring.signing(self.clock.now()), session.uuid().as_bytes(), &random_bytes::<SECRET>())
    }

    fn digest(&self, token: &str) -> TokenDigest {
        digest(token)
    }

    fn successors(&self, token: &str) -> Vec<(Redacted<String>, TokenDigest)> {
        let Some(bytes) = self.read(token) else { return Vec::new() };
        let session = &bytes[..SESSION];
        let ring = self.ring.ring();
        let keys = ring.signing_first(self.clock.now());
        keys.map(|key| write(key, session, authenticate(key, "refresh", &bytes).as_ref())).collect()
    }

    fn session_of(&self, token: &str) -> Option<SessionId> {
        let bytes = self.read(token)?;
        Uuid::from_slice(&bytes[..SESSION]).ok().map(Id::from_uuid)
    }
}

fn write(key: &Member, session: &[u8], secret: &[u8]) -> (Redacted<String>, TokenDigest) {
    let tagged = [session, secret].concat();
    let token = URL_SAFE_NO_PAD.encode([&tagged[..], &tag(key, &tagged).as_ref()[..TOKEN - TAGGED]].concat());
    let digest = digest(&token);
    (Redacted::new(token), digest)
}

fn is_tagged(key: &Member, bytes: &[u8; TOKEN]) -> bool {
    let (tagged, found) = bytes.split_at(TAGGED);
    verify_slices_are_equal(&tag(key, tagged).as_ref()[..TOKEN - TAGGED], found).is_ok()
}

fn tag(key: &Member, tagged: &[u8]) -> hmac::Tag {
    authenticate(key, "refresh-tag", tagged)
}

fn authenticate(key: &Member, purpose: &str, bytes: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &*key.derive(purpose)), bytes)
}

#[cfg(test)]
mod tests;

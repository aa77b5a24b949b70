use hmac::{Hmac, KeyInit, Mac};
use kairo_domain::Redacted;
use sha2::Sha256;

/// A key for one purpose, derived from the installation's signing key.
#[derive(Clone, Debug)]
pub(crate) struct PurposeKey(Redacted<[u8; 32]>);

impl PurposeKey {
    /// Derives the key for a purpose; keys for different purposes say nothing about each other.
    pub(crate) fn derive(signing_key: &Redacted<[u8; 32]>, purpose: &str) -> Self {
        Self(Redacted::new(sign(signing_key.expose(), &[purpose.as_bytes()])))
    }

    /// Signs the parts, each with its length, so that no two lists of parts look alike.
    pub(crate) fn sign(&self, parts: &[&[u8]]) -> [u8; 32] {
        sign(self.0.expose(), parts)
    }

    /// Whether the tag is the start of the parts' signature; takes the same time for every wrong tag.
    pub(crate) fn verify(&self, parts: &[&[u8]], tag: &[u8]) -> bool {
        mac(self.0.expose(), parts).verify_truncated_left(tag).is_ok()
    }
}

fn sign(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    mac(key, parts).finalize().into_bytes().into()
}

fn mac(key: &[u8; 32], parts: &[&[u8]]) -> Hmac<Sha256> {
    // HMAC pads keys to the block size with zeros.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac
}

use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use aws_lc_rs::error::Unspecified;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kairo_domain::Redacted;
use kairo_ports::{Clock, Vault, VaultError};

use crate::Keyring;
use crate::keyring::Member;

/// AES-256-GCM with a random nonce, under a key that follows from the ring's. The place is authenticated with the
/// value. As text: the id of the key, a dot, and nonce, ciphertext and tag in base64url.
///
/// A random nonce of 96 bits is good for 2^32 values under one key; a user has one.
pub struct AeadVault {
    ring: Keyring,
    clock: Arc<dyn Clock>,
}

impl AeadVault {
    /// Seals with the key of the ring that signs at the time, opens with every key in it: seal everything anew before
    /// taking a key out.
    pub fn new(ring: Keyring, clock: Arc<dyn Clock>) -> Self {
        Self { ring, clock }
    }
}

impl Vault for AeadVault {
    fn seal(&self, value: &Redacted<Vec<u8>>, place: &str) -> Result<Redacted<String>, VaultError> {
        let ring = self.ring.ring();
        let key = ring.signing(self.clock.now());
        let bytes =
            encrypt(key, value.expose(), place).map_err(|error| VaultError::Broken(Box::new(error)))?;
        Ok(Redacted::new(format!("{}.{}", key.id, URL_SAFE_NO_PAD.encode(bytes))))
    }

    fn open(&self, sealed: &Redacted<String>, place: &str) -> Result<Redacted<Vec<u8>>, VaultError> {
        let (id, text) = sealed.expose().split_once('.').ok_or(VaultError::Unreadable)?;
        let ring = self.ring.ring();
        let key = ring.find(id).ok_or(VaultError::Unreadable)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| VaultError::Unreadable)?;
        decrypt(key, &bytes, place).map(Redacted::new).map_err(|Unspecified| VaultError::Unreadable)
    }
}

fn encrypt(key: &Member, value: &[u8], place: &str) -> Result<Vec<u8>, Unspecified> {
    let mut bytes = value.to_vec();
    let nonce = cipher(key)?.seal_in_place_append_tag(Aad::from(place), &mut bytes)?;
    Ok([&nonce.as_ref()[..], &bytes].concat())
}

fn decrypt(key: &Member, bytes: &[u8], place: &str) -> Result<Vec<u8>, Unspecified> {
    let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or(Unspecified)?;
    let mut text = text.to_vec();
    let nonce = Nonce::try_assume_unique_for_key(nonce)?;
    cipher(key)?.open_in_place(nonce, Aad::from(place), &mut text).map(|value| value.to_vec())
}

fn cipher(key: &Member) -> Result<RandomizedNonceKey, Unspecified> {
    RandomizedNonceKey::new(&AES_256_GCM, &*key.derive("vault"))
}

#[cfg(test)]
mod tests;

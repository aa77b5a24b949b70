use std::fmt;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::encoding::Pkcs8V1Der;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The secret half of an Ed25519 key: 32 bytes, written in base64.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<[u8; 32]>);

/// A text is no signing key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signing key is 32 random bytes in base64, such as `openssl rand -base64 32` prints")]
pub struct BadSigningKey;

/// Keys that stand in documentation and examples; everybody knows them.
const PUBLISHED: &[&str] =
    &["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "a2Fpcm8tZXhhbXBsZS1zaWduaW5nLWtleS0wMDAwMDE="];

impl SigningKey {
    /// A new key.
    pub fn generate() -> Self {
        Self(Zeroizing::new(random_bytes()))
    }

    /// Reads a key; white space around it does not count.
    ///
    /// # Errors
    /// [`BadSigningKey`] unless it is 32 bytes in base64.
    pub fn parse(text: &str) -> Result<Self, BadSigningKey> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| BadSigningKey)?);
        let seed = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| BadSigningKey)?;
        Ok(Self(Zeroizing::new(seed)))
    }

    /// The key in base64, to be kept where nobody else can read it.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(*self.0))
    }

    /// Whether everybody knows this key, because it stands in the documentation.
    pub fn is_published(&self) -> bool {
        PUBLISHED.contains(&self.to_base64().as_str())
    }

    /// Derives a key for another purpose, so that no two purposes share one.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"kairo:");
        hash.update(purpose.as_bytes());
        hash.update(b":");
        hash.update(*self.0);
        hash.finalize().into()
    }

    /// What the world calls this key (`kid`); it tells nothing about its secret half.
    ///
    /// # Errors
    /// [`BadSigningKey`] when the key is refused by the cryptography library.
    pub fn id(&self) -> Result<String, BadSigningKey> {
        self.to_pair().map(|parts| parts.id())
    }

    pub(crate) fn to_pair(&self) -> Result<KeyParts, BadSigningKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&*self.0).map_err(|_| BadSigningKey)?;
        let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| BadSigningKey)?;
        Ok(KeyParts {
            pkcs8: Zeroizing::new(der.as_ref().to_vec()),
            public: pair.public_key().as_ref().to_vec(),
        })
    }
}

/// The two halves of a key, as the formats of signatures want them.
pub(crate) struct KeyParts {
    pub(crate) pkcs8: Zeroizing<Vec<u8>>,
    pub(crate) public: Vec<u8>,
}

impl KeyParts {
    /// What the world calls the key: the beginning of its public half's SHA-256, in hexadecimal digits.
    pub(crate) fn id(&self) -> String {
        hex::encode(&Sha256::digest(&self.public)[..8])
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey([redacted])")
    }
}

/// Random bytes that nobody can guess.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes);
    bytes
}

/// A random text of 24 characters from `A-Z a-z 0-9 - _`: 144 bits, good as a password.
pub fn random_text() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<18>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_text() {
        let key = SigningKey::generate();
        let again = SigningKey::parse(&format!(" {}\n", *key.to_base64())).unwrap();
        assert_eq!(*key.0, *again.0);
        assert_eq!(format!("{key:?}"), "SigningKey([redacted])");
        assert!(SigningKey::parse("c2hvcnQ=").is_err());
    }

    #[test]
    fn keys_of_the_documentation_are_known() {
        for text in PUBLISHED {
            assert!(SigningKey::parse(text).unwrap().is_published());
        }
        assert!(!SigningKey::generate().is_published());
    }

    #[test]
    fn purposes_do_not_share_a_key() {
        let key = SigningKey::generate();
        assert_ne!(key.derive("cursors"), key.derive("receipts"));
        assert_eq!(key.derive("cursors"), key.derive("cursors"));
    }
}

use kairo_domain::Redacted;

/// How a signature is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureText {
    /// Hexadecimal, in either case.
    Hex,
    /// Base64 with padding.
    Base64,
}

/// Checks who sent something, by a key that both sides know.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Signatures: Send + Sync {
    /// Whether this is the HMAC-SHA256 (RFC 2104) of the message under the key. How long it takes tells nothing of how
    /// much of the signature is right.
    fn holds(&self, key: &Redacted<Vec<u8>>, message: &[u8], signature: &str, text: SignatureText) -> bool;
}

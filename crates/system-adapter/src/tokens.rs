mod access;
mod opaque;
mod refresh;

pub use access::{Ed25519AccessTokens, TokenSettings};
pub use opaque::OpaqueTokens;
pub use refresh::HmacRefreshTokens;

use kairo_domain::TokenDigest;
use sha2::{Digest, Sha256};

/// The SHA-256 of a text.
pub(crate) fn digest(text: &str) -> TokenDigest {
    let hex = hex::encode(Sha256::digest(text.as_bytes()));
    #[expect(clippy::expect_used, reason = "hex::encode of 32 bytes gives 64 lower-case digits")]
    TokenDigest::parse(&hex).expect("a SHA-256 in hexadecimal is a digest")
}

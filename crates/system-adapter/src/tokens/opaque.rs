use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kairo_domain::{Redacted, TokenDigest};
use kairo_ports::TokenSource;

use super::digest;
use crate::random_bytes;

/// Opaque tokens of 256 bits, of which only the SHA-256 is stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpaqueTokens;

impl TokenSource for OpaqueTokens {
    fn next(&self) -> (Redacted<String>, TokenDigest) {
        let token = URL_SAFE_NO_PAD.encode(random_bytes::<32>());
        let digest = digest(&token);
        (Redacted::new(token), digest)
    }

    fn digest(&self, token: &str) -> TokenDigest {
        digest(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_only_their_digest_is_kept() {
        let ((a, a_digest), (b, b_digest)) = (OpaqueTokens.next(), OpaqueTokens.next());
        assert_ne!(a.expose(), b.expose());
        assert_ne!(a_digest, b_digest);
        assert_eq!(a.expose().len(), 43);
        assert_eq!(OpaqueTokens.digest(a.expose()), a_digest);
    }

    #[test]
    fn the_digest_is_sha_256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(OpaqueTokens.digest("abc").as_str(), expected);
    }
}

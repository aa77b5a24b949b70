use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use kairo_domain::Redacted;
use kairo_ports::{SignatureText, Signatures};
use sha2::Sha256;

#[cfg(test)]
mod tests;

/// The bytes of a tag.
const TAG: usize = 32;
/// The characters of a tag in hexadecimal.
const HEX: usize = 2 * TAG;
/// The characters of a tag in base64 with padding.
const BASE64: usize = TAG.div_ceil(3) * 4;

/// HMAC-SHA256 over what others send. A tag counts whole: half of one is none.
#[derive(Clone, Copy, Debug, Default)]
pub struct HmacSignatures;

impl Signatures for HmacSignatures {
    fn holds(&self, key: &Redacted<Vec<u8>>, message: &[u8], signature: &str, text: SignatureText) -> bool {
        let Some(tag) = read(signature, text) else { return false };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.expose()) else { return false };
        mac.update(message);
        mac.verify_slice(&tag).is_ok()
    }
}

/// The tag that is written there; what is written is known to whoever wrote it, so this may take any time.
fn read(signature: &str, text: SignatureText) -> Option<[u8; TAG]> {
    let bytes = match text {
        SignatureText::Hex if signature.len() == HEX => hex::decode(signature).ok()?,
        SignatureText::Base64 if signature.len() == BASE64 => STANDARD.decode(signature).ok()?,
        SignatureText::Hex | SignatureText::Base64 => return None,
    };
    bytes.try_into().ok()
}

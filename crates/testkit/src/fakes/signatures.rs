use kairo_domain::Redacted;
use kairo_ports::{SignatureText, Signatures};

/// Signatures that anybody can read and write: how it is written, key and message, the latter two in hexadecimal
/// digits.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainSignatures;

impl PlainSignatures {
    /// The signature of a message under a key.
    pub fn sign(key: &[u8], message: &[u8], text: SignatureText) -> String {
        let text = match text {
            SignatureText::Hex => "hex",
            SignatureText::Base64 => "base64",
        };
        format!("{text}:{}:{}", hex::encode(key), hex::encode(message))
    }
}

impl Signatures for PlainSignatures {
    fn holds(&self, key: &Redacted<Vec<u8>>, message: &[u8], signature: &str, text: SignatureText) -> bool {
        signature == Self::sign(key.expose(), message, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_its_key_message_and_text() {
        let (key, other) = (Redacted::new(b"key".to_vec()), Redacted::new(b"other".to_vec()));
        let signature = PlainSignatures::sign(b"key", b"hello", SignatureText::Hex);
        assert_eq!(signature, "hex:6b6579:68656c6c6f");
        assert!(PlainSignatures.holds(&key, b"hello", &signature, SignatureText::Hex));
        assert!(!PlainSignatures.holds(&other, b"hello", &signature, SignatureText::Hex));
        assert!(!PlainSignatures.holds(&key, b"hallo", &signature, SignatureText::Hex));
        assert!(!PlainSignatures.holds(&key, b"hello", &signature, SignatureText::Base64));
    }
}

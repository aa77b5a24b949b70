use uuid::Uuid;

use crate::keys::PurposeKey;

/// Crockford's alphabet: no I, L, O, U, so that a code can be read out on the telephone.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Makes the short code that a visitor can quote, such as `KR-7F3K-92QD`. It names a lead and gives no access.
pub(crate) fn receipt(key: &PurposeKey, id: Uuid) -> String {
    let digest = key.sign(&[id.as_bytes()]);
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let code: String = digest.iter().take(8).map(letter).collect();
    let (first, second) = code.split_at(4);
    format!("KR-{first}-{second}")
}

#[cfg(test)]
mod tests {
    use kairo_domain::Redacted;

    use super::*;

    #[test]
    fn a_receipt_is_short_and_the_same_every_time() {
        let key = PurposeKey::derive(&Redacted::new([7; 32]), "receipt");
        let code = receipt(&key, Uuid::from_u128(1));
        assert_eq!(code, receipt(&key, Uuid::from_u128(1)));
        assert_ne!(code, receipt(&key, Uuid::from_u128(2)));
        assert!(code.starts_with("KR-") && code.len() == 12, "{code}");
    }
}

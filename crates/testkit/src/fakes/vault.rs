use kairo_domain::Redacted;
use kairo_ports::{Vault, VaultError};

/// A vault that hides nothing: `sealed:<place>:` and the value in hexadecimal digits.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainVault;

impl Vault for PlainVault {
    fn seal(&self, value: &Redacted<Vec<u8>>, place: &str) -> Result<Redacted<String>, VaultError> {
        Ok(Redacted::new(format!("sealed:{place}:{}", hex::encode(value.expose()))))
    }

    fn open(&self, sealed: &Redacted<String>, place: &str) -> Result<Redacted<Vec<u8>>, VaultError> {
        let digits = sealed.expose().strip_prefix(&format!("sealed:{place}:"));
        let value = digits.and_then(|digits| hex::decode(digits).ok());
        value.map(Redacted::new).ok_or(VaultError::Unreadable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_for_one_place_does_not_open_at_another() {
        let value = Redacted::new(vec![0, 255, 7]);
        let sealed = PlainVault.seal(&value, "second factor of 1").unwrap();
        assert_eq!(sealed.expose(), "sealed:second factor of 1:00ff07");
        assert_eq!(PlainVault.open(&sealed, "second factor of 1").unwrap(), value);
        assert!(matches!(PlainVault.open(&sealed, "second factor of 2"), Err(VaultError::Unreadable)));
    }
}

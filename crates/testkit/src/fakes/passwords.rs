use async_trait::async_trait;
use kairo_domain::Redacted;
use kairo_ports::{PasswordError, PasswordHash, Passwords};

/// Passwords whose hash is `plain:` and the password. A hash that begins with `old:` instead fits too, and is
/// outdated.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainPasswords;

impl PlainPasswords {
    /// A hash of the password that was made with other parameters.
    pub fn outdated_hash(password: &str) -> PasswordHash {
        PasswordHash::new(format!("old:{password}"))
    }
}

#[async_trait]
impl Passwords for PlainPasswords {
    async fn hash(&self, password: &Redacted<String>) -> Result<PasswordHash, PasswordError> {
        Ok(PasswordHash::new(format!("plain:{}", password.expose())))
    }

    fn capacity(&self) -> usize {
        1_000
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        hash.as_str().starts_with("old:")
    }

    async fn verify<'a>(
        &self,
        password: &Redacted<String>,
        hash: Option<&'a PasswordHash>,
    ) -> Result<bool, PasswordError> {
        let hashed = hash.and_then(|hash| hash.as_str().split_once(':'));
        let fits =
            |(kind, hashed): (&str, &str)| matches!(kind, "plain" | "old") && hashed == password.expose();
        Ok(hashed.is_some_and(fits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_fits_its_hash_old_or_new() {
        let password = Redacted::new("a:b".to_owned());
        let hash = PlainPasswords.hash(&password).await.unwrap();
        let old = PlainPasswords::outdated_hash("a:b");
        for (hash, is_outdated) in [(hash, false), (old, true)] {
            assert!(PlainPasswords.verify(&password, Some(&hash)).await.unwrap());
            assert_eq!(PlainPasswords.is_outdated(&hash), is_outdated);
        }
    }

    #[tokio::test]
    async fn an_unusable_hash_fits_nothing() {
        let unusable = PasswordHash::unusable();
        for password in ["", unusable.as_str()] {
            let password = Redacted::new(password.to_owned());
            assert!(!PlainPasswords.verify(&password, Some(&unusable)).await.unwrap());
            assert!(!PlainPasswords.verify(&password, None).await.unwrap());
        }
        assert!(!PlainPasswords.is_outdated(&unusable));
    }
}

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use kairo_domain::Redacted;
use kairo_ports::{PasswordError, PasswordHash, Passwords};
use serde::{Deserialize, Serialize};

use threads::{HashThreads, broken};

mod threads;

/// How costly a hash is, and how many are computed at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Argon2Settings {
    /// Memory, in KiB; OWASP's floor is 19,456.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
    /// Hashes computed at the same time; each takes its memory and a core.
    pub at_once: usize,
    /// Hashes that may wait; one more is told to come back later.
    pub waiting: usize,
}

/// The parameters are out of what argon2 allows.
#[derive(Debug, thiserror::Error)]
#[error("the argon2 settings are out of bounds: {0}")]
pub struct BadArgon2Settings(String);

/// Argon2id on a bounded number of threads of its own, which give way to those that serve requests. Clones share them.
#[derive(Clone)]
pub struct Argon2Passwords {
    argon2: Argon2<'static>,
    /// Computed with the same parameters, so that an unknown address costs what a known one does.
    decoy: Arc<Phc>,
    threads: HashThreads,
    capacity: usize,
}

impl Default for Argon2Settings {
    fn default() -> Self {
        Self { memory_kib: 19_456, passes: 2, lanes: 1, at_once: 2, waiting: 16 }
    }
}

impl Argon2Settings {
    /// Whether a hash costs at least what OWASP asks for, and one can be computed at all.
    pub const fn is_safe(&self) -> bool {
        self.memory_kib >= 19_456 && self.passes >= 2 && self.lanes >= 1 && self.at_once >= 1
    }
}

impl Argon2Passwords {
    /// Starts the threads and prepares the hasher; this computes one hash.
    ///
    /// # Errors
    /// [`BadArgon2Settings`] when argon2 does not allow the parameters, or the system so many threads.
    pub fn new(settings: Argon2Settings) -> Result<Self, BadArgon2Settings> {
        let bad = |error: &dyn std::fmt::Display| BadArgon2Settings(error.to_string());
        let params = Params::new(settings.memory_kib, settings.passes, settings.lanes, None)
            .map_err(|error| bad(&error))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = hash(&argon2, "no password of anybody").map_err(|error| bad(&error))?;
        let threads = HashThreads::start(settings.at_once, settings.waiting).map_err(|error| bad(&error))?;
        let capacity = settings.at_once + settings.waiting;
        Ok(Self { argon2, decoy: Arc::new(decoy), threads, capacity })
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<Phc, argon2::password_hash::Error> {
    argon2.hash_password(password.as_bytes())
}

fn parse(hash: &PasswordHash) -> Option<Phc> {
    Phc::new(hash.as_str()).ok()
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: &Redacted<String>) -> Result<PasswordHash, PasswordError> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let hash = self.threads.run(move || hash(&argon2, password.expose()).map_err(broken)).await?;
        Ok(PasswordHash::new(hash.to_string()))
    }

    fn capacity(&self) -> usize {
        self.capacity
    }

    fn is_outdated(&self, hash: &PasswordHash) -> bool {
        let parameters = |hash: &Phc| (hash.algorithm, hash.version, hash.params.clone());
        parse(hash).is_some_and(|hash| parameters(&hash) != parameters(&self.decoy))
    }

    async fn verify<'a>(
        &self,
        password: &Redacted<String>,
        hash: Option<&'a PasswordHash>,
    ) -> Result<bool, PasswordError> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let (known, decoy) = (hash.and_then(parse), Arc::clone(&self.decoy));
        self.threads
            .run(move || {
                let against = known.as_ref().unwrap_or(&decoy);
                let fits = argon2.verify_password(password.expose().as_bytes(), against).is_ok();
                Ok(fits && known.is_some())
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords(at_once: usize, waiting: usize) -> Argon2Passwords {
        Argon2Passwords::new(Argon2Settings { memory_kib: 64, passes: 1, lanes: 1, at_once, waiting })
            .unwrap()
    }

    fn stronger() -> Argon2Passwords {
        let settings = Argon2Settings { memory_kib: 128, passes: 1, lanes: 1, at_once: 1, waiting: 1 };
        Argon2Passwords::new(settings).unwrap()
    }

    fn secret(text: &str) -> Redacted<String> {
        Redacted::new(text.to_owned())
    }

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let passwords = passwords(1, 1);
        let hash = passwords.hash(&secret("correct horse")).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        assert!(passwords.verify(&secret("correct horse"), Some(&hash)).await.unwrap());
        assert!(!passwords.verify(&secret("wrong horse"), Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn nothing_fits_the_unusable_hash_or_no_hash() {
        let passwords = passwords(1, 1);
        assert!(!passwords.verify(&secret("!"), Some(&PasswordHash::unusable())).await.unwrap());
        assert!(!passwords.verify(&secret("no password of anybody"), None).await.unwrap());
        assert!(!passwords.verify(&secret(""), None).await.unwrap());
    }

    #[tokio::test]
    async fn one_too_many_is_told_to_come_back() {
        let passwords = passwords(1, 0);
        assert_eq!(passwords.capacity(), 1);
        let place = passwords.threads.occupy();
        let refused = passwords.hash(&secret("correct horse")).await;
        assert!(matches!(refused, Err(PasswordError::Busy)));
        drop(place);
        assert!(passwords.hash(&secret("correct horse")).await.is_ok());
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_outdated_and_still_good() {
        let (old, new) = (passwords(1, 1), stronger());
        let hash = old.hash(&secret("correct horse")).await.unwrap();
        assert!(!old.is_outdated(&hash) && new.is_outdated(&hash));
        assert!(new.verify(&secret("correct horse"), Some(&hash)).await.unwrap());
    }

    #[test]
    fn what_is_no_hash_is_not_outdated() {
        assert!(!passwords(1, 1).is_outdated(&PasswordHash::unusable()));
    }

    #[test]
    fn another_algorithm_or_version_is_outdated() {
        let passwords = passwords(1, 1);
        let present = passwords.decoy.to_string();
        for (from, to) in [("argon2id", "argon2i"), ("v=19", "v=16"), ("p=1", "p=2"), ("m=64", "m=65")] {
            let other = PasswordHash::new(present.replacen(from, to, 1));
            assert!(passwords.is_outdated(&other), "{to}");
        }
        assert!(!passwords.is_outdated(&PasswordHash::new(present)));
    }

    #[test]
    fn the_default_is_at_least_the_floor() {
        assert!(Argon2Settings::default().is_safe());
    }
}

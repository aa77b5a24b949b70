use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use kairo_domain::Redacted;
use kairo_ports::{PasswordError, PasswordHash, Passwords};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

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

/// Argon2id in a bounded number of blocking threads.
#[derive(Clone)]
pub struct Argon2Passwords {
    argon2: Argon2<'static>,
    /// Computed with the same parameters, so that an unknown address costs what a known one does.
    decoy: Arc<str>,
    admitted: Arc<Semaphore>,
    running: Arc<Semaphore>,
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
    /// Prepares the hasher; this computes one hash.
    ///
    /// # Errors
    /// [`BadArgon2Settings`] when argon2 does not allow the parameters.
    pub fn new(settings: Argon2Settings) -> Result<Self, BadArgon2Settings> {
        let bad = |error: &dyn std::fmt::Display| BadArgon2Settings(error.to_string());
        let params = Params::new(settings.memory_kib, settings.passes, settings.lanes, None)
            .map_err(|error| bad(&error))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let decoy = hash(&argon2, "no password of anybody").map_err(|error| bad(&error))?;
        Ok(Self {
            argon2,
            decoy: decoy.into(),
            admitted: Arc::new(Semaphore::new(settings.at_once + settings.waiting)),
            running: Arc::new(Semaphore::new(settings.at_once)),
        })
    }

    /// Runs `work` once a place is free, or says at once that too many wait already.
    async fn bounded<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>, &str) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(broken)?;
        let (argon2, decoy) = (self.argon2.clone(), Arc::clone(&self.decoy));
        let places: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (admitted, running);
        tokio::task::spawn_blocking(move || {
            // The places go with the work: a caller who gives up does not free the core it still uses.
            let _places = places;
            work(&argon2, &decoy)
        })
        .await
        .map_err(broken)?
    }
}

fn hash(argon2: &Argon2<'_>, password: &str) -> Result<String, argon2::password_hash::Error> {
    argon2.hash_password(password.as_bytes()).map(|hash| hash.to_string())
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> PasswordError {
    PasswordError::Broken(Box::new(error))
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: &Redacted<String>) -> Result<PasswordHash, PasswordError> {
        let password = password.clone();
        self.bounded(move |argon2, _| hash(argon2, password.expose()).map(PasswordHash::new).map_err(broken))
            .await
    }

    async fn verify<'a>(
        &self,
        password: &Redacted<String>,
        hash: Option<&'a PasswordHash>,
    ) -> Result<bool, PasswordError> {
        let password = password.clone();
        let hash = hash.map(|hash| hash.as_str().to_owned());
        self.bounded(move |argon2, decoy| {
            let known = hash.as_deref().and_then(|hash| Phc::new(hash).ok());
            let is_known = known.is_some();
            let against = known.map_or_else(|| Phc::new(decoy).map_err(broken), Ok)?;
            let fits = argon2.verify_password(password.expose().as_bytes(), &against).is_ok();
            Ok(fits && is_known)
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
        let place = Arc::clone(&passwords.admitted).try_acquire_owned().unwrap();
        let refused = passwords.hash(&secret("correct horse")).await;
        assert!(matches!(refused, Err(PasswordError::Busy)));
        drop(place);
        assert!(passwords.hash(&secret("correct horse")).await.is_ok());
    }

    #[test]
    fn the_default_is_at_least_the_floor() {
        assert!(Argon2Settings::default().is_safe());
    }
}

//! The ring of signing keys: in the configuration, or in a file that the program makes and rotates itself.

use std::time::Duration;

use chrono::{DateTime, Utc};
use kairo::system::{Keyring, RingKey, SigningKey};

use crate::config::Config;
use crate::secrets::Secrets;

type Error = Box<dyn std::error::Error + Send + Sync>;

/// The file of the ring, in the folder of secrets.
const FILE: &str = "signing-key";

/// How often a program that serves reads the file anew.
pub(crate) const RELOAD_EVERY: Duration = Duration::from_secs(5);

/// Where the ring is.
#[derive(Clone)]
pub(crate) enum Keys {
    /// In the configuration; it changes with a restart.
    Configured,
    /// In a file, which may change while the program runs.
    Kept(Secrets),
}

impl Keys {
    /// Opens the ring.
    ///
    /// # Errors
    /// When a key is none, or the file cannot be used.
    pub(crate) fn open(config: &Config, now: DateTime<Utc>) -> Result<(Self, Keyring), Error> {
        if let Some(key) = &config.auth.signing_key {
            return Ok((Self::Configured, configured(config, key.expose(), now)?));
        }
        let secrets = Secrets::open(&config.data.dir)?;
        let text = secrets.read_or_create(FILE, || SigningKey::generate().to_base64().to_string())?;
        Ok((Self::Kept(secrets), Keyring::parse(&text)?))
    }

    /// Reads the ring anew, if it is in a file.
    ///
    /// # Errors
    /// When the file cannot be used; the ring then stays as it is.
    pub(crate) fn reload(&self, keyring: &Keyring) -> Result<(), Error> {
        let Self::Kept(secrets) = self else { return Ok(()) };
        let kept = Keyring::parse(&secrets.read(FILE)?)?;
        Ok(keyring.replace(kept.keys())?)
    }

    /// Writes another ring.
    ///
    /// # Errors
    /// When the keys are in the configuration, or the file cannot be written.
    pub(crate) fn keep(&self, keys: Vec<RingKey>) -> Result<Keyring, Error> {
        let Self::Kept(secrets) = self else {
            return Err("the key is set by auth.signing_key: put another one there, move the old one to \
                        auth.previous_signing_keys, and restart every node"
                .into());
        };
        let keyring = Keyring::new(keys)?;
        secrets.replace(FILE, &keyring.to_text())?;
        Ok(keyring)
    }
}

/// The key that rotation leaves alone: what derives from it, the tags of cursors, receipts and CSRF tokens, gives access
/// to nothing by itself and has to stay readable. A program takes it when it starts.
pub(crate) fn lasting(keyring: &Keyring, now: DateTime<Utc>) -> SigningKey {
    keyring.keys().into_iter().next().map_or_else(|| keyring.signing_key(now), |first| first.key)
}

/// The present key signs from this start on, so that tokens of the one before still hold for a while.
fn configured(config: &Config, key: &str, now: DateTime<Utc>) -> Result<Keyring, Error> {
    let parse =
        |what: &'static str, text: &str| SigningKey::parse(text).map_err(|error| format!("{what}: {error}"));
    let key = parse("auth.signing_key", key)?;
    let before = config.auth.previous_signing_keys.iter().enumerate().map(|(at, key)| {
        let key = parse("auth.previous_signing_keys", key.expose())?;
        // The first one listed is the latest.
        let signs_from = DateTime::UNIX_EPOCH - chrono::TimeDelta::seconds(i64::try_from(at)?);
        Ok(RingKey { key, signs_from })
    });
    let mut keys = before.collect::<Result<Vec<_>, Error>>()?;
    let signs_from = if keys.is_empty() { DateTime::UNIX_EPOCH } else { now };
    keys.push(RingKey { key, signs_from });
    Ok(Keyring::new(keys)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn base64() -> String {
        SigningKey::generate().to_base64().to_string()
    }

    #[test]
    fn a_ring_that_was_rotated_is_read_by_whoever_runs() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.data.dir = dir.path().to_owned();
        let (keys, running) = Keys::open(&config, now()).unwrap();
        let (rotator, ring) = Keys::open(&config, now()).unwrap();
        let mut both = ring.keys();
        both.push(RingKey { key: SigningKey::generate(), signs_from: now() });
        rotator.keep(both).unwrap();
        assert_eq!(running.keys().len(), 1);
        keys.reload(&running).unwrap();
        assert_eq!(running.keys().len(), 2);
        assert_eq!(*lasting(&running, now()).to_base64(), *ring.keys()[0].key.to_base64());
    }

    #[test]
    fn a_configured_key_signs_and_those_before_are_still_read() {
        let mut config = Config::default();
        let (key, before) = (base64(), base64());
        config.auth.signing_key = Some(Secret::new(key.clone()));
        config.auth.previous_signing_keys = vec![Secret::new(before), Secret::new(base64())];
        let (keys, ring) = Keys::open(&config, now()).unwrap();
        assert_eq!((ring.keys().len(), &*ring.signing_key(now()).to_base64()), (3, &key));
        assert!(keys.keep(ring.keys()).is_err());
    }
}

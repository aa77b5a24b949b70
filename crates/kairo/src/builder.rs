use std::sync::Arc;

use kairo_ports::{Clock, IdSource, Store};
use kairo_system::{
    Argon2Passwords, Argon2Settings, BadArgon2Settings, BadSigningKey, Ed25519AccessTokens, OpaqueTokens,
    SigningKey, SystemClock, TokenSettings, UuidV7Source,
};
use kairo_use_cases::{Ports, Studio};

/// Wires a [`Studio`]. Whatever is not said has a default that is good for production, but for the signing key:
/// without one, tokens hold until the process ends.
pub struct Builder {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    signing_key: Option<SigningKey>,
    tokens: TokenSettings,
    argon2: Argon2Settings,
}

/// Why a studio could not be wired.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The password hash settings are out of bounds.
    #[error(transparent)]
    Argon2(#[from] BadArgon2Settings),
    /// The signing key is not one.
    #[error(transparent)]
    SigningKey(#[from] BadSigningKey),
}

impl Builder {
    /// A studio on this store.
    pub fn on(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            clock: Arc::new(SystemClock),
            ids: Arc::new(UuidV7Source),
            signing_key: None,
            tokens: TokenSettings::default(),
            argon2: Argon2Settings::default(),
        }
    }

    /// A studio that keeps everything in memory: for tests, demos and prototypes.
    #[cfg(feature = "memory")]
    pub fn in_memory() -> Self {
        Self::on(Arc::new(kairo_memory::MemoryStore::default()))
    }

    /// Signs access tokens with this key, so that they hold across restarts and nodes.
    #[must_use]
    pub fn signing_key(mut self, key: SigningKey) -> Self {
        self.signing_key = Some(key);
        self
    }

    /// Says who signs tokens, for whom and for how long.
    #[must_use]
    pub fn tokens(mut self, settings: TokenSettings) -> Self {
        self.tokens = settings;
        self
    }

    /// Says how costly a password hash is.
    #[must_use]
    pub fn argon2(mut self, settings: Argon2Settings) -> Self {
        self.argon2 = settings;
        self
    }

    /// Takes the time from another clock, as tests do.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Takes ids from another source, as tests do.
    #[must_use]
    pub fn ids(mut self, ids: Arc<dyn IdSource>) -> Self {
        self.ids = ids;
        self
    }

    /// Puts it together.
    ///
    /// # Errors
    /// [`BuildError`] when the password settings or the signing key are refused.
    pub fn build(self) -> Result<Studio, BuildError> {
        let key = self.signing_key.unwrap_or_else(SigningKey::generate);
        Ok(Studio::new(Ports {
            store: self.store,
            clock: self.clock,
            ids: self.ids,
            passwords: Arc::new(Argon2Passwords::new(self.argon2)?),
            access_tokens: Arc::new(Ed25519AccessTokens::new(&key, self.tokens)?),
            tokens: Arc::new(OpaqueTokens),
        }))
    }
}

use std::sync::Arc;

use kairo_ports::{Clock, Egress, IdSource, Mailer, Store};
use kairo_system::{
    AeadVault, Argon2Passwords, Argon2Settings, BadArgon2Settings, BadKeyring, ComputeThreads,
    Ed25519AccessTokens, HmacRefreshTokens, HmacSignatures, Keyring, OpaqueTokens, SigningKey, SystemClock,
    TokenSettings, TotpCodes, UuidV7Source,
};
use kairo_use_cases::{Links, Ports, Studio};

#[cfg(not(feature = "egress"))]
use crate::no_egress::NoEgress;
use crate::no_mail::NoMail;

/// Wires a [`Studio`]. Whatever is not said has a default that is good for production, but for four things: without a
/// key ring, tokens and second factors hold until the process ends; without a mailer, mails are given up with an error
/// in the log; without links, those in mails lead nowhere; and without the feature `egress` or an egress, requests of
/// automations are refused.
pub struct Builder {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    keyring: Option<Keyring>,
    mailer: Arc<dyn Mailer>,
    egress: Option<Arc<dyn Egress>>,
    links: Links,
    name: String,
    tokens: TokenSettings,
    argon2: Argon2Settings,
}

/// Why a studio could not be wired.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The password hash settings are out of bounds.
    #[error(transparent)]
    Argon2(#[from] BadArgon2Settings),
    /// The signing keys are none.
    #[error(transparent)]
    Keyring(#[from] BadKeyring),
    /// This machine has nothing to check certificates of other servers against.
    #[cfg(feature = "egress")]
    #[error(transparent)]
    Egress(#[from] kairo_egress::BadEgressSettings),
}

impl Builder {
    /// A studio on this store.
    pub fn on(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            clock: Arc::new(SystemClock),
            ids: Arc::new(UuidV7Source),
            keyring: None,
            mailer: Arc::new(NoMail),
            egress: None,
            links: Links::below("http://localhost"),
            name: "Kairo Studio".to_owned(),
            tokens: TokenSettings::default(),
            argon2: Argon2Settings::default(),
        }
    }

    /// A studio that keeps everything in memory: for tests, demos and prototypes.
    #[cfg(feature = "memory")]
    pub fn in_memory() -> Self {
        Self::on(Arc::new(kairo_memory::MemoryStore::default()))
    }

    /// Signs tokens and encrypts secrets with this ring of keys, so that they hold across restarts and nodes. It can be
    /// replaced while the studio runs.
    #[must_use]
    pub fn keyring(mut self, keyring: Keyring) -> Self {
        self.keyring = Some(keyring);
        self
    }

    /// Sends mails through this.
    #[must_use]
    pub fn mailer(mut self, mailer: Arc<dyn Mailer>) -> Self {
        self.mailer = mailer;
        self
    }

    /// Sends the requests of automations through this. Otherwise they reach public addresses and nothing inside, with the
    /// feature `egress`, or nothing at all.
    #[must_use]
    pub fn egress(mut self, egress: Arc<dyn Egress>) -> Self {
        self.egress = Some(egress);
        self
    }

    /// Says where the links in mails lead.
    #[must_use]
    pub fn links(mut self, links: Links) -> Self {
        self.links = links;
        self
    }

    /// Says what the studio is called in authenticator apps.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
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
    /// [`BuildError`] when the password settings or the signing keys are refused, or requests could not be sent safely.
    pub fn build(self) -> Result<Studio, BuildError> {
        let keyring = match self.keyring {
            Some(keyring) => keyring,
            None => Keyring::single(SigningKey::generate())?,
        };
        let egress = match self.egress {
            Some(egress) => egress,
            None => default_egress()?,
        };
        let refresh_tokens = HmacRefreshTokens::new(keyring.clone(), Arc::clone(&self.clock));
        let vault = AeadVault::new(keyring.clone(), Arc::clone(&self.clock));
        Ok(Studio::new(Ports {
            store: self.store,
            clock: self.clock,
            ids: self.ids,
            passwords: Arc::new(Argon2Passwords::new(self.argon2)?),
            access_tokens: Arc::new(Ed25519AccessTokens::new(keyring, self.tokens)),
            refresh_tokens: Arc::new(refresh_tokens),
            tokens: Arc::new(OpaqueTokens),
            codes: Arc::new(TotpCodes::new(self.name)),
            vault: Arc::new(vault),
            mailer: self.mailer,
            egress,
            signatures: Arc::new(HmacSignatures),
            compute: Arc::new(ComputeThreads::default()),
            links: self.links,
        }))
    }
}

#[cfg(feature = "egress")]
fn default_egress() -> Result<Arc<dyn Egress>, BuildError> {
    Ok(Arc::new(kairo_egress::HttpEgress::new(kairo_egress::EgressSettings::default())?))
}

#[cfg(not(feature = "egress"))]
#[expect(clippy::unnecessary_wraps, reason = "with the feature it can fail")]
fn default_egress() -> Result<Arc<dyn Egress>, BuildError> {
    Ok(Arc::new(NoEgress))
}

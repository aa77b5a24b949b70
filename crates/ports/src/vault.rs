use kairo_domain::Redacted;

/// Why something sealed cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// It was sealed with a key that is gone, for something else, or it was changed.
    #[error("the sealed value cannot be opened with the keys at hand")]
    Unreadable,
    /// The cryptography failed.
    #[error("the value could not be sealed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Encrypts what the store must not be able to read, with keys that the store does not have.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Vault: Send + Sync {
    /// Seals a value for one place: sealed for another, it does not open.
    ///
    /// # Errors
    /// [`VaultError::Broken`] when the cryptography fails.
    fn seal(&self, value: &Redacted<Vec<u8>>, place: &str) -> Result<Redacted<String>, VaultError>;

    /// Opens what was sealed for this place, also with a key that has been rotated since.
    ///
    /// # Errors
    /// [`VaultError::Unreadable`].
    fn open(&self, sealed: &Redacted<String>, place: &str) -> Result<Redacted<Vec<u8>>, VaultError>;
}

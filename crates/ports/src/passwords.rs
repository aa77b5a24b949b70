use async_trait::async_trait;
use kairo_domain::Redacted;

/// What a password is checked against, in PHC string format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordHash(Redacted<String>);

impl PasswordHash {
    /// Takes a stored hash.
    pub const fn new(hash: String) -> Self {
        Self(Redacted::new(hash))
    }

    /// The hash against which no password verifies.
    pub fn unusable() -> Self {
        Self::new("!".to_owned())
    }

    /// The hash, for storage.
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

/// Why a password was not hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many hashes are under way; try again later.
    #[error("too many sign-ins at once")]
    Busy,
    /// The hash function failed.
    #[error("the password hash failed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Hashes and checks passwords, off the threads that serve requests.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Passwords: Send + Sync {
    /// Hashes a password. Fails with [`PasswordError::Busy`] when too many are under way.
    async fn hash(&self, password: &Redacted<String>) -> Result<PasswordHash, PasswordError>;

    /// How many passwords are taken on at a time, those that wait included.
    fn capacity(&self) -> usize;

    /// Whether a hash was made with other parameters than new ones are.
    fn is_outdated(&self, hash: &PasswordHash) -> bool;

    /// Whether the password fits the hash. Without a hash it takes the same time and answers no.
    ///
    /// Fails with [`PasswordError::Busy`] when too many are under way.
    async fn verify<'a>(
        &self,
        password: &Redacted<String>,
        hash: Option<&'a PasswordHash>,
    ) -> Result<bool, PasswordError>;
}

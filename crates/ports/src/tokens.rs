use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{CompanyId, Redacted, Role, SessionId, TokenDigest, UserId};

/// What an access token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessClaims {
    /// Who is signed in (`sub`).
    pub user: UserId,
    /// Through which session (`sid`).
    pub session: SessionId,
    /// With which role.
    pub role: Role,
    /// For which company.
    pub company: Option<CompanyId>,
}

/// Why an access token was refused. Callers are told nothing but that it was.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Not a token of ours, or tampered with.
    #[error("the access token is not valid")]
    Invalid,
    /// It was valid once.
    #[error("the access token has expired")]
    Expired,
    /// The token could not be signed.
    #[error("the access token could not be signed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A key that access tokens are checked with, as a JSON Web Key Set lists it (RFC 8037).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedKey {
    /// Its id (`kid`).
    pub id: String,
    /// The Ed25519 public key, base64url without padding (`x`).
    pub x: String,
}

/// Signs and checks access tokens.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait AccessTokens: Send + Sync {
    /// How long a token is good for.
    fn lifetime(&self) -> TimeDelta;

    /// Signs a token that is good from now for [`AccessTokens::lifetime`].
    ///
    /// # Errors
    /// [`TokenError::Broken`] when it cannot be signed.
    fn issue(&self, claims: &AccessClaims, now: DateTime<Utc>) -> Result<Redacted<String>, TokenError>;

    /// The keys that tokens are checked with now, the one that signs first.
    fn published_keys(&self, now: DateTime<Utc>) -> Vec<PublishedKey>;

    /// Reads a token.
    ///
    /// # Errors
    /// [`TokenError::Invalid`] unless it is ours and whole, [`TokenError::Expired`] when its time is over.
    fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<AccessClaims, TokenError>;
}

/// Makes opaque tokens that nobody can guess.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait TokenSource: Send + Sync {
    /// A new token of 256 bits and what is stored of it.
    fn next(&self) -> (Redacted<String>, TokenDigest);

    /// What is stored of a token, or of any other text that must not be.
    fn digest(&self, token: &str) -> TokenDigest;
}

/// Makes the refresh tokens of sessions. Each follows from the one before under a secret key, so that a lost answer
/// can be given again without being stored; and each tells which session it was made for, so that a copy of an old
/// one is recognized.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait RefreshTokens: Send + Sync {
    /// The first token of a session.
    fn first(&self, session: SessionId) -> (Redacted<String>, TokenDigest);

    /// What is stored of a token.
    fn digest(&self, token: &str) -> TokenDigest;

    /// The tokens that may follow this one, by the present key first, then by those before it; none if it was not made
    /// here.
    fn successors(&self, token: &str) -> Vec<(Redacted<String>, TokenDigest)>;

    /// The session that a token was made for; `None` if it was not made here.
    fn session_of(&self, token: &str) -> Option<SessionId>;
}

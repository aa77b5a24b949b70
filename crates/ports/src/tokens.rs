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
}

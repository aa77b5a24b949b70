use async_trait::async_trait;
use kairo_domain::{OneTimeToken, Purpose, TokenDigest};

use crate::StoreError;

/// The tokens that were mailed. Every method MUST fail with [`StoreError::Refused`] unless the actor of the unit is
/// the program itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OneTimeTokens: Send {
    /// The token with this digest, whether its time is over or not.
    async fn find(&mut self, digest: &TokenDigest) -> Result<Option<OneTimeToken>, StoreError>;

    /// Adds a token. MUST fail with [`StoreError::Taken`] when its digest is in use.
    async fn add(&mut self, token: &OneTimeToken) -> Result<(), StoreError>;

    /// Uses a token up. MUST fail with [`StoreError::Stale`] when it is gone: somebody else used it.
    async fn take(&mut self, digest: &TokenDigest) -> Result<(), StoreError>;

    /// Forgets every token for this purpose.
    async fn discard(&mut self, purpose: Purpose) -> Result<(), StoreError>;
}

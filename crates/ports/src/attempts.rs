use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Attempts, TokenDigest};

use crate::StoreError;

/// The failed attempts to sign in, by a digest of what they have in common. Every method MUST fail with
/// [`StoreError::Refused`] unless the actor of the unit is the program itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AttemptLog: Send {
    /// What failed so far for each key, in the order of the keys.
    async fn of(&mut self, keys: &[TokenDigest]) -> Result<Vec<Option<Attempts>>, StoreError>;

    /// One more failure for each key, as [`Attempts::failed`] counts it.
    async fn failed(&mut self, keys: &[TokenDigest], at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Forgets the failures of a key.
    async fn forget(&mut self, key: &TokenDigest) -> Result<(), StoreError>;
}

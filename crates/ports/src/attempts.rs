use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Attempts, TokenDigest};

use crate::StoreError;

/// What somebody tries again and again, by a digest of what the tries have in common: failed attempts to sign in, and
/// mails that strangers have sent to one address. Every method MUST fail with
/// [`StoreError::Refused`] unless the actor of the unit is the program itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AttemptLog: Send {
    /// What failed so far for each key, in the order of the keys. In a unit that writes, no other such unit asks for one
    /// of the keys before this one ends; a store without locks fails the commit with [`StoreError::Contention`].
    async fn of(&mut self, keys: &[TokenDigest]) -> Result<Vec<Option<Attempts>>, StoreError>;

    /// One more failure for each key, as [`Attempts::failed`] counts it.
    async fn failed(&mut self, keys: &[TokenDigest], at: DateTime<Utc>) -> Result<(), StoreError>;

    /// One failure less for each key: the attempt succeeded after all.
    async fn take_back(&mut self, keys: &[TokenDigest]) -> Result<(), StoreError>;

    /// Forgets the failures of a key.
    async fn forget(&mut self, key: &TokenDigest) -> Result<(), StoreError>;
}

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::StoreError;

/// What is kept for a while only: sessions and API keys that have ended, sign-ups, changes of address, mailed tokens,
/// failed attempts and revocations. MUST fail with [`StoreError::Refused`] unless the actor of the unit is the program
/// itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Expired: Send {
    /// Removes what ended before the instant, at most `limit` rows of each kind, and tells how many rows there were.
    /// Every other unit may go on meanwhile.
    async fn purge(&mut self, before: DateTime<Utc>, limit: u32) -> Result<u64, StoreError>;
}

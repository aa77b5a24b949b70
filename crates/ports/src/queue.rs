use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::Job;

use crate::StoreError;

/// The jobs that wait to be done beside the requests. Whoever may write at all may enqueue: a job says what it is about,
/// and whoever does it decides anew.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Queue: Send {
    /// Has a job delivered: at least once, after the commit of this unit, not before `due`. While a job with the same
    /// [key](Job::key) waits to be delivered, there is still one of them, due at the earlier instant of the two. One that
    /// is being done at the moment does not count: another is delivered after it.
    async fn enqueue(&mut self, job: &Job, due: DateTime<Utc>) -> Result<(), StoreError>;

    /// Those of the keys that have a job: one that waits, or one that is being done.
    ///
    /// MUST fail with [`StoreError::Refused`] unless the actor of the unit is the program itself.
    async fn pending(&mut self, keys: &[String]) -> Result<Vec<String>, StoreError>;
}

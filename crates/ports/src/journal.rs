use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Event, JournalEntry, Permit, Resource};
use uuid::Uuid;

use crate::StoreError;

/// Which entries of the journal are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct JournalFilter {
    /// Only entries about this kind of thing.
    pub resource: Option<Resource>,
    /// Only entries about this thing.
    pub subject: Option<Uuid>,
    /// Only entries before this number.
    pub before: Option<i64>,
}

/// What happened: the audit log, and the outbox from which everything outside is told.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Journal: Send {
    /// Records an event in this unit; who did it, and what was permitted, is taken from the permit.
    async fn record(&mut self, permit: &Permit, event: &Event, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// The latest entries that the actor of the unit can see, the latest first.
    async fn latest(&mut self, filter: &JournalFilter, limit: u16) -> Result<Vec<JournalEntry>, StoreError>;
}

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, Event, Filter, JournalEntry, JournalField, Origin, Page, PageRequest, Permit, Refused, Resource,
    Sort,
};
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

    /// Records an event in the name of somebody else than the actor of the unit: of the user who just signed in, say.
    /// What was permitted is taken from the permit, who did it from `actor`. MUST fail with [`StoreError::Refused`]
    /// unless the actor of the unit is the program itself.
    async fn record_for(
        &mut self,
        actor: &Actor,
        permit: &Permit,
        event: &Event,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Records that something was refused to somebody. MUST fail with [`StoreError::Refused`] unless that is the actor
    /// of the unit, or the actor of the unit is the program itself.
    async fn record_refusal(
        &mut self,
        actor: &Actor,
        refused: &Refused,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Says where what this unit records comes from.
    fn came_from(&mut self, origin: &Origin);

    /// One page of the entries that the actor of the unit can see and that pass the filter.
    async fn list(
        &mut self,
        filter: &Filter<JournalField>,
        sort: &Sort<JournalField>,
        page: &PageRequest,
    ) -> Result<Page<JournalEntry>, StoreError>;

    /// The latest entries that the actor of the unit can see, the latest first.
    async fn latest(&mut self, filter: &JournalFilter, limit: u16) -> Result<Vec<JournalEntry>, StoreError>;
}

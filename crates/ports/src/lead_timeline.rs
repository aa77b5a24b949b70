use async_trait::async_trait;
use kairo_domain::{
    Filter, LeadEntry, LeadEntryField, LeadId, LeadNote, LeadNoteField, Page, PageRequest, Permit, Sort,
};

use crate::StoreError;

/// What happened to each lead, and what was written down about it, as far as the actor of the unit can see the lead.
/// Entries are added and never changed; they go when their lead is removed for good.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LeadTimeline: Send {
    /// Adds an entry. MUST fail with [`StoreError::Refused`] unless the actor of the unit is who acted and the permit is
    /// for this on this lead, with [`StoreError::Missing`] when the lead is not there, and with [`StoreError::Taken`]
    /// when the id is in use.
    async fn add(&mut self, permit: &Permit, entry: &LeadEntry) -> Result<(), StoreError>;

    /// A page of the entries of a lead that pass the filter, in this order.
    async fn list(
        &mut self,
        lead: LeadId,
        filter: &Filter<LeadEntryField>,
        sort: &Sort<LeadEntryField>,
        page: &PageRequest,
    ) -> Result<Page<LeadEntry>, StoreError>;

    /// A page of the notes among them.
    async fn notes(
        &mut self,
        lead: LeadId,
        filter: &Filter<LeadNoteField>,
        sort: &Sort<LeadNoteField>,
        page: &PageRequest,
    ) -> Result<Page<LeadNote>, StoreError>;
}

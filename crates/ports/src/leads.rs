use async_trait::async_trait;
use kairo_domain::{Lead, LeadField, LeadFilter, LeadId, Page, PageRequest, Permit, Sort};

use crate::StoreError;

/// The leads that the actor of the unit can see; deleted ones are never among them.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LeadRepository: Send {
    /// The lead with this id.
    async fn get(&mut self, id: LeadId) -> Result<Option<Lead>, StoreError>;

    /// A page of the leads that pass the filter, in this order. Walking all pages MUST show every lead that was
    /// there all the time exactly once, whatever is inserted meanwhile.
    async fn list(
        &mut self,
        filter: &LeadFilter,
        sort: &Sort<LeadField>,
        page: &PageRequest,
    ) -> Result<Page<Lead>, StoreError>;

    /// Adds a lead. MUST fail with [`StoreError::Taken`] when the id is in use.
    async fn add(&mut self, permit: &Permit, lead: &Lead) -> Result<(), StoreError>;

    /// Writes a changed lead. MUST fail with [`StoreError::Stale`] unless the stored version is exactly one less.
    async fn save(&mut self, permit: &Permit, lead: &Lead) -> Result<(), StoreError>;
}

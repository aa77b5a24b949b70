use async_trait::async_trait;
use kairo_domain::{Company, CompanyField, CompanyId, Filter, Page, PageRequest, Permit, Sort};

use crate::StoreError;

/// The companies that the actor of the unit can see; deleted ones are never among them.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait CompanyRepository: Send {
    /// The company with this id.
    async fn get(&mut self, id: CompanyId) -> Result<Option<Company>, StoreError>;

    /// One page of those that pass the filter.
    async fn list(
        &mut self,
        filter: &Filter<CompanyField>,
        sort: &Sort<CompanyField>,
        page: &PageRequest,
    ) -> Result<Page<Company>, StoreError>;

    /// Adds a company. MUST fail with [`StoreError::Taken`] when the id is in use.
    async fn add(&mut self, permit: &Permit, company: &Company) -> Result<(), StoreError>;

    /// Writes a changed company. MUST fail with [`StoreError::Stale`] unless the stored version is exactly one
    /// less.
    async fn save(&mut self, permit: &Permit, company: &Company) -> Result<(), StoreError>;
}

use async_trait::async_trait;
use kairo_domain::{Filter, Invitation, InvitationField, InvitationId, Page, PageRequest, Permit, Sort};

use crate::StoreError;

/// The invitations that the actor of the unit can see.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait InvitationRepository: Send {
    /// The invitation with this id.
    async fn get(&mut self, id: InvitationId) -> Result<Option<Invitation>, StoreError>;

    /// One page of those that pass the filter.
    async fn list(
        &mut self,
        filter: &Filter<InvitationField>,
        sort: &Sort<InvitationField>,
        page: &PageRequest,
    ) -> Result<Page<Invitation>, StoreError>;

    /// Adds an invitation. MUST fail with [`StoreError::Taken`] (`id`, or `email` when an open invitation to this
    /// address is there, whether its time is over or not), and with [`StoreError::Missing`] (`companyId`) when there
    /// is no such company.
    async fn add(&mut self, permit: &Permit, invitation: &Invitation) -> Result<(), StoreError>;

    /// Writes when an open invitation ends, was accepted or taken back; nothing else of it ever changes. MUST fail
    /// with [`StoreError::Stale`] when the actor cannot see such an invitation, or it is open no more.
    async fn settle(&mut self, permit: &Permit, invitation: &Invitation) -> Result<(), StoreError>;
}

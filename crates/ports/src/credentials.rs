use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Credential, CredentialField, CredentialId, CredentialName, Filter, Page, PageRequest, Permit, Redacted,
    Sort, UserId,
};

use crate::StoreError;

/// The credentials that the actor of the unit can see. Their sealed secrets are empty for everybody but the program
/// itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait CredentialRepository: Send {
    /// The credential with this id.
    async fn get(&mut self, id: CredentialId) -> Result<Option<Credential>, StoreError>;

    /// One page of those that pass the filter, without their secrets whoever asks.
    async fn list(
        &mut self,
        filter: &Filter<CredentialField>,
        sort: &Sort<CredentialField>,
        page: &PageRequest,
    ) -> Result<Page<Credential>, StoreError>;

    /// What a user's flows mean by this name. MUST fail with [`StoreError::Refused`] unless the actor is the program
    /// itself.
    async fn of_owner_by_name(
        &mut self,
        owner: UserId,
        name: &CredentialName,
    ) -> Result<Option<Credential>, StoreError>;

    /// Adds a credential with its sealed secret. MUST fail with [`StoreError::Taken`] when the id is in use, or the
    /// owner has another one of this name; [`StoreError::Missing`] when there is no such owner.
    async fn add(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError>;

    /// Writes an edited credential; its secret stays. MUST fail with [`StoreError::Stale`] unless the stored version is
    /// exactly one less, [`StoreError::Taken`] when the owner has another one of this name.
    async fn save(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError>;

    /// Writes the sealed secret of a credential, and nothing else of it but that it changed. MUST fail with
    /// [`StoreError::Stale`] unless the stored version is exactly one less.
    async fn save_secret(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError>;

    /// Removes a credential for good. MUST fail with [`StoreError::Stale`] unless the stored version is that of the
    /// given one.
    async fn remove(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError>;

    /// Notes that a credential was used, without waiting for whoever else writes it: such a use may go unnoted. MUST
    /// fail with [`StoreError::Refused`] unless the actor is the program itself; a credential that is gone is no error.
    async fn note_use(&mut self, id: CredentialId, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// The credentials after this one with their sealed secrets, in the order of their ids; to encrypt them anew. MUST
    /// fail with [`StoreError::Refused`] unless the actor is the program itself.
    async fn after(&mut self, last: Option<CredentialId>, limit: u16) -> Result<Vec<Credential>, StoreError>;

    /// Puts the same secret, sealed anew, in the place of what this credential has; no change that makes a version.
    /// MUST fail with [`StoreError::Contention`] when that is not what is stored any more, [`StoreError::Refused`]
    /// unless the actor is the program itself.
    async fn reseal(&mut self, credential: &Credential, sealed: &Redacted<String>) -> Result<(), StoreError>;
}

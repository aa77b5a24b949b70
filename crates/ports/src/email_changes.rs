use async_trait::async_trait;
use kairo_domain::{EmailChange, EmailChangeId, UserId};

use crate::StoreError;

/// The changes of address that wait for their confirmation. Every method MUST fail with [`StoreError::Refused`]
/// unless the actor of the unit is the program itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EmailChangeRepository: Send {
    /// The change with this id.
    async fn get(&mut self, id: EmailChangeId) -> Result<Option<EmailChange>, StoreError>;

    /// Adds a change; earlier ones of the same user are forgotten. MUST fail with [`StoreError::Missing`] when there
    /// is no such user.
    async fn add(&mut self, change: &EmailChange) -> Result<(), StoreError>;

    /// Writes at which addresses it was confirmed. MUST fail with [`StoreError::Stale`] when it is gone, and with
    /// [`StoreError::Contention`] when the other address confirmed it meanwhile.
    async fn save(&mut self, change: &EmailChange) -> Result<(), StoreError>;

    /// Forgets every change of a user.
    async fn remove_of(&mut self, user: UserId) -> Result<(), StoreError>;
}

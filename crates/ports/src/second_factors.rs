use async_trait::async_trait;
use kairo_domain::{SecondFactor, UserId};

use crate::StoreError;

/// The second factors of users. Every method MUST fail with [`StoreError::Refused`] unless the actor of the unit is
/// the program itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SecondFactorRepository: Send {
    /// The second factor of a user; it stays locked for other units until this one ends, so that a code is taken
    /// once.
    async fn get(&mut self, user: UserId) -> Result<Option<SecondFactor>, StoreError>;

    /// Writes a second factor in the place of what the user had; a store without locks fails with
    /// [`StoreError::Contention`] when that is not what this unit read. MUST fail with [`StoreError::Missing`] when there is
    /// no such user.
    async fn put(&mut self, factor: &SecondFactor) -> Result<(), StoreError>;

    /// Removes a user's second factor; having none is no error.
    async fn remove(&mut self, user: UserId) -> Result<(), StoreError>;

    /// The second factors after this user, in the order of their users' ids; to encrypt them anew.
    async fn after(&mut self, user: Option<UserId>, limit: u16) -> Result<Vec<SecondFactor>, StoreError>;
}

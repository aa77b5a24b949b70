use async_trait::async_trait;
use kairo_domain::{SignUp, SignUpId};

use crate::{PasswordHash, StoreError};

/// The sign-ups that wait for their address to be proven. Every method MUST fail with [`StoreError::Refused`] unless
/// the actor of the unit is the program itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SignUpRepository: Send {
    /// The sign-up with this id, and what its password is checked against.
    async fn get(&mut self, id: SignUpId) -> Result<Option<(SignUp, PasswordHash)>, StoreError>;

    /// Adds a sign-up. An address may be asked for any number of times.
    async fn add(&mut self, sign_up: &SignUp, password: &PasswordHash) -> Result<(), StoreError>;

    /// Forgets every sign-up for the address of this one; one that is gone is no error.
    async fn remove(&mut self, sign_up: &SignUp) -> Result<(), StoreError>;
}

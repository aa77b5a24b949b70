use async_trait::async_trait;
use kairo_domain::{Colleague, Email, Filter, Page, PageRequest, Permit, Sort, User, UserField, UserId};

use crate::{PasswordHash, StoreError};

/// A user with what a password is checked against; only the sign-in look-up ever has this.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The user.
    pub user: User,
    /// What its password is checked against.
    pub password_hash: PasswordHash,
}

/// The users that the actor of the unit can see; deleted ones are never among them.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UserRepository: Send {
    /// The user with this id.
    async fn get(&mut self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user with this address, compared without case.
    async fn find_by_email(&mut self, email: &Email) -> Result<Option<User>, StoreError>;

    /// One page of those that pass the filter.
    async fn list(
        &mut self,
        filter: &Filter<UserField>,
        sort: &Sort<UserField>,
        page: &PageRequest,
    ) -> Result<Page<User>, StoreError>;

    /// The users that the actor may know by name, itself among them, in the order of their names and at most `limit`.
    async fn colleagues(&mut self, limit: u16) -> Result<Vec<Colleague>, StoreError>;

    /// A user's password hash. In a unit that writes, the user stays locked for other units until this one ends, so that
    /// nobody signs in with a password that is being changed; a store without locks fails the commit with
    /// [`StoreError::Contention`]. MUST fail with [`StoreError::Refused`] unless the actor is the program itself.
    async fn password_hash(&mut self, id: UserId) -> Result<Option<PasswordHash>, StoreError>;

    /// The user with this address and its password hash. MUST fail with [`StoreError::Refused`] unless the actor
    /// is the program itself.
    async fn find_credentials(&mut self, email: &Email) -> Result<Option<Credentials>, StoreError>;

    /// Adds a user, who cannot sign in until a password is set. MUST fail with [`StoreError::Taken`] when the id
    /// or the address is in use, [`StoreError::Missing`] when the company does not exist.
    async fn add(&mut self, permit: &Permit, user: &User) -> Result<(), StoreError>;

    /// Writes a changed user. MUST fail with [`StoreError::Stale`] unless the stored version is exactly one less, with
    /// [`StoreError::Taken`] when the address is in use, [`StoreError::Missing`] when the company does not exist, and with
    /// [`StoreError::LastAdmin`] when nobody with role ADMIN
    /// would be left who may sign in.
    async fn save(&mut self, permit: &Permit, user: &User) -> Result<(), StoreError>;

    /// Sets what the user's password is checked against. MUST fail with [`StoreError::Refused`] unless the actor
    /// is the program itself, and with [`StoreError::Stale`] when there is no such user.
    async fn set_password_hash(
        &mut self,
        permit: &Permit,
        id: UserId,
        hash: &PasswordHash,
    ) -> Result<(), StoreError>;
}

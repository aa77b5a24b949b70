use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{ApiKey, ApiKeyId, Permit, TokenDigest, UserId};

use crate::StoreError;

/// The API keys that the actor of the unit can see.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ApiKeyRepository: Send {
    /// The key with this id; its digest is all zeros for everybody but the program itself.
    async fn get(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError>;

    /// The key with this digest. MUST fail with [`StoreError::Refused`] unless the actor is the program itself.
    async fn find_by_digest(&mut self, digest: &TokenDigest) -> Result<Option<ApiKey>, StoreError>;

    /// The keys of a user that were not revoked, the latest first.
    async fn of_user(&mut self, user: UserId) -> Result<Vec<ApiKey>, StoreError>;

    /// Adds a key; its digest is written here once, by whoever may create the key. MUST fail with
    /// [`StoreError::Taken`] when its id or digest is in use, [`StoreError::Missing`] when there is no such user.
    async fn add(&mut self, permit: &Permit, key: &ApiKey) -> Result<(), StoreError>;

    /// Marks a key as revoked at the instant in it. MUST fail with [`StoreError::Stale`] when the actor cannot see
    /// such a key, or it is revoked already.
    async fn revoke(&mut self, permit: &Permit, key: &ApiKey) -> Result<(), StoreError>;

    /// Notes that a key was used. MUST fail with [`StoreError::Refused`] unless the actor is the program itself; a
    /// key that is gone is no error.
    async fn note_use(&mut self, id: ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError>;
}

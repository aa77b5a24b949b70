use async_trait::async_trait;
use kairo_domain::{Permit, Session, SessionId, TokenDigest, UserId};

use crate::StoreError;

/// The sessions that the actor of the unit can see.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait SessionRepository: Send {
    /// The session with this id. What only the program itself may see of it, its refresh digest, is all zeros
    /// for everybody else.
    async fn get(&mut self, id: SessionId) -> Result<Option<Session>, StoreError>;

    /// The session whose refresh token, or the token before, has this digest. MUST fail with [`StoreError::Refused`] unless the actor is the
    /// program itself.
    async fn find_by_digest(&mut self, digest: &TokenDigest) -> Result<Option<Session>, StoreError>;

    /// The sessions of a user that were not revoked, the latest first. In a unit that writes, they stay locked for other
    /// units until this one ends.
    async fn of_user(&mut self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// Adds a session. MUST fail with [`StoreError::Taken`] when its id or digest is in use, and with
    /// [`StoreError::Missing`] when there is no such user.
    async fn add(&mut self, permit: &Permit, session: &Session) -> Result<(), StoreError>;

    /// Writes a rotated session over the one whose token had this digest. MUST fail with [`StoreError::Contention`]
    /// when that is no longer its token or it is revoked: another unit was first; and with [`StoreError::Refused`]
    /// unless the actor is the program itself.
    async fn rotate(
        &mut self,
        permit: &Permit,
        session: &Session,
        from: &TokenDigest,
    ) -> Result<(), StoreError>;

    /// Marks a session as revoked at the instant in it. MUST fail with [`StoreError::Stale`] when the actor
    /// cannot see such a session, or it is revoked already.
    async fn revoke(&mut self, permit: &Permit, session: &Session) -> Result<(), StoreError>;
}

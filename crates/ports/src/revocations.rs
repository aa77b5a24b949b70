use async_trait::async_trait;
use kairo_domain::Revocation;

use crate::StoreError;

/// A place in the log of revocations; what it holds is the store's own business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark(pub String);

/// What makes access tokens invalid before their time. The store itself writes it whenever a session is revoked or
/// removed, and whenever a user's role, company, suspension or deletion changes, by whatever way.
/// Every method MUST fail with [`StoreError::Refused`] unless the actor of the unit is the program itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RevocationLog: Send {
    /// What was committed since the mark, and the mark for the next time; everything that is kept without a mark. MUST
    /// NOT miss anything, however long its transaction was open; what was seen before may come again.
    async fn since<'a>(&mut self, mark: Option<&'a Mark>) -> Result<(Vec<Revocation>, Mark), StoreError>;
}

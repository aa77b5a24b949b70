use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Letter, LetterId};

use crate::StoreError;

/// A letter of the queue that one sender holds for a while.
#[derive(Clone, Debug, PartialEq)]
pub struct QueuedLetter {
    /// Its id.
    pub id: LetterId,
    /// What it is.
    pub letter: Letter,
    /// How often it was taken before.
    pub attempts: u32,
}

/// The letters that are owed. They are written in the unit of the act that owes them, and sent after its commit.
/// The methods other than [`post`](Self::post) MUST fail with [`StoreError::Refused`] unless the actor of the unit is
/// the program itself.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LetterQueue: Send {
    /// Owes somebody a letter. The program itself posts any; a user only notices to itself, staff also invitations, and
    /// an administrator also [`Letter::Welcome`]. MUST fail with [`StoreError::Refused`] for any other, and for visitors
    /// always.
    async fn post(&mut self, id: LetterId, letter: &Letter, at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Takes the letters that are due, the oldest first: nobody else gets them until the instant in `until`. Letters
    /// that another open unit is taking are passed over.
    async fn take(
        &mut self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u16,
    ) -> Result<Vec<QueuedLetter>, StoreError>;

    /// Removes a letter that was sent, or that nobody is owed any more; one that is gone is no error.
    async fn done(&mut self, id: LetterId) -> Result<(), StoreError>;

    /// Puts a letter back until an instant.
    async fn postpone(&mut self, id: LetterId, until: DateTime<Utc>) -> Result<(), StoreError>;
}

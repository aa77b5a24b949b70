use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::StoreError;

/// The key under which a client repeats a request that must take effect once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// A text is no idempotency key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an idempotency key has 1 to {max} visible ASCII characters", max = IdempotencyKey::MAX)]
pub struct KeyIssue;

impl IdempotencyKey {
    /// The most characters of a key.
    pub const MAX: usize = 255;

    /// Checks a key.
    ///
    /// # Errors
    /// [`KeyIssue`] unless it has 1 to 255 visible ASCII characters.
    pub fn parse(text: &str) -> Result<Self, KeyIssue> {
        let fits = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if fits { Ok(Self(text.to_owned())) } else { Err(KeyIssue) }
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A request that must take effect once, as it presents itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Within what the key is unique, such as a route; a store adds the actor to it.
    pub scope: String,
    /// The client's key.
    pub key: IdempotencyKey,
    /// The SHA-256 of the request's body.
    pub body_digest: [u8; 32],
}

/// An answer as it is kept for repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers that belong to the answer, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

/// The answers that were given under idempotency keys, kept in the same unit as what they answer.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IdempotencyKeys: Send {
    /// Takes the key for this unit, or finds the answer that was given under it.
    ///
    /// `None`: the key is free and now held until this unit ends. MUST fail with [`StoreError::Contention`] while
    /// another unit holds the key, and with [`StoreError::Taken`] (what: `Idempotency-Key`) when it was used with
    /// another body. An answer that expired before `now` is as good as none.
    async fn claim(&mut self, claim: &Claim, now: DateTime<Utc>) -> Result<Option<Answer>, StoreError>;

    /// Keeps the answer under a key that this unit holds, until it expires.
    async fn keep(
        &mut self,
        claim: &Claim,
        answer: &Answer,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Forgets at most `limit` answers that expired before `now`, of whichever actor, and tells how many. MUST fail
    /// with [`StoreError::Refused`] unless the actor is the program itself.
    async fn purge(&mut self, now: DateTime<Utc>, limit: u32) -> Result<u64, StoreError>;
}

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kairo_ports::{Answer, Claim, StoreError, UnitOfWork};

use crate::Error;

/// For how long an answer is kept for repeats of its request.
const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

/// Asks for an order to take effect once, and for its first answer to be given to every repeat.
pub struct Once<T> {
    claim: Claim,
    render: Arc<dyn Fn(&T) -> Answer + Send + Sync>,
}

/// How an order that takes effect once ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome<T> {
    /// It took effect now.
    Done(T),
    /// It took effect before; this is what was answered then.
    Replayed(Answer),
}

impl<T> Clone for Once<T> {
    fn clone(&self) -> Self {
        Self { claim: self.claim.clone(), render: Arc::clone(&self.render) }
    }
}

impl<T> Once<T> {
    /// Takes effect once under this claim; `render` makes the answer that is kept.
    pub fn new(claim: Claim, render: impl Fn(&T) -> Answer + Send + Sync + 'static) -> Self {
        Self { claim, render: Arc::new(render) }
    }
}

/// The answer of an earlier request under the same key, if there was one; else the unit now holds the key.
pub(crate) async fn replay<T>(
    work: &mut dyn UnitOfWork,
    once: Option<&Once<T>>,
    now: DateTime<Utc>,
) -> Result<Option<Answer>, Error> {
    let Some(once) = once else { return Ok(None) };
    work.idempotency().claim(&once.claim, now).await.map_err(|error| match error {
        StoreError::Contention(_) => Error::InProgress,
        StoreError::Taken { .. } => Error::KeyReused,
        other => other.into(),
    })
}

/// Keeps the answer in the unit that the order is written in.
pub(crate) async fn keep<T>(
    work: &mut dyn UnitOfWork,
    once: Option<&Once<T>>,
    result: &T,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if let Some(once) = once {
        work.idempotency().keep(&once.claim, &(once.render)(result), now, now + KEPT_FOR).await?;
    }
    Ok(())
}

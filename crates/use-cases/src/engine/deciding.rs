use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use kairo_flow::{Effort, Execution, Next, Now};

use crate::Error;
use crate::desk::Desk;
use crate::slots::Slot;

/// The execution of a run, in the hands of its worker or of the thread that computes for it.
pub(super) struct Deciding(Arc<Mutex<Execution>>);

impl Deciding {
    pub(super) fn new(execution: Execution) -> Self {
        Self(Arc::new(Mutex::new(execution)))
    }

    pub(super) fn execution(&self) -> MutexGuard<'_, Execution> {
        locked(&self.0)
    }

    /// What comes next: at once where it is easily said. Otherwise it is computed where it keeps nobody from going on,
    /// and the worker leaves its place meanwhile.
    pub(super) async fn next(
        &self,
        desk: &Desk,
        slot: &Slot,
        now: DateTime<Utc>,
        most: usize,
    ) -> Result<Next, Error> {
        let easy = decide(&mut self.execution(), now, most, Effort::Light);
        if easy != Next::Busy {
            return Ok(easy);
        }
        let execution = Arc::clone(&self.0);
        slot.leave();
        let next = desk.compute(move || decide(&mut locked(&execution), now, most, Effort::Full)).await;
        slot.come_back().await;
        next
    }

    /// Whether the run has come to its end, as far as that is easily said; without a new effect.
    pub(super) fn easily_next(&self, now: DateTime<Utc>) -> Next {
        decide(&mut self.execution(), now, 0, Effort::Light)
    }
}

fn decide(execution: &mut Execution, now: DateTime<Utc>, most: usize, effort: Effort) -> Next {
    let text = now.to_rfc3339();
    execution.next(Now { ms: now.timestamp_millis(), text: &text }, most, effort)
}

/// Whoever panicked with it is told so, and drives it no further.
fn locked(execution: &Mutex<Execution>) -> MutexGuard<'_, Execution> {
    execution.lock().unwrap_or_else(PoisonError::into_inner)
}

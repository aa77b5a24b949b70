//! Answers that go on: how many there may be.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kairo_domain::UserId;

use crate::problem::Problem;

/// How many streams of events may be open. Each costs a look into the store now and then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamLimits {
    /// On this node.
    pub in_all: usize,
    /// Of one user, on this node.
    pub per_user: usize,
}

impl Default for StreamLimits {
    fn default() -> Self {
        Self { in_all: 1_000, per_user: 20 }
    }
}

/// The streams that are open.
#[derive(Clone, Debug)]
pub(crate) struct Streams {
    limits: StreamLimits,
    open: Arc<Mutex<HashMap<UserId, usize>>>,
}

/// A stream that is open, until this is dropped.
#[derive(Debug)]
pub(crate) struct OpenStream {
    user: UserId,
    streams: Streams,
}

/// After how many seconds to try again when too many are open.
const PATIENCE: u64 = 5;

impl Streams {
    pub(crate) fn new(limits: StreamLimits) -> Self {
        Self { limits, open: Arc::default() }
    }

    /// Opens a stream of a user, unless there are too many.
    pub(crate) fn open(&self, user: UserId) -> Result<OpenStream, Problem> {
        let mut open = self.ledger();
        let (all, own) = (open.values().sum::<usize>(), open.get(&user).copied().unwrap_or_default());
        if all >= self.limits.in_all || own >= self.limits.per_user {
            return Err(Problem::rate_limited(PATIENCE));
        }
        open.insert(user, own + 1);
        Ok(OpenStream { user, streams: self.clone() })
    }

    fn ledger(&self) -> MutexGuard<'_, HashMap<UserId, usize>> {
        // Nothing in here can be left half done.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.streams.ledger();
        match open.get_mut(&self.user) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                open.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kairo_domain::Id;
    use kairo_use_cases::Code;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn there_are_only_so_many_of_a_user_and_in_all() {
        let streams = Streams::new(StreamLimits { in_all: 3, per_user: 2 });
        let user = |number| Id::from_uuid(Uuid::from_u128(number));
        let refused = |number| streams.open(user(number)).map(drop).map_err(|problem| problem.code());
        let own = [streams.open(user(1)).unwrap(), streams.open(user(1)).unwrap()];
        assert_eq!(refused(1), Err(Code::RateLimited));
        let other = streams.open(user(2)).unwrap();
        assert_eq!(refused(3), Err(Code::RateLimited));
        drop((own, other));
        assert!(streams.ledger().is_empty());
        assert_eq!(refused(1), Ok(()));
    }
}

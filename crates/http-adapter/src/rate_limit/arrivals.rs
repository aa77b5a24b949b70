use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::state::keyed::ShrinkableKeyedStateStore;

use super::key::Key;

/// Where the limiter keeps the theoretical arrival time of each caller's next request, as GCRA calls it.
///
/// governor has such stores, and tells nothing of what is in them: neither how long a caller still has to wait for the
/// next request after one that was allowed, nor whether a caller is known.
#[derive(Clone, Default)]
pub(super) struct Arrivals(Arc<Mutex<Ledger>>);

#[derive(Default)]
struct Ledger {
    times: HashMap<Key, Nanos>,
    /// How many requests have come since idle callers were forgotten.
    since_tidied: usize,
}

/// The most callers that are told apart; beyond, new ones are counted with their surroundings. About 10 MB.
pub(super) const MOST: usize = 100_000;
/// Tidying costs a look at every caller, so it waits for as many requests as there are callers, and for this many.
const TIDY_AFTER: usize = 1024;

impl Arrivals {
    /// The caller as whom a request is counted.
    pub(super) fn place(&self, key: Key) -> Key {
        let ledger = self.ledger();
        if ledger.times.len() < MOST || ledger.times.contains_key(&key) { key } else { key.surroundings() }
    }

    /// Whether it is time to forget idle callers; to be asked once for each request.
    pub(super) fn is_untidy(&self) -> bool {
        let mut ledger = self.ledger();
        ledger.since_tidied += 1;
        ledger.since_tidied > ledger.times.len().max(TIDY_AFTER)
    }

    /// The arrival time of a caller's next request; zero for a caller without any.
    pub(super) fn of(&self, key: &Key) -> Nanos {
        self.ledger().times.get(key).copied().unwrap_or_default()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // Nothing in here can be left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Arrivals {
    type Key = Key;

    fn measure_and_replace<T, F, E>(&self, key: &Key, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut ledger = self.ledger();
        let (decision, time) = decide(ledger.times.get(key).copied())?;
        ledger.times.insert(*key, time);
        Ok(decision)
    }
}

impl ShrinkableKeyedStateStore<Key> for Arrivals {
    fn retain_recent(&self, drop_below: Nanos) {
        let mut ledger = self.ledger();
        ledger.times.retain(|_, time| *time > drop_below);
        ledger.since_tidied = 0;
    }

    fn len(&self) -> usize {
        self.ledger().times.len()
    }

    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

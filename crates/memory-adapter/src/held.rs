use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What all open units hold.
pub(crate) type HeldSet<K> = Arc<Mutex<BTreeSet<K>>>;

/// What one unit holds; it is free again when the unit ends.
pub(crate) struct Held<K: Ord> {
    all: HeldSet<K>,
    own: BTreeSet<K>,
}

impl<K: Ord + Clone> Held<K> {
    pub(crate) fn within(all: &HeldSet<K>) -> Self {
        Self { all: Arc::clone(all), own: BTreeSet::new() }
    }

    pub(crate) fn has(&self, key: &K) -> bool {
        self.own.contains(key)
    }

    /// Takes a key, unless another unit has it; whether this unit has it now.
    pub(crate) fn take(&mut self, key: &K) -> bool {
        self.has(key) || (locked(&self.all).insert(key.clone()) && self.own.insert(key.clone()))
    }
}

impl<K: Ord> Drop for Held<K> {
    fn drop(&mut self) {
        let mut all = locked(&self.all);
        for key in &self.own {
            all.remove(key);
        }
    }
}

fn locked<K>(all: &HeldSet<K>) -> MutexGuard<'_, BTreeSet<K>> {
    // One key at a time goes in or out, so a set that a panic left behind is whole too.
    all.lock().unwrap_or_else(PoisonError::into_inner)
}

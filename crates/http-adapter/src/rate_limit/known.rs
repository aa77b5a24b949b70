use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::key::Key;

/// The webhooks that have taken deliveries lately: whoever sends to one of these does not guess.
#[derive(Default)]
pub(super) struct KnownHooks(Mutex<HashSet<Key>>);

/// The most webhooks that are known at a time. Beyond, all are forgotten, and learnt anew from what comes next.
const MOST: usize = 10_000;

impl KnownHooks {
    pub(super) fn has(&self, hook: &Key) -> bool {
        self.hooks().contains(hook)
    }

    pub(super) fn learn(&self, hook: Key) {
        let mut hooks = self.hooks();
        if hooks.len() >= MOST && !hooks.contains(&hook) {
            hooks.clear();
        }
        hooks.insert(hook);
    }

    pub(super) fn forget(&self, hook: &Key) {
        self.hooks().remove(hook);
    }

    fn hooks(&self) -> MutexGuard<'_, HashSet<Key>> {
        // Nothing in here can be left half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use kairo_domain::Redacted;

    use super::*;

    fn hook(number: usize) -> Key {
        Key::of_hook(&Redacted::new(number.to_string()))
    }

    #[test]
    fn only_so_many_are_known() {
        let known = KnownHooks::default();
        (0..MOST).for_each(|number| known.learn(hook(number)));
        assert!(known.has(&hook(0)) && known.has(&hook(MOST - 1)));
        known.learn(hook(MOST));
        assert!(known.has(&hook(MOST)) && !known.has(&hook(0)));
        known.forget(&hook(MOST));
        assert!(!known.has(&hook(MOST)));
    }
}

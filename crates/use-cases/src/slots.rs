use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_lock::{Semaphore, SemaphoreGuardArc};

/// How many jobs are worked on at a time. Whoever only waits, for the world outside or for what is computed elsewhere, leaves
/// its place meanwhile.
#[derive(Clone)]
pub(crate) struct Slots(Arc<Semaphore>);

/// The place of one job, free again when the last clone is dropped.
#[derive(Clone)]
pub(crate) struct Slot {
    slots: Slots,
    place: Arc<Mutex<Option<SemaphoreGuardArc>>>,
}

impl Slots {
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Semaphore::new(most.max(1))))
    }

    /// A place, as soon as there is one; whoever asked first gets it first.
    pub(crate) async fn enter(&self) -> Slot {
        let place = self.0.acquire_arc().await;
        Slot { slots: self.clone(), place: Arc::new(Mutex::new(Some(place))) }
    }
}

impl Slot {
    pub(crate) fn leave(&self) {
        drop(self.place().take());
    }

    pub(crate) async fn come_back(&self) {
        let is_away = self.place().is_none();
        if is_away {
            let place = self.slots.0.acquire_arc().await;
            *self.place() = Some(place);
        }
    }

    fn place(&self) -> MutexGuard<'_, Option<SemaphoreGuardArc>> {
        // It is there or not, whatever panicked meanwhile.
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn a_place_is_for_one_until_it_is_left() {
        let slots = Slots::new(1);
        let first = slots.enter().await;
        let mut second = Box::pin(slots.enter());
        assert!(poll!(&mut second).is_pending());
        first.leave();
        let second = second.await;
        let mut back = Box::pin(first.come_back());
        assert!(poll!(&mut back).is_pending());
        drop(second);
        back.await;
        assert!(poll!(Box::pin(slots.enter())).is_pending());
    }
}

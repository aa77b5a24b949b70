use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use kairo_domain::Actor;
use kairo_ports::{Store, StoreError, UnitOfWork};

use crate::held::HeldSet;
use crate::idempotency::Key;
use crate::shelf::Shelf;
use crate::triggers::TriggerKey;
use crate::unit_of_work::{Access, MemoryUnitOfWork};

/// A store in memory. Clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn newest(&self) -> MutexGuard<'_, Shelf> {
        self.shared.newest()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rows hold personal data.
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        Ok(Box::new(MemoryUnitOfWork::new(Arc::clone(&self.shared), *actor, Access::Write)))
    }

    async fn begin_read(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        Ok(Box::new(MemoryUnitOfWork::new(Arc::clone(&self.shared), *actor, Access::Read)))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// What all units of one store share.
#[derive(Default)]
pub(crate) struct Shared {
    shelf: Mutex<Shelf>,
    /// The idempotency keys that open units hold.
    pub(crate) held_keys: HeldSet<Key>,
    /// The schedules that open units are firing.
    pub(crate) held_schedules: HeldSet<TriggerKey>,
}

impl Shared {
    /// The newest shelf; while the guard lives, nobody else commits.
    pub(crate) fn newest(&self) -> MutexGuard<'_, Shelf> {
        // A shelf is replaced as a whole, so one that a panic left behind is whole too.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

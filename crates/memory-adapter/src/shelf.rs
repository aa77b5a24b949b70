use std::collections::BTreeMap;
use std::sync::Arc;

use kairo_domain::{Actor, Company, JournalEntry, Lead, Session, Subject, User, Version};
use kairo_ports::{Credentials, PasswordHash, StoreError};
use uuid::Uuid;

use crate::guard::{Guard, sees};
use crate::idempotency::{Kept, Key};

/// Everything that is stored. A clone shares the rows, so taking a snapshot costs next to nothing.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    pub(crate) leads: Table<Lead>,
    pub(crate) users: Table<User>,
    pub(crate) password_hashes: Table<PasswordHash>,
    pub(crate) companies: Table<Company>,
    pub(crate) sessions: Table<Session>,
    pub(crate) journal: Arc<Vec<Arc<JournalEntry>>>,
    pub(crate) answers: Arc<BTreeMap<Key, Arc<Kept>>>,
}

impl Shelf {
    /// A user with what its password is checked against.
    pub(crate) fn credentials(&self, user: &User) -> Credentials {
        let hash = self.password_hashes.get(user.id.uuid());
        Credentials {
            user: user.clone(),
            password_hash: hash.cloned().unwrap_or_else(PasswordHash::unusable),
        }
    }
}

/// Rows by id. The first write after a clone copies the index, not the rows.
pub(crate) struct Table<R>(Arc<BTreeMap<Uuid, Arc<R>>>);

impl<R> Table<R> {
    pub(crate) fn get(&self, id: Uuid) -> Option<&R> {
        self.0.get(&id).map(Arc::as_ref)
    }

    pub(crate) fn put(&mut self, id: Uuid, row: R) {
        Arc::make_mut(&mut self.0).insert(id, Arc::new(row));
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &R> {
        self.0.values().map(Arc::as_ref)
    }
}

impl<R> Clone for Table<R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// What leads, users and companies have in common.
pub(crate) trait Versioned: Subject + Clone {
    fn uuid(&self) -> Uuid;
    fn version(&self) -> Version;
    fn is_deleted(&self) -> bool;
}

impl<R: Versioned> Table<R> {
    /// The row with this id, if the actor can see it.
    pub(crate) fn visible(&self, actor: &Actor, id: Uuid) -> Option<&R> {
        self.get(id).filter(|row| !row.is_deleted() && sees(actor, *row))
    }

    pub(crate) fn add(&mut self, guard: &Guard, row: &R) -> Result<(), StoreError> {
        guard.allows_adding(row)?;
        if self.get(row.uuid()).is_some() {
            return Err(StoreError::Taken { what: "id" });
        }
        self.put(row.uuid(), row.clone());
        Ok(())
    }

    pub(crate) fn save(&mut self, guard: &Guard, row: &R) -> Result<(), StoreError> {
        self.check_save(guard, row)?;
        self.put(row.uuid(), row.clone());
        Ok(())
    }

    /// The stored row that the given one may replace.
    pub(crate) fn check_save(&self, guard: &Guard, row: &R) -> Result<&R, StoreError> {
        guard.concerns(row)?;
        let stored = self.visible(guard.actor(), row.uuid()).ok_or(StoreError::Stale)?;
        guard.allows_saving(stored, row)?;
        if stored.version() == row.version().previous() { Ok(stored) } else { Err(StoreError::Stale) }
    }
}

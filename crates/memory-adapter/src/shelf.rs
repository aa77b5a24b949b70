use std::collections::BTreeMap;
use std::sync::Arc;

use kairo_domain::{
    Actor, ApiKey, Attempts, Automation, Company, Credential, EmailChange, FlowNumber, FlowVersion,
    Invitation, JournalEntry, Lead, LeadEntry, OneTimeToken, SecondFactor, Session, Subject, User, UserId,
    Version,
};
use kairo_ports::{Credentials, PasswordHash, StoreError};
use uuid::Uuid;

use crate::guard::{Guard, sees};
use crate::idempotency::{Kept, Key};
use crate::letters::Posted;
use crate::queue::Waiting;
use crate::revocations::Announcements;
use crate::runs::Runs;
use crate::sign_ups::Applicant;
use crate::triggers::{Registered, TriggerKey};

/// Everything that is stored. A clone shares the rows, so taking a snapshot costs next to nothing.
#[derive(Clone, Default)]
pub(crate) struct Shelf {
    pub(crate) leads: Table<Lead>,
    pub(crate) lead_timeline: Table<LeadEntry>,
    pub(crate) users: Table<User>,
    pub(crate) password_hashes: Table<PasswordHash>,
    /// How often units have held a user until their end.
    pub(crate) user_holds: Table<u64>,
    pub(crate) companies: Table<Company>,
    pub(crate) sessions: Table<Session>,
    pub(crate) journal: Arc<Vec<Arc<JournalEntry>>>,
    pub(crate) answers: Arc<BTreeMap<Key, Arc<Kept>>>,
    pub(crate) api_keys: Table<ApiKey>,
    /// By what the attempts have in common.
    pub(crate) attempts: Table<Attempts, String>,
    pub(crate) credentials: Table<Credential>,
    pub(crate) email_changes: Table<EmailChange>,
    pub(crate) invitations: Table<Invitation>,
    /// By key.
    pub(crate) jobs: Table<Waiting, String>,
    pub(crate) letters: Table<Posted>,
    /// By digest.
    pub(crate) one_time_tokens: Table<OneTimeToken, String>,
    pub(crate) revocations: Announcements,
    /// By user.
    pub(crate) second_factors: Table<SecondFactor>,
    pub(crate) sign_ups: Table<Applicant>,
    pub(crate) automations: Table<Automation>,
    pub(crate) flows: Table<FlowVersion, (Uuid, FlowNumber)>,
    pub(crate) triggers: Table<Registered, TriggerKey>,
    pub(crate) runs: Runs,
}

impl Shelf {
    /// A user with what its password is checked against.
    pub(crate) fn credentials(&self, user: &User) -> Credentials {
        Credentials { user: user.clone(), password_hash: self.password_hash(user) }
    }

    pub(crate) fn password_hash(&self, user: &User) -> PasswordHash {
        self.password_hashes.get(&user.id.uuid()).cloned().unwrap_or_else(PasswordHash::unusable)
    }

    /// As a foreign key: a deleted user is still there.
    pub(crate) fn check_user(&self, user: UserId) -> Result<(), StoreError> {
        match self.users.get(&user.uuid()) {
            Some(_) => Ok(()),
            None => Err(StoreError::Missing { what: "userId" }),
        }
    }
}

/// Rows by id, or by another key. The first write after a clone copies the index, not the rows.
pub(crate) struct Table<R, K = Uuid>(Arc<BTreeMap<K, Arc<R>>>);

impl<R, K: Ord + Clone> Table<R, K> {
    pub(crate) fn get(&self, key: &K) -> Option<&R> {
        self.0.get(key).map(Arc::as_ref)
    }

    pub(crate) fn put(&mut self, key: K, row: R) {
        Arc::make_mut(&mut self.0).insert(key, Arc::new(row));
    }

    /// Adds a row under a key that must be free.
    pub(crate) fn put_new(&mut self, key: K, row: R, what: &'static str) -> Result<(), StoreError> {
        if self.get(&key).is_some() {
            return Err(StoreError::Taken { what });
        }
        self.put(key, row);
        Ok(())
    }

    /// Removes a row, and tells whether it was there.
    pub(crate) fn remove(&mut self, key: &K) -> bool {
        self.0.contains_key(key) && Arc::make_mut(&mut self.0).remove(key).is_some()
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = &R> {
        self.0.values().map(Arc::as_ref)
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = (&K, &R)> {
        self.0.iter().map(|(key, row)| (key, row.as_ref()))
    }

    /// Removes at most so many of the rows that are to go, and tells how many they were.
    pub(crate) fn remove_where(&mut self, limit: usize, goes: impl Fn(&R) -> bool) -> u64 {
        let gone = self.entries().filter(|(_, row)| goes(row)).take(limit);
        let gone: Vec<K> = gone.map(|(key, _)| key.clone()).collect();
        gone.iter().filter(|key| self.remove(key)).count() as u64
    }
}

impl<R, K> Clone for Table<R, K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<R, K> Default for Table<R, K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

/// What leads, users, companies and credentials have in common.
pub(crate) trait Versioned: Subject + Clone {
    fn uuid(&self) -> Uuid;
    fn version(&self) -> Version;
    fn is_deleted(&self) -> bool;
}

impl<R: Versioned> Table<R> {
    /// The row with this id, if the actor can see it.
    pub(crate) fn visible(&self, actor: &Actor, id: Uuid) -> Option<&R> {
        self.get(&id).filter(|row| is_shown_to(actor, *row))
    }

    /// The rows that the actor can see.
    pub(crate) fn shown_to(&self, actor: &Actor) -> impl Iterator<Item = &R> {
        self.rows().filter(|row| is_shown_to(actor, *row))
    }

    pub(crate) fn add(&mut self, guard: &Guard, row: &R) -> Result<(), StoreError> {
        guard.allows_adding(row)?;
        self.put_new(row.uuid(), row.clone(), "id")
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

fn is_shown_to(actor: &Actor, row: &impl Versioned) -> bool {
    !row.is_deleted() && sees(actor, row)
}

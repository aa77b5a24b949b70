use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, Credential, CredentialField, CredentialId, CredentialName, CredentialRecord, Filter, Page,
    PageRequest, Permit, Redacted, Sort, UserId, Verb, Version,
};
use kairo_ports::{CredentialRepository, StoreError};
use uuid::Uuid;

use crate::guard::{Guard, refused};
use crate::listing::page_of;
use crate::shelf::{Shelf, Versioned};
use crate::unit_of_work::MemoryUnitOfWork;

impl Versioned for Credential {
    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn version(&self) -> Version {
        self.version
    }

    fn is_deleted(&self) -> bool {
        false
    }
}

#[async_trait]
impl CredentialRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: CredentialId) -> Result<Option<Credential>, StoreError> {
        let credential = self.view.credentials.visible(&self.actor, id.uuid());
        Ok(credential.map(|credential| match self.actor {
            Actor::System => credential.clone(),
            Actor::Visitor | Actor::User(_) | Actor::Automation { .. } => credential.without_secret(),
        }))
    }

    async fn list(
        &mut self,
        filter: &Filter<CredentialField>,
        sort: &Sort<CredentialField>,
        page: &PageRequest,
    ) -> Result<Page<Credential>, StoreError> {
        let mut met = page_of(self.view.credentials.shown_to(&self.actor), filter, sort, page);
        met.items.iter_mut().for_each(|credential| *credential = credential.without_secret());
        Ok(met)
    }

    async fn of_owner_by_name(
        &mut self,
        owner: UserId,
        name: &CredentialName,
    ) -> Result<Option<Credential>, StoreError> {
        self.demand_system()?;
        let is_it = |credential: &&Credential| credential.owner == owner && credential.name == *name;
        Ok(self.view.credentials.rows().find(is_it).cloned())
    }

    async fn add(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError> {
        let (guard, credential) = (Guard::new(self.actor, permit), credential.clone());
        self.write(move |shelf| {
            guard.allows_adding(&credential)?;
            check_name(shelf, &credential)?;
            shelf.check_user(credential.owner)?;
            shelf.credentials.add(&guard, &credential)
        })
    }

    async fn save(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError> {
        let (guard, credential) = (Guard::new(self.actor, permit), credential.clone());
        self.write(move |shelf| {
            let stored = shelf.credentials.check_save(&guard, &credential)?;
            // Nothing else is taken over: most actors hold a credential without its secret.
            let saved = changed(stored, |record| {
                record.name = credential.name.clone();
                (record.updated_at, record.version) = (credential.updated_at, credential.version);
            });
            check_name(shelf, &saved)?;
            shelf.credentials.put(saved.id.uuid(), saved);
            Ok(())
        })
    }

    async fn save_secret(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError> {
        let (guard, credential) = (Guard::new(self.actor, permit), credential.clone());
        self.write(move |shelf| {
            let stored = shelf.credentials.check_save(&guard, &credential)?;
            let saved = changed(stored, |record| {
                record.sealed = credential.sealed.clone();
                (record.updated_at, record.version) = (credential.updated_at, credential.version);
            });
            shelf.credentials.put(saved.id.uuid(), saved);
            Ok(())
        })
    }

    async fn remove(&mut self, permit: &Permit, credential: &Credential) -> Result<(), StoreError> {
        let (guard, credential) = (Guard::new(self.actor, permit), credential.clone());
        self.write(move |shelf| remove(shelf, &guard, &credential))
    }

    async fn note_use(&mut self, id: CredentialId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            let stored = shelf.credentials.get(&id.uuid());
            let older = stored.filter(|stored| stored.last_used_at.is_none_or(|last| last < at));
            if let Some(used) = older.map(|stored| changed(stored, |record| record.last_used_at = Some(at))) {
                shelf.credentials.put(id.uuid(), used);
            }
            Ok(())
        })
    }

    async fn after(&mut self, last: Option<CredentialId>, limit: u16) -> Result<Vec<Credential>, StoreError> {
        self.demand_system()?;
        // The table is in the order of the ids.
        let rest =
            self.view.credentials.rows().filter(|credential| last.is_none_or(|last| credential.id > last));
        Ok(rest.take(usize::from(limit)).cloned().collect())
    }

    async fn reseal(&mut self, credential: &Credential, sealed: &Redacted<String>) -> Result<(), StoreError> {
        self.demand_system()?;
        let (id, before, sealed) = (credential.id.uuid(), credential.sealed.clone(), sealed.clone());
        self.write(move |shelf| {
            let stored = shelf.credentials.get(&id).filter(|stored| stored.sealed == before);
            let stored = stored.ok_or(StoreError::Contention(None))?;
            let resealed = changed(stored, |record| record.sealed = sealed.clone());
            shelf.credentials.put(id, resealed);
            Ok(())
        })
    }
}

/// As a unique index.
fn check_name(shelf: &Shelf, credential: &Credential) -> Result<(), StoreError> {
    let is_rival = |other: &Credential| {
        other.id != credential.id && other.owner == credential.owner && other.name == credential.name
    };
    if shelf.credentials.rows().any(is_rival) { Err(StoreError::Taken { what: "name" }) } else { Ok(()) }
}

fn remove(shelf: &mut Shelf, guard: &Guard, credential: &Credential) -> Result<(), StoreError> {
    guard.concerns(credential)?;
    if guard.permit().verb() != Verb::Purge {
        return Err(refused(format!("a permit to {} removes nothing", guard.permit().verb())));
    }
    let id = credential.id.uuid();
    let stored = shelf.credentials.visible(guard.actor(), id).ok_or(StoreError::Stale)?;
    guard.may(Verb::Purge, stored)?;
    if stored.version != credential.version {
        return Err(StoreError::Stale);
    }
    shelf.credentials.remove(&id);
    Ok(())
}

fn changed(credential: &Credential, change: impl FnOnce(&mut CredentialRecord)) -> Credential {
    let mut record = CredentialRecord::clone(credential);
    change(&mut record);
    Credential::restore(record)
}

use std::cmp::Reverse;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Actor, ApiKey, ApiKeyId, Permit, TokenDigest, UserId};
use kairo_ports::{ApiKeyRepository, StoreError};

use crate::guard::{Guard, no_digest, refused, sees};
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl ApiKeyRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
        let key = self.view.api_keys.get(&id.uuid()).filter(|key| sees(&self.actor, *key));
        key.map(|key| shown_to(&self.actor, key)).transpose()
    }

    async fn find_by_digest(&mut self, digest: &TokenDigest) -> Result<Option<ApiKey>, StoreError> {
        self.demand_system()?;
        Ok(self.view.api_keys.rows().find(|key| key.digest == *digest).cloned())
    }

    async fn of_user(&mut self, user: UserId) -> Result<Vec<ApiKey>, StoreError> {
        let is_shown =
            |key: &&ApiKey| key.user == user && key.revoked_at.is_none() && sees(&self.actor, *key);
        let mut keys: Vec<&ApiKey> = self.view.api_keys.rows().filter(is_shown).collect();
        keys.sort_by_key(|key| Reverse((key.created_at, key.id)));
        keys.into_iter().map(|key| shown_to(&self.actor, key)).collect()
    }

    async fn add(&mut self, permit: &Permit, key: &ApiKey) -> Result<(), StoreError> {
        let (guard, key) = (Guard::new(self.actor, permit), key.clone());
        self.write(move |shelf| add(shelf, &guard, &key))
    }

    async fn revoke(&mut self, permit: &Permit, key: &ApiKey) -> Result<(), StoreError> {
        let (guard, key) = (Guard::new(self.actor, permit), key.clone());
        self.write(move |shelf| revoke(shelf, &guard, &key))
    }

    async fn note_use(&mut self, id: ApiKeyId, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            let used =
                shelf.api_keys.get(&id.uuid()).map(|key| ApiKey { last_used_at: Some(at), ..key.clone() });
            if let Some(key) = used {
                shelf.api_keys.put(id.uuid(), key);
            }
            Ok(())
        })
    }
}

fn add(shelf: &mut Shelf, guard: &Guard, key: &ApiKey) -> Result<(), StoreError> {
    guard.allows_adding(key)?;
    if shelf.api_keys.rows().any(|other| other.id != key.id && other.digest == key.digest) {
        return Err(StoreError::Taken { what: "key" });
    }
    shelf.check_user(key.user)?;
    shelf.api_keys.put_new(key.id.uuid(), key.clone(), "id")
}

fn revoke(shelf: &mut Shelf, guard: &Guard, key: &ApiKey) -> Result<(), StoreError> {
    guard.concerns(key)?;
    let stored = shelf.api_keys.get(&key.id.uuid());
    let stored = stored.filter(|stored| sees(guard.actor(), *stored) && stored.revoked_at.is_none());
    let stored = stored.ok_or(StoreError::Stale)?;
    guard.allows_saving(stored, stored)?;
    let Some(at) = key.revoked_at else { return Err(refused("the key is not revoked")) };
    // Nothing else is taken over: most actors hold a key without its digest.
    let mut revoked = stored.clone();
    revoked.revoke(at);
    shelf.api_keys.put(key.id.uuid(), revoked);
    Ok(())
}

/// The key without what only the program itself may see.
fn shown_to(actor: &Actor, key: &ApiKey) -> Result<ApiKey, StoreError> {
    if *actor == Actor::System {
        return Ok(key.clone());
    }
    Ok(ApiKey { digest: no_digest()?, ..key.clone() })
}

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::Actor;
use kairo_ports::{Answer, Claim, IdempotencyKeys, StoreError};

use crate::guard::refused;
use crate::unit_of_work::MemoryUnitOfWork;

/// An idempotency key within its scope, and the scope within its actor.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    scope: String,
    key: String,
}

/// The answer under a key.
pub(crate) struct Kept {
    body_digest: [u8; 32],
    answer: Answer,
    expires_at: DateTime<Utc>,
}

impl Key {
    fn of(actor: &Actor, claim: &Claim) -> Self {
        let user = actor.user().map_or_else(|| "-".to_owned(), |user| user.to_string());
        Self { scope: format!("{} {user} {}", actor.word(), claim.scope), key: claim.key.as_str().to_owned() }
    }
}

#[async_trait]
impl IdempotencyKeys for MemoryUnitOfWork {
    async fn claim(&mut self, claim: &Claim, now: DateTime<Utc>) -> Result<Option<Answer>, StoreError> {
        self.check_access()?;
        let key = Key::of(&self.actor, claim);
        if !self.keys.has(&key) {
            if !self.keys.take(&key) {
                return Err(StoreError::Contention(None));
            }
            // Who waited for the key wants the answer of who had it, which may be younger than the snapshot.
            let newest = self.shared.newest().answers.get(&key).cloned();
            if let Some(kept) = newest {
                Arc::make_mut(&mut self.view.answers).insert(key.clone(), kept);
            }
        }
        match self.view.answers.get(&key) {
            Some(kept) if kept.expires_at <= now => Ok(None),
            Some(kept) if kept.body_digest != claim.body_digest => {
                Err(StoreError::Taken { what: "Idempotency-Key" })
            }
            kept => Ok(kept.map(|kept| kept.answer.clone())),
        }
    }

    async fn keep(
        &mut self,
        claim: &Claim,
        answer: &Answer,
        _now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let key = Key::of(&self.actor, claim);
        let is_held = self.keys.has(&key);
        let kept = Arc::new(Kept { body_digest: claim.body_digest, answer: answer.clone(), expires_at });
        self.write(move |shelf| {
            if !is_held {
                return Err(refused("the key is not held by this unit of work"));
            }
            Arc::make_mut(&mut shelf.answers).insert(key.clone(), Arc::clone(&kept));
            Ok(())
        })
    }

    async fn purge(&mut self, now: DateTime<Utc>, limit: u32) -> Result<u64, StoreError> {
        self.demand_system()?;
        let expired = self.view.answers.iter().filter(|(_, kept)| kept.expires_at <= now);
        let expired: Vec<Key> = expired.take(limit as usize).map(|(key, _)| key.clone()).collect();
        let count = expired.len() as u64;
        self.write(move |shelf| {
            // Somebody may have used the key again since.
            Arc::make_mut(&mut shelf.answers)
                .retain(|key, kept| kept.expires_at > now || !expired.contains(key));
            Ok(())
        })?;
        Ok(count)
    }
}

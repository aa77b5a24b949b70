use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Attempts, TokenDigest};
use kairo_ports::{AttemptLog, StoreError};

use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl AttemptLog for MemoryUnitOfWork {
    async fn of(&mut self, keys: &[TokenDigest]) -> Result<Vec<Option<Attempts>>, StoreError> {
        self.demand_system()?;
        let keys: Vec<String> = keys.iter().map(text).collect();
        let seen = of(&self.view, &keys);
        if self.writes() {
            let kept = seen.clone();
            // In the place of a lock: whoever counted meanwhile was first.
            self.write(
                move |shelf| {
                    if of(shelf, &keys) == kept { Ok(()) } else { Err(StoreError::Contention(None)) }
                },
            )?;
        }
        Ok(seen)
    }

    async fn failed(&mut self, keys: &[TokenDigest], at: DateTime<Utc>) -> Result<(), StoreError> {
        self.demand_system()?;
        let keys: Vec<String> = keys.iter().map(text).collect();
        self.write(move |shelf| {
            for key in &keys {
                let before = shelf.attempts.get(key).copied();
                shelf.attempts.put(key.clone(), Attempts::failed(before, at));
            }
            Ok(())
        })
    }

    async fn take_back(&mut self, keys: &[TokenDigest]) -> Result<(), StoreError> {
        self.demand_system()?;
        let keys: Vec<String> = keys.iter().map(text).collect();
        self.write(move |shelf| {
            for key in &keys {
                let Some(before) = shelf.attempts.get(key).copied() else { continue };
                if before.failures > 1 {
                    shelf.attempts.put(key.clone(), Attempts { failures: before.failures - 1, ..before });
                } else {
                    shelf.attempts.remove(key);
                }
            }
            Ok(())
        })
    }

    async fn forget(&mut self, key: &TokenDigest) -> Result<(), StoreError> {
        self.demand_system()?;
        let key = text(key);
        self.write(move |shelf| {
            shelf.attempts.remove(&key);
            Ok(())
        })
    }
}

fn of(shelf: &Shelf, keys: &[String]) -> Vec<Option<Attempts>> {
    keys.iter().map(|key| shelf.attempts.get(key).copied()).collect()
}

fn text(key: &TokenDigest) -> String {
    key.as_str().to_owned()
}

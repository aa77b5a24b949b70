use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Attempts, TokenDigest};
use kairo_ports::{AttemptLog, StoreError};

use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl AttemptLog for MemoryUnitOfWork {
    async fn of(&mut self, keys: &[TokenDigest]) -> Result<Vec<Option<Attempts>>, StoreError> {
        self.demand_system()?;
        Ok(keys.iter().map(|key| self.view.attempts.get(&text(key)).copied()).collect())
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

    async fn forget(&mut self, key: &TokenDigest) -> Result<(), StoreError> {
        self.demand_system()?;
        let key = text(key);
        self.write(move |shelf| {
            shelf.attempts.remove(&key);
            Ok(())
        })
    }
}

fn text(key: &TokenDigest) -> String {
    key.as_str().to_owned()
}

use async_trait::async_trait;
use kairo_domain::{SecondFactor, UserId};
use kairo_ports::{SecondFactorRepository, StoreError};

use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl SecondFactorRepository for MemoryUnitOfWork {
    async fn get(&mut self, user: UserId) -> Result<Option<SecondFactor>, StoreError> {
        self.demand_system()?;
        Ok(self.view.second_factors.get(&user.uuid()).cloned())
    }

    async fn put(&mut self, factor: &SecondFactor) -> Result<(), StoreError> {
        self.demand_system()?;
        let (key, factor) = (factor.user.uuid(), factor.clone());
        let seen = self.view.second_factors.get(&key).cloned();
        self.write(move |shelf| {
            shelf.check_user(factor.user)?;
            // In the place of a lock: whoever changed it meanwhile has taken a code.
            if shelf.second_factors.get(&key) != seen.as_ref() {
                return Err(StoreError::Contention(None));
            }
            shelf.second_factors.put(key, factor.clone());
            Ok(())
        })
    }

    async fn remove(&mut self, user: UserId) -> Result<(), StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            shelf.second_factors.remove(&user.uuid());
            Ok(())
        })
    }

    async fn after(&mut self, user: Option<UserId>, limit: u16) -> Result<Vec<SecondFactor>, StoreError> {
        self.demand_system()?;
        // The table is in the order of the ids.
        let rest =
            self.view.second_factors.rows().filter(|factor| user.is_none_or(|user| factor.user > user));
        Ok(rest.take(usize::from(limit)).cloned().collect())
    }
}

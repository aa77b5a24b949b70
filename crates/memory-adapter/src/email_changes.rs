use async_trait::async_trait;
use kairo_domain::{EmailChange, EmailChangeId, UserId};
use kairo_ports::{EmailChangeRepository, StoreError};

use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl EmailChangeRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: EmailChangeId) -> Result<Option<EmailChange>, StoreError> {
        self.demand_system()?;
        Ok(self.view.email_changes.get(&id.uuid()).cloned())
    }

    async fn add(&mut self, change: &EmailChange) -> Result<(), StoreError> {
        self.demand_system()?;
        let change = change.clone();
        self.write(move |shelf| {
            shelf.check_user(change.user)?;
            remove_of(shelf, change.user);
            shelf.email_changes.put_new(change.id.uuid(), change.clone(), "id")
        })
    }

    async fn save(&mut self, change: &EmailChange) -> Result<(), StoreError> {
        self.demand_system()?;
        let (key, change) = (change.id.uuid(), change.clone());
        let seen = self.view.email_changes.get(&key).cloned();
        self.write(move |shelf| {
            let stored = shelf.email_changes.get(&key).ok_or(StoreError::Stale)?;
            // Who confirmed at the other address meanwhile believes to be the first of two.
            if Some(stored) != seen.as_ref() {
                return Err(StoreError::Contention(None));
            }
            let (old_confirmed_at, new_confirmed_at) = (change.old_confirmed_at, change.new_confirmed_at);
            let saved = EmailChange { old_confirmed_at, new_confirmed_at, ..stored.clone() };
            shelf.email_changes.put(key, saved);
            Ok(())
        })
    }

    async fn remove_of(&mut self, user: UserId) -> Result<(), StoreError> {
        self.demand_system()?;
        self.write(move |shelf| {
            remove_of(shelf, user);
            Ok(())
        })
    }
}

fn remove_of(shelf: &mut Shelf, user: UserId) {
    shelf.email_changes.remove_where(usize::MAX, |change| change.user == user);
}

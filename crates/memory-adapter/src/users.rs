use async_trait::async_trait;
use kairo_domain::{Email, Permit, Role, User, UserId, Verb, Version};
use kairo_ports::{Credentials, PasswordHash, StoreError, UserRepository};
use uuid::Uuid;

use crate::guard::{Guard, only_system, refused, sees};
use crate::shelf::{Shelf, Versioned};
use crate::unit_of_work::MemoryUnitOfWork;

impl Versioned for User {
    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn version(&self) -> Version {
        self.version
    }

    fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }
}

#[async_trait]
impl UserRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        Ok(self.view.users.visible(&self.actor, id.uuid()).cloned())
    }

    async fn find_by_email(&mut self, email: &Email) -> Result<Option<User>, StoreError> {
        Ok(owner_of(&self.view, email).filter(|user| sees(&self.actor, *user)).cloned())
    }

    async fn find_credentials(&mut self, email: &Email) -> Result<Option<Credentials>, StoreError> {
        only_system(&self.actor)?;
        Ok(owner_of(&self.view, email).map(|user| self.view.credentials(user)))
    }

    async fn add(&mut self, permit: &Permit, user: &User) -> Result<(), StoreError> {
        let (guard, user) = (Guard::new(self.actor, permit), user.clone());
        self.write(move |shelf| add(shelf, &guard, &user))
    }

    async fn save(&mut self, permit: &Permit, user: &User) -> Result<(), StoreError> {
        let (guard, user) = (Guard::new(self.actor, permit), user.clone());
        self.write(move |shelf| save(shelf, &guard, &user))
    }

    async fn set_password_hash(
        &mut self,
        permit: &Permit,
        id: UserId,
        hash: &PasswordHash,
    ) -> Result<(), StoreError> {
        let (guard, hash) = (Guard::new(self.actor, permit), hash.clone());
        self.write(move |shelf| {
            only_system(guard.actor())?;
            let user = shelf.users.visible(guard.actor(), id.uuid()).ok_or(StoreError::Stale)?;
            guard.concerns(user)?;
            shelf.password_hashes.put(id.uuid(), hash.clone());
            Ok(())
        })
    }
}

fn add(shelf: &mut Shelf, guard: &Guard, user: &User) -> Result<(), StoreError> {
    guard.allows_adding(user)?;
    check_references(shelf, user)?;
    shelf.users.add(guard, user)
}

fn save(shelf: &mut Shelf, guard: &Guard, user: &User) -> Result<(), StoreError> {
    let stored = shelf.users.check_save(guard, user)?;
    if stored.role != user.role {
        check_role_change(guard, stored)?;
    }
    let leaves_others = || shelf.users.rows().any(|other| other.id != user.id && is_acting_admin(other));
    if is_acting_admin(stored) && !is_acting_admin(user) && !leaves_others() {
        return Err(refused("the last administrator can be neither demoted, suspended nor deleted"));
    }
    check_references(shelf, user)?;
    shelf.users.put(user.uuid(), user.clone());
    Ok(())
}

fn check_role_change(guard: &Guard, stored: &User) -> Result<(), StoreError> {
    if guard.actor().user() == Some(stored.id) {
        return Err(refused("nobody changes their own role"));
    }
    guard.may(Verb::ChangeRole, stored)
}

/// Refuses a taken address and a company that is not there.
fn check_references(shelf: &Shelf, user: &User) -> Result<(), StoreError> {
    let is_taken = || owner_of(shelf, &user.email).is_some_and(|owner| owner.id != user.id);
    if !user.is_deleted() && is_taken() {
        return Err(StoreError::Taken { what: "email" });
    }
    // As a foreign key: a deleted company is still there.
    match user.company {
        Some(company) if shelf.companies.get(company.uuid()).is_none() => {
            Err(StoreError::Missing { what: "companyId" })
        }
        _ => Ok(()),
    }
}

fn is_acting_admin(user: &User) -> bool {
    user.role == Role::Admin && user.may_sign_in()
}

fn owner_of<'a>(shelf: &'a Shelf, email: &Email) -> Option<&'a User> {
    let folded = email.folded();
    shelf.users.rows().find(|user| !user.is_deleted() && user.email.folded() == folded)
}

use async_trait::async_trait;
use kairo_domain::{
    Colleague, Email, Facts, Filter, Page, PageRequest, Permit, PersonName, Reach, Resource, Role, Sort,
    User, UserField, UserId, UserRecord, Verb, Version, reach,
};
use kairo_ports::{Credentials, PasswordHash, StoreError, UserRepository};
use uuid::Uuid;

use crate::guard::{Guard, only_system, refused, sees};
use crate::listing::page_of;
use crate::revocations::What;
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

    async fn list(
        &mut self,
        filter: &Filter<UserField>,
        sort: &Sort<UserField>,
        page: &PageRequest,
    ) -> Result<Page<User>, StoreError> {
        Ok(page_of(self.view.users.shown_to(&self.actor), filter, sort, page))
    }

    async fn colleagues(&mut self, limit: u16) -> Result<Vec<Colleague>, StoreError> {
        let is_shown = |user: &&User| !user.is_deleted() && sees(&self.actor, &facts_of_colleague(user));
        let mut users: Vec<&User> = self.view.users.rows().filter(is_shown).collect();
        // Who has no name comes last.
        users.sort_by_key(|user| (user.name.is_none(), user.name.as_ref().map(PersonName::as_str), user.id));
        Ok(users.into_iter().take(usize::from(limit)).map(colleague).collect())
    }

    async fn password_hash(&mut self, id: UserId) -> Result<Option<PasswordHash>, StoreError> {
        self.demand_system()?;
        let user = self.view.users.visible(&self.actor, id.uuid()).cloned();
        let Some(user) = user else { return Ok(None) };
        if self.writes() {
            self.hold(&user)?;
        }
        Ok(Some(self.view.password_hash(&user)))
    }

    async fn find_credentials(&mut self, email: &Email) -> Result<Option<Credentials>, StoreError> {
        self.demand_system()?;
        Ok(owner_of(&self.view, email).map(|user| self.view.credentials(user)))
    }

    async fn add(&mut self, permit: &Permit, user: &User) -> Result<(), StoreError> {
        let (guard, user) = (Guard::new(self.actor, permit), user.clone());
        self.write(move |shelf| add(shelf, &guard, &user))
    }

    async fn save(&mut self, permit: &Permit, user: &User) -> Result<(), StoreError> {
        let (guard, user) = (Guard::new(self.actor, permit), user.clone());
        let seen = holds(&self.view, user.id);
        self.write(move |shelf| {
            not_held(shelf, user.id, seen)?;
            save(shelf, &guard, &user)
        })
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

impl MemoryUnitOfWork {
    /// Holds a user against other units until this one ends. In the place of a lock, the commit fails when another unit
    /// held or changed the user meanwhile.
    fn hold(&mut self, user: &User) -> Result<(), StoreError> {
        let (actor, id, version) = (self.actor, user.id, user.version);
        let seen = holds(&self.view, id);
        self.write(move |shelf| {
            not_held(shelf, id, seen)?;
            if shelf.users.visible(&actor, id.uuid()).is_none_or(|user| user.version != version) {
                return Err(StoreError::Contention(None));
            }
            shelf.user_holds.put(id.uuid(), seen + 1);
            Ok(())
        })
    }
}

fn holds(shelf: &Shelf, id: UserId) -> u64 {
    shelf.user_holds.get(&id.uuid()).copied().unwrap_or(0)
}

fn not_held(shelf: &Shelf, id: UserId, seen: u64) -> Result<(), StoreError> {
    if holds(shelf, id) == seen { Ok(()) } else { Err(StoreError::Contention(None)) }
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
    check_profile(guard, stored, user)?;
    let leaves_others = || shelf.users.rows().any(|other| other.id != user.id && is_acting_admin(other));
    if is_acting_admin(stored) && !is_acting_admin(user) && !leaves_others() {
        return Err(StoreError::LastAdmin);
    }
    let has_moved = stored.standing() != user.standing();
    check_references(shelf, user)?;
    if has_moved {
        shelf.revocations.announce(What::User(user.id), user.updated_at);
    }
    shelf.users.put(user.uuid(), user.clone());
    Ok(())
}

/// The user as the policy of colleagues sees it.
fn facts_of_colleague(user: &User) -> Facts {
    Facts { owner: Some(user.id), company: user.company, ..Facts::of(Resource::Colleague, user.uuid()) }
}

fn colleague(user: &User) -> Colleague {
    Colleague { id: user.id, name: user.name.clone(), avatar_url: user.avatar_url.clone() }
}

fn check_role_change(guard: &Guard, stored: &User) -> Result<(), StoreError> {
    if guard.actor().user() == Some(stored.id) {
        return Err(refused("nobody changes their own role"));
    }
    guard.may(Verb::ChangeRole, stored)
}

/// Refuses that somebody who may not change every user decides about their own address, company or suspension.
fn check_profile(guard: &Guard, stored: &User, user: &User) -> Result<(), StoreError> {
    let decides = reach(guard.actor().role(), Resource::User, Verb::Update) == Reach::EVERYTHING;
    let with_its_profile = UserRecord {
        name: user.name.clone(),
        avatar_url: user.avatar_url.clone(),
        updated_at: user.updated_at,
        version: user.version,
        ..UserRecord::clone(stored)
    };
    if decides || with_its_profile == **user {
        return Ok(());
    }
    Err(refused("this actor changes nothing of a user but name and picture"))
}

/// Refuses a taken address and a company that is not there.
fn check_references(shelf: &Shelf, user: &User) -> Result<(), StoreError> {
    let is_taken = || owner_of(shelf, &user.email).is_some_and(|owner| owner.id != user.id);
    if !user.is_deleted() && is_taken() {
        return Err(StoreError::Taken { what: "email" });
    }
    // As a foreign key: a deleted company is still there.
    match user.company {
        Some(company) if shelf.companies.get(&company.uuid()).is_none() => {
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

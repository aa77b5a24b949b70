//! What every repository of a versioned aggregate promises.

use std::fmt::Debug;

use kairo_domain::{
    Change, Company, CompanyName, CompanyPatch, CompanyRecord, Facts, Lead, LeadPatch, LeadRecord, Patch,
    Permit, Resource, Subject, User, UserPatch, UserRecord, Verb, Version,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::steps::{assert_refused, assert_stale, assert_taken, begin, begin_read, boss, land};
use crate::builders::{at, next_id, permit, person};

/// What the promises need to know of leads, users and companies.
pub(crate) trait Aggregate: Subject + Clone + PartialEq + Debug {
    /// The same under another id.
    fn copy(&self) -> Self;
    /// The next version, with a field changed to this word.
    fn changed(&self, word: &str) -> Self;
    /// The next version, taken out of sight.
    fn deleted(&self) -> Self;
    /// The same, claiming to be so many versions later.
    fn later_by(&self, versions: u32) -> Self;

    async fn get(&self, work: &mut dyn UnitOfWork) -> Option<Self>;
    async fn add(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError>;
    async fn save(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError>;
}

impl Aggregate for Lead {
    fn copy(&self) -> Self {
        Self::restore(LeadRecord {
            id: kairo_domain::LeadId::from_uuid(next_id()),
            ..LeadRecord::clone(self)
        })
    }

    fn changed(&self, word: &str) -> Self {
        let mut lead = self.clone();
        let patch = LeadPatch { name: Change::Set(person(word)), ..LeadPatch::default() };
        lead.edit(patch, at(100)).unwrap();
        lead
    }

    fn deleted(&self) -> Self {
        let mut lead = self.clone();
        lead.delete(at(101));
        lead
    }

    fn later_by(&self, versions: u32) -> Self {
        let version = Version::from_number(self.version.number() + versions);
        Self::restore(LeadRecord { version, ..LeadRecord::clone(self) })
    }

    async fn get(&self, work: &mut dyn UnitOfWork) -> Option<Self> {
        work.leads().get(self.id).await.unwrap()
    }

    async fn add(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError> {
        work.leads().add(permit, self).await
    }

    async fn save(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError> {
        work.leads().save(permit, self).await
    }
}

impl Aggregate for User {
    fn copy(&self) -> Self {
        let id = kairo_domain::UserId::from_uuid(next_id());
        let email = crate::builders::email(&format!("copy.{}@example.com", id.uuid().simple()));
        Self::restore(UserRecord { id, email, ..UserRecord::clone(self) })
    }

    fn changed(&self, word: &str) -> Self {
        let mut user = self.clone();
        let patch = UserPatch { name: Patch::Set(person(word)), ..UserPatch::default() };
        user.edit(patch, at(100)).unwrap();
        user
    }

    fn deleted(&self) -> Self {
        let mut user = self.clone();
        user.delete(at(101));
        user
    }

    fn later_by(&self, versions: u32) -> Self {
        let version = Version::from_number(self.version.number() + versions);
        Self::restore(UserRecord { version, ..UserRecord::clone(self) })
    }

    async fn get(&self, work: &mut dyn UnitOfWork) -> Option<Self> {
        work.users().get(self.id).await.unwrap()
    }

    async fn add(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError> {
        work.users().add(permit, self).await
    }

    async fn save(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError> {
        work.users().save(permit, self).await
    }
}

impl Aggregate for Company {
    fn copy(&self) -> Self {
        let id = kairo_domain::CompanyId::from_uuid(next_id());
        Self::restore(CompanyRecord { id, ..CompanyRecord::clone(self) })
    }

    fn changed(&self, word: &str) -> Self {
        let mut company = self.clone();
        let name = Change::Set(CompanyName::parse(word).unwrap());
        company.edit(CompanyPatch { name, ..CompanyPatch::default() }, at(100)).unwrap();
        company
    }

    fn deleted(&self) -> Self {
        let mut company = self.clone();
        company.delete(at(101));
        company
    }

    fn later_by(&self, versions: u32) -> Self {
        let version = Version::from_number(self.version.number() + versions);
        Self::restore(CompanyRecord { version, ..CompanyRecord::clone(self) })
    }

    async fn get(&self, work: &mut dyn UnitOfWork) -> Option<Self> {
        work.companies().get(self.id).await.unwrap()
    }

    async fn add(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError> {
        work.companies().add(permit, self).await
    }

    async fn save(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError> {
        work.companies().save(permit, self).await
    }
}

/// Adds a row in a unit of its own.
pub(crate) async fn add<A: Aggregate>(store: &dyn Store, row: &A) -> Result<(), StoreError> {
    add_all(store, std::slice::from_ref(row)).await
}

/// Adds rows in one unit.
pub(crate) async fn add_all<A: Aggregate>(store: &dyn Store, rows: &[A]) -> Result<(), StoreError> {
    let boss = boss();
    let mut work = begin(store, &boss).await;
    for row in rows {
        row.add(&mut *work, &permit(&boss, Verb::Create, row)).await?;
    }
    work.commit().await
}

/// Saves a row in a unit of its own.
pub(crate) async fn save<A: Aggregate>(store: &dyn Store, row: &A) -> Result<(), StoreError> {
    let boss = boss();
    let mut work = begin(store, &boss).await;
    let saved = row.save(&mut *work, &permit(&boss, Verb::Update, row)).await;
    land(work, saved).await
}

/// Deletes a row in a unit of its own.
pub(crate) async fn delete<A: Aggregate>(store: &dyn Store, row: &A) -> Result<(), StoreError> {
    let boss = boss();
    let mut work = begin(store, &boss).await;
    let saved = row.deleted().save(&mut *work, &permit(&boss, Verb::Delete, row)).await;
    land(work, saved).await
}

/// What is stored under the row's id.
pub(crate) async fn stored<A: Aggregate>(store: &dyn Store, row: &A) -> Option<A> {
    row.get(&mut *begin_read(store, &boss()).await).await
}

pub(crate) async fn what_was_added_is_found<A: Aggregate>(store: &dyn Store, row: A) {
    add(store, &row).await.unwrap();
    let other = row.copy();
    add(store, &other).await.unwrap();
    assert_eq!(stored(store, &row).await, Some(row));
    assert_eq!(stored(store, &other).await, Some(other));
}

/// Saves `to` over `from`, which may differ from it in every field.
pub(crate) async fn what_was_saved_is_found<A: Aggregate>(store: &dyn Store, from: A, to: A) {
    add(store, &from).await.unwrap();
    save(store, &to).await.unwrap();
    assert_eq!(stored(store, &from).await, Some(to));
}

pub(crate) async fn nothing_is_kept_without_commit<A: Aggregate>(store: &dyn Store, row: A) {
    let boss = boss();
    let mut work = begin(store, &boss).await;
    row.add(&mut *work, &permit(&boss, Verb::Create, &row)).await.unwrap();
    drop(work);
    assert_eq!(stored(store, &row).await, None);

    add(store, &row).await.unwrap();
    let mut work = begin(store, &boss).await;
    row.changed("Changed").save(&mut *work, &permit(&boss, Verb::Update, &row)).await.unwrap();
    drop(work);
    assert_eq!(stored(store, &row).await, Some(row));
}

pub(crate) async fn own_writes_are_visible_in_the_unit<A: Aggregate>(store: &dyn Store, row: A) {
    let boss = boss();
    let mut work = begin(store, &boss).await;
    row.add(&mut *work, &permit(&boss, Verb::Create, &row)).await.unwrap();
    assert_eq!(row.get(&mut *work).await.as_ref(), Some(&row));
    let changed = row.changed("Changed");
    changed.save(&mut *work, &permit(&boss, Verb::Update, &row)).await.unwrap();
    assert_eq!(row.get(&mut *work).await.as_ref(), Some(&changed));
    let again = changed.changed("Again");
    again.save(&mut *work, &permit(&boss, Verb::Update, &row)).await.unwrap();
    assert_eq!(row.get(&mut *work).await.as_ref(), Some(&again));
    work.commit().await.unwrap();
    assert_eq!(stored(store, &row).await, Some(again));
}

pub(crate) async fn a_stale_save_is_refused<A: Aggregate>(store: &dyn Store, row: A) {
    add(store, &row).await.unwrap();
    let first = row.changed("First");
    save(store, &first).await.unwrap();
    assert_stale(save(store, &row.changed("Second")).await);
    assert_stale(save(store, &first).await);
    assert_eq!(stored(store, &row).await, Some(first));
}

pub(crate) async fn a_save_that_skips_a_version_is_refused<A: Aggregate>(store: &dyn Store, row: A) {
    add(store, &row).await.unwrap();
    assert_stale(save(store, &row.changed("Skipped").later_by(1)).await);
    assert_stale(save(store, &row).await);
    assert_eq!(stored(store, &row).await, Some(row));
}

pub(crate) async fn saving_what_was_never_added_is_refused<A: Aggregate>(store: &dyn Store, row: A) {
    assert_stale(save(store, &row.changed("Unknown")).await);
    assert_eq!(stored(store, &row).await, None);
}

pub(crate) async fn two_writers_cannot_both_win<A: Aggregate>(store: &dyn Store, row: A) {
    add(store, &row).await.unwrap();
    let boss = boss();
    let may_update = permit(&boss, Verb::Update, &row);
    let (mut one, mut other) = (begin(store, &boss).await, begin(store, &boss).await);
    let seen_by_one = row.get(&mut *one).await.unwrap();
    let seen_by_other = row.get(&mut *other).await.unwrap();

    seen_by_one.changed("One").save(&mut *one, &may_update).await.unwrap();
    one.commit().await.unwrap();
    let saved = seen_by_other.changed("Other").save(&mut *other, &may_update).await;
    assert_stale(land(other, saved).await);
    assert_eq!(stored(store, &row).await, Some(row.changed("One")));
}

pub(crate) async fn an_id_cannot_be_taken_twice<A: Aggregate>(store: &dyn Store, row: A, rival: A) {
    add(store, &row).await.unwrap();
    assert_taken(add(store, &rival).await, "id");
    assert_eq!(stored(store, &row).await, Some(row));
}

pub(crate) async fn an_id_cannot_be_taken_by_two_units<A: Aggregate>(store: &dyn Store, row: A, rival: A) {
    let boss = boss();
    let (mut one, mut other) = (begin(store, &boss).await, begin(store, &boss).await);
    row.add(&mut *one, &permit(&boss, Verb::Create, &row)).await.unwrap();
    one.commit().await.unwrap();
    let added = rival.add(&mut *other, &permit(&boss, Verb::Create, &rival)).await;
    assert_taken(land(other, added).await, "id");
    assert_eq!(stored(store, &row).await, Some(row));
}

pub(crate) async fn what_was_deleted_vanishes<A: Aggregate>(store: &dyn Store, row: A) {
    let kept = row.copy();
    add(store, &row).await.unwrap();
    add(store, &kept).await.unwrap();
    delete(store, &row).await.unwrap();
    assert_eq!(stored(store, &row).await, None);
    assert_eq!(stored(store, &kept).await, Some(kept));
    assert_stale(save(store, &row.deleted().changed("Ghost")).await);
    assert_taken(add(store, &row).await, "id");
}

pub(crate) async fn a_permit_for_something_else_is_refused<A: Aggregate>(store: &dyn Store, row: A) {
    let boss = boss();
    let facts = row.facts();
    let elsewhere = if facts.resource == Resource::Lead { Resource::Company } else { Resource::Lead };
    let of_another_kind = Facts { resource: elsewhere, ..facts };
    for subject in [row.copy().facts(), of_another_kind] {
        let mut work = begin(store, &boss).await;
        let added = row.add(&mut *work, &permit(&boss, Verb::Create, &subject)).await;
        assert_refused(land(work, added).await);
    }
    add(store, &row).await.unwrap();
    for subject in [row.copy().facts(), of_another_kind] {
        let mut work = begin(store, &boss).await;
        let saved = row.changed("Wrong").save(&mut *work, &permit(&boss, Verb::Update, &subject)).await;
        assert_refused(land(work, saved).await);
    }
    assert_eq!(stored(store, &row).await, Some(row));
}

//! Credentials: how they change, are used and end.

use kairo_domain::{Actor, Credential, CredentialId, CredentialRecord, Redacted, Verb, Version};
use kairo_ports::{Store, StoreError};

use super::credentials::{add, renamed, save, seen_by, shown, stored};
use super::steps::{
    World, assert_contention, assert_out_of_reach, assert_refused, assert_stale, begin, begin_read, land,
};
use crate::builders::{at, credential, full_credential, next_id, permit};

/// Whoever renames a credential without seeing its secret keeps it, and whatever else is in it.
pub async fn an_edit_leaves_the_secret_alone(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, owner) in [
        (world.as_client(), world.client.id),
        (world.as_admin(), world.client.id),
        (Actor::System, world.team.id),
    ] {
        let crm = full_credential(owner).build();
        add(store, &Actor::System, &crm).await.unwrap();
        let seen = seen_by(store, &actor, crm.id).await.unwrap();
        save(store, &actor, &renamed(&seen, "renamed")).await.unwrap();
        assert_eq!(stored(store, &crm).await, Some(renamed(&crm, "renamed")), "{actor:?}");
        remove(store, &Actor::System, &renamed(&crm, "renamed")).await.unwrap();
    }
}

/// Whoever replaces a secret sees the new one as little as the old one.
pub async fn a_secret_is_replaced(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut crm = full_credential(world.client.id).build();
    add(store, &Actor::System, &crm).await.unwrap();
    for (actor, sealed) in [(world.as_client(), "by the owner"), (world.as_admin(), "by an administrator")] {
        let mut seen = seen_by(store, &actor, crm.id).await.unwrap();
        seen.replace_secret(Redacted::new(sealed.to_owned()), at(100));
        save_secret(store, &actor, &seen).await.unwrap();
        crm.replace_secret(Redacted::new(sealed.to_owned()), at(100));
        assert_eq!(stored(store, &crm).await.as_ref(), Some(&crm), "{actor:?}");
        assert_eq!(seen_by(store, &actor, crm.id).await, Some(shown(&crm)), "{actor:?}");
    }
}

/// Only the version after the stored one can be written, and only the stored one removed.
pub async fn a_stale_write_is_refused(store: &dyn Store) {
    let world = World::in_store(store).await;
    let crm = credential(world.client.id, "crm").build();
    assert_stale(save(store, &Actor::System, &renamed(&crm, "unknown")).await);
    add(store, &Actor::System, &crm).await.unwrap();
    let current = renamed(&crm, "current");
    save(store, &world.as_client(), &current).await.unwrap();
    for actor in [world.as_client(), Actor::System] {
        assert_stale(save(store, &actor, &renamed(&crm, "late")).await);
        assert_stale(save_secret(store, &actor, &renamed(&crm, "late")).await);
        assert_stale(save(store, &actor, &later_by(&current, 2)).await);
        assert_stale(remove(store, &actor, &crm).await);
        assert_stale(remove(store, &actor, &later_by(&current, 1)).await);
    }
    assert_eq!(stored(store, &crm).await, Some(current));
}

/// Of two units that change the same version, the second one loses.
pub async fn two_writers_cannot_both_win(store: &dyn Store) {
    let world = World::in_store(store).await;
    let crm = credential(world.client.id, "crm").build();
    add(store, &Actor::System, &crm).await.unwrap();
    let may = permit(&Actor::System, Verb::Update, &crm);
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    one.credentials().save(&may, &renamed(&crm, "one")).await.unwrap();
    one.commit().await.unwrap();
    let saved = other.credentials().save_secret(&may, &renamed(&crm, "other")).await;
    assert_stale(land(other, saved).await);
    assert_eq!(stored(store, &crm).await, Some(renamed(&crm, "one")));
}

/// What is removed is gone for good, and its name is free.
pub async fn what_was_removed_is_gone(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_client(), world.as_admin(), Actor::System] {
        let crm = full_credential(world.client.id).build();
        add(store, &Actor::System, &crm).await.unwrap();
        remove(store, &actor, &crm).await.unwrap();
        assert_eq!(stored(store, &crm).await, None, "{actor:?}");
        assert_stale(remove(store, &actor, &crm).await);
    }
}

/// What cannot be seen can be neither changed nor removed, whoever was permitted to.
pub async fn nobody_changes_what_they_cannot_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    let crm = credential(world.client.id, "crm").build();
    add(store, &Actor::System, &crm).await.unwrap();
    for actor in [world.as_team(), world.as_rival(), Actor::Visitor] {
        assert_out_of_reach(save(store, &actor, &renamed(&crm, "mine")).await);
        assert_out_of_reach(save_secret(store, &actor, &renamed(&crm, "mine")).await);
        assert_out_of_reach(remove(store, &actor, &crm).await);
    }
    assert_eq!(stored(store, &crm).await, Some(crm));
}

/// A permit says for what it is, and what to do.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    let world = World::in_store(store).await;
    let [crm, other] = ["crm", "other"].map(|name| credential(world.client.id, name).build());
    let may = |verb, of: &Credential| permit(&Actor::System, verb, of);
    let mut work = begin(store, &Actor::System).await;
    let added = work.credentials().add(&may(Verb::Create, &other), &crm).await;
    assert_refused(land(work, added).await);
    add(store, &Actor::System, &crm).await.unwrap();
    let changed = renamed(&crm, "changed");
    for permit in [may(Verb::Update, &other), may(Verb::Purge, &crm)] {
        let mut work = begin(store, &Actor::System).await;
        let saved = work.credentials().save(&permit, &changed).await;
        assert_refused(land(work, saved).await);
        let mut work = begin(store, &Actor::System).await;
        let saved = work.credentials().save_secret(&permit, &changed).await;
        assert_refused(land(work, saved).await);
    }
    for permit in [may(Verb::Purge, &other), may(Verb::Update, &crm)] {
        let mut work = begin(store, &Actor::System).await;
        let removed = work.credentials().remove(&permit, &crm).await;
        assert_refused(land(work, removed).await);
    }
    assert_eq!(stored(store, &crm).await, Some(crm));
}

/// The program notes when a credential was last used, which is no new version of it.
pub async fn a_use_is_noted(store: &dyn Store) {
    let world = World::in_store(store).await;
    let crm = credential(world.client.id, "crm").build();
    add(store, &Actor::System, &crm).await.unwrap();
    for (seconds, last) in [(60, 60), (120, 120), (90, 120)] {
        note_use(store, &Actor::System, crm.id, seconds).await.unwrap();
        assert_eq!(stored(store, &crm).await, Some(used(&crm, last)));
    }
    save(store, &world.as_client(), &renamed(&crm, "renamed")).await.unwrap();
    assert_eq!(stored(store, &crm).await, Some(used(&renamed(&crm, "renamed"), 120)));
    note_use(store, &Actor::System, CredentialId::from_uuid(next_id()), 60).await.unwrap();
}

/// A secret is sealed anew without anybody noticing, unless it was replaced meanwhile.
pub async fn a_secret_is_sealed_anew(store: &dyn Store) {
    let world = World::in_store(store).await;
    let crm = full_credential(world.client.id).build();
    add(store, &Actor::System, &crm).await.unwrap();
    let anew = Redacted::new("sealed anew".to_owned());
    reseal(store, &Actor::System, &crm, &anew).await.unwrap();
    let resealed = Credential::restore(CredentialRecord { sealed: anew, ..CredentialRecord::clone(&crm) });
    assert_eq!(stored(store, &crm).await.as_ref(), Some(&resealed));

    let late = Redacted::new("of the old secret".to_owned());
    assert_contention(reseal(store, &Actor::System, &crm, &late).await);
    assert_eq!(stored(store, &crm).await.as_ref(), Some(&resealed));
    remove(store, &Actor::System, &resealed).await.unwrap();
    assert_contention(reseal(store, &Actor::System, &resealed, &late).await);
}

/// Nobody but the program looks for names, notes uses, or meets the secrets.
pub async fn only_the_program_uses_credentials(store: &dyn Store) {
    let world = World::in_store(store).await;
    let crm = credential(world.client.id, "crm").build();
    add(store, &Actor::System, &crm).await.unwrap();
    for actor in world.outsiders() {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.credentials().of_owner_by_name(world.client.id, &crm.name).await.map(drop));
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.credentials().after(None, 10).await.map(drop));
        assert_refused(note_use(store, &actor, crm.id, 60).await);
        assert_refused(reseal(store, &actor, &crm, &crm.sealed).await);
    }
    assert_eq!(stored(store, &crm).await, Some(crm));
}

/// A unit that only reads writes no credential.
pub async fn a_read_unit_writes_none(store: &dyn Store) {
    let world = World::in_store(store).await;
    let [crm, new] = ["crm", "new"].map(|name| credential(world.client.id, name).build());
    add(store, &Actor::System, &crm).await.unwrap();
    let may = |verb, of: &Credential| permit(&Actor::System, verb, of);
    let mut work = begin_read(store, &Actor::System).await;
    assert_refused(work.credentials().add(&may(Verb::Create, &new), &new).await);
    let mut work = begin_read(store, &Actor::System).await;
    assert_refused(work.credentials().save(&may(Verb::Update, &crm), &renamed(&crm, "changed")).await);
    let mut work = begin_read(store, &Actor::System).await;
    assert_refused(work.credentials().remove(&may(Verb::Purge, &crm), &crm).await);
    assert_eq!(stored(store, &crm).await, Some(crm));
}

fn used(credential: &Credential, seconds: i64) -> Credential {
    let last_used_at = Some(at(seconds));
    Credential::restore(CredentialRecord { last_used_at, ..CredentialRecord::clone(credential) })
}

fn later_by(credential: &Credential, versions: u32) -> Credential {
    let version = Version::from_number(credential.version.number() + versions);
    Credential::restore(CredentialRecord { version, ..CredentialRecord::clone(credential) })
}

async fn save_secret(store: &dyn Store, actor: &Actor, credential: &Credential) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let may = permit(&Actor::System, Verb::Update, credential);
    let saved = work.credentials().save_secret(&may, credential).await;
    land(work, saved).await
}

async fn remove(store: &dyn Store, actor: &Actor, credential: &Credential) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let may = permit(&Actor::System, Verb::Purge, credential);
    let removed = work.credentials().remove(&may, credential).await;
    land(work, removed).await
}

async fn note_use(
    store: &dyn Store,
    actor: &Actor,
    id: CredentialId,
    seconds: i64,
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let noted = work.credentials().note_use(id, at(seconds)).await;
    land(work, noted).await
}

async fn reseal(
    store: &dyn Store,
    actor: &Actor,
    credential: &Credential,
    sealed: &Redacted<String>,
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let resealed = work.credentials().reseal(credential, sealed).await;
    land(work, resealed).await
}

//! Changes of address that wait for their confirmation.

use kairo_domain::{Actor, EmailChange, EmailChangeId, Side, UserId};
use kairo_ports::{Store, StoreError};

use super::steps::{
    World, assert_contention, assert_missing, assert_refused, assert_stale, begin, begin_read, land,
};
use crate::builders::{at, email, email_change, next_id};

/// Every field comes back as it was given.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    let confirmed = email_change(world.team.id, "tim@example.org")
        .with(|change| (change.old_confirmed_at, change.new_confirmed_at) = (Some(at(1)), Some(at(2))));
    for change in [email_change(world.client.id, "Cleo@Example.org").build(), confirmed.build()] {
        add(store, &Actor::System, &change).await.unwrap();
        assert_eq!(get(store, change.id).await, Some(change));
    }
    assert_eq!(get(store, EmailChangeId::from_uuid(next_id())).await, None);
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let change = email_change(world.client.id, "cleo@example.org").build();
    let mut work = begin(store, &Actor::System).await;
    work.email_changes().add(&change).await.unwrap();
    assert_eq!(work.email_changes().get(change.id).await.unwrap().as_ref(), Some(&change));
    drop(work);
    assert_eq!(get(store, change.id).await, None);
}

/// The last wish of a user counts; others are not touched.
pub async fn a_new_wish_replaces_the_one_before(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = email_change(world.client.id, "first@example.org").build();
    let second = email_change(world.client.id, "second@example.org").build();
    let other = email_change(world.team.id, "first@example.org").build();
    for change in [&first, &other, &second] {
        add(store, &Actor::System, change).await.unwrap();
    }
    assert_eq!(get(store, first.id).await, None);
    assert_eq!((get(store, second.id).await, get(store, other.id).await), (Some(second), Some(other)));
}

/// Two units in which a user wishes for an address: the last wish counts there too, or the second unit fails.
pub async fn a_user_has_one_wish(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = email_change(world.client.id, "first@example.org").build();
    let second = email_change(world.client.id, "second@example.org").build();
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    one.email_changes().add(&first).await.unwrap();
    one.commit().await.unwrap();
    let added = other.email_changes().add(&second).await;
    let outcome = land(other, added).await;
    assert_eq!(get(store, first.id).await.is_some(), outcome.is_err());
    assert_eq!(get(store, second.id).await.is_some(), outcome.is_ok());
}

/// It is confirmed at one address, then at the other; nothing else of it changes.
pub async fn it_is_confirmed_at_both_addresses(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut change = email_change(world.client.id, "cleo@example.org").build();
    add(store, &Actor::System, &change).await.unwrap();
    for (side, seconds) in [(Side::New, 5), (Side::Old, 6)] {
        change.confirm(side, at(seconds));
        let forged = EmailChange { new_email: email("eve@example.org"), ..change.clone() };
        save(store, &Actor::System, &forged).await.unwrap();
        assert_eq!(get(store, change.id).await.as_ref(), Some(&change));
    }
}

/// Confirmed at both addresses in two units at the same time: the second one is told, or each would wait for the other.
pub async fn no_confirmation_is_lost(store: &dyn Store) {
    let world = World::in_store(store).await;
    let change = email_change(world.client.id, "cleo@example.org").build();
    add(store, &Actor::System, &change).await.unwrap();
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    let mut at_old = one.email_changes().get(change.id).await.unwrap().unwrap();
    let mut at_new = other.email_changes().get(change.id).await.unwrap().unwrap();
    assert!(!at_old.confirm(Side::Old, at(5)) && !at_new.confirm(Side::New, at(6)));
    one.email_changes().save(&at_old).await.unwrap();
    one.commit().await.unwrap();
    let saved = other.email_changes().save(&at_new).await;
    assert_contention(land(other, saved).await);
    assert_eq!(get(store, change.id).await, Some(at_old));
}

/// What is gone is not confirmed.
pub async fn a_change_that_is_gone_is_stale(store: &dyn Store) {
    let world = World::in_store(store).await;
    let change = email_change(world.client.id, "cleo@example.org").build();
    assert_stale(save(store, &Actor::System, &change).await);
    add(store, &Actor::System, &change).await.unwrap();
    remove_of(store, &Actor::System, world.client.id).await.unwrap();
    assert_stale(save(store, &Actor::System, &change).await);
    assert_eq!(get(store, change.id).await, None);
}

/// All changes of a user are forgotten, those of others are not; none at all is no error.
pub async fn the_changes_of_a_user_are_forgotten(store: &dyn Store) {
    let world = World::in_store(store).await;
    let change = email_change(world.client.id, "cleo@example.org").build();
    let other = email_change(world.team.id, "tim@example.org").build();
    for change in [&change, &other] {
        add(store, &Actor::System, change).await.unwrap();
    }
    for _ in 0..2 {
        remove_of(store, &Actor::System, world.client.id).await.unwrap();
        assert_eq!(get(store, change.id).await, None);
        assert_eq!(get(store, other.id).await.as_ref(), Some(&other));
    }
}

/// A change belongs to a user who exists.
pub async fn a_user_who_is_not_there_is_missing(store: &dyn Store) {
    let change = email_change(UserId::from_uuid(next_id()), "eve@example.org").build();
    assert_missing(add(store, &Actor::System, &change).await, "userId");
}

/// Nobody but the program keeps changes of address.
pub async fn only_the_program_keeps_changes(store: &dyn Store) {
    let world = World::in_store(store).await;
    let known = email_change(world.client.id, "cleo@example.org").build();
    add(store, &Actor::System, &known).await.unwrap();
    for actor in world.outsiders() {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.email_changes().get(known.id).await.map(drop));
        let fresh = email_change(world.client.id, "eve@example.org").build();
        assert_refused(add(store, &actor, &fresh).await);
        assert_refused(save(store, &actor, &known).await);
        assert_refused(remove_of(store, &actor, world.client.id).await);
    }
    assert_eq!(get(store, known.id).await, Some(known));
}

async fn get(store: &dyn Store, id: EmailChangeId) -> Option<EmailChange> {
    begin_read(store, &Actor::System).await.email_changes().get(id).await.unwrap()
}

pub(super) async fn add(store: &dyn Store, actor: &Actor, change: &EmailChange) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let added = work.email_changes().add(change).await;
    land(work, added).await
}

async fn save(store: &dyn Store, actor: &Actor, change: &EmailChange) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let saved = work.email_changes().save(change).await;
    land(work, saved).await
}

async fn remove_of(store: &dyn Store, actor: &Actor, user: UserId) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let removed = work.email_changes().remove_of(user).await;
    land(work, removed).await
}

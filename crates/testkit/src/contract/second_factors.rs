//! Second factors.

use kairo_domain::{Actor, SecondFactor, UserId};
use kairo_ports::{Store, StoreError};

use super::steps::{World, assert_contention, assert_missing, assert_refused, begin, begin_read, land};
use crate::builders::{full_second_factor, next_id, second_factor};
use crate::fakes::NumberedTokens;

/// Every field comes back as it was given, the recovery codes in their order.
pub async fn what_was_put_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    for factor in [full_second_factor(world.client.id).build(), second_factor(world.team.id).build()] {
        put(store, &Actor::System, &factor).await.unwrap();
        assert_eq!(get(store, factor.user).await, Some(factor));
    }
    assert_eq!(get(store, world.admin.id).await, None);
}

/// A unit that only reads finds it as well.
pub async fn a_read_unit_finds_it(store: &dyn Store) {
    let world = World::in_store(store).await;
    let factor = full_second_factor(world.client.id).build();
    put(store, &Actor::System, &factor).await.unwrap();
    let mut work = begin_read(store, &Actor::System).await;
    assert_eq!(work.second_factors().get(factor.user).await.unwrap(), Some(factor));
}

/// A user has one; a new one takes the place of the old one, in every field.
pub async fn a_new_one_replaces_the_one_before(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (full, fresh) = (full_second_factor(world.client.id).build(), second_factor(world.client.id).build());
    let other = full_second_factor(world.team.id).build();
    put(store, &Actor::System, &other).await.unwrap();
    for factor in [&full, &fresh, &full] {
        put(store, &Actor::System, factor).await.unwrap();
        assert_eq!(get(store, world.client.id).await.as_ref(), Some(factor));
    }
    assert_eq!(get(store, world.team.id).await, Some(other));
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let factor = second_factor(world.client.id).build();
    let mut work = begin(store, &Actor::System).await;
    work.second_factors().put(&factor).await.unwrap();
    assert_eq!(work.second_factors().get(factor.user).await.unwrap().as_ref(), Some(&factor));
    drop(work);
    assert_eq!(get(store, factor.user).await, None);
}

/// A unit may put twice what it read once.
pub async fn own_writes_are_visible_in_the_unit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut factor = second_factor(world.client.id).build();
    let mut work = begin(store, &Actor::System).await;
    for step in [1, 2] {
        assert!(factor.take_step(step));
        work.second_factors().put(&factor).await.unwrap();
        assert_eq!(work.second_factors().get(factor.user).await.unwrap().as_ref(), Some(&factor));
    }
    work.commit().await.unwrap();
    assert_eq!(get(store, factor.user).await, Some(factor));
}

/// Having none is no error; others keep theirs.
pub async fn it_is_removed(store: &dyn Store) {
    let world = World::in_store(store).await;
    let other = second_factor(world.team.id).build();
    for factor in [&full_second_factor(world.client.id).build(), &other] {
        put(store, &Actor::System, factor).await.unwrap();
    }
    for _ in 0..2 {
        remove(store, &Actor::System, world.client.id).await.unwrap();
        assert_eq!(get(store, world.client.id).await, None);
    }
    assert_eq!(get(store, world.team.id).await, Some(other));
}

/// A second factor belongs to a user who exists.
pub async fn a_user_who_is_not_there_is_missing(store: &dyn Store) {
    let factor = second_factor(UserId::from_uuid(next_id())).build();
    assert_missing(put(store, &Actor::System, &factor).await, "userId");
}

/// All of them in the order of the users' ids, in parts.
pub async fn all_can_be_met_in_parts(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut users = [&world.admin, &world.team, &world.client, &world.rival].map(|user| user.id);
    for user in users {
        put(store, &Actor::System, &full_second_factor(user).build()).await.unwrap();
    }
    users.sort();
    for limit in [1, 2, 3, 4, 5] {
        let (mut met, mut last) = (Vec::new(), None);
        loop {
            let mut work = begin(store, &Actor::System).await;
            let part = work.second_factors().after(last, limit).await.unwrap();
            assert!(part.len() <= usize::from(limit) && met.len() <= users.len());
            let Some(factor) = part.last() else { break };
            last = Some(factor.user);
            met.extend(part.iter().map(|factor| factor.user));
        }
        assert_eq!(met, users, "in parts of {limit}");
    }
}

/// Of two units that were open at the same time, one takes the code of a time step.
pub async fn a_code_is_taken_once(store: &dyn Store) {
    let world = World::in_store(store).await;
    put(store, &Actor::System, &second_factor(world.client.id).build()).await.unwrap();
    taken_once(store, world.client.id, |factor| factor.take_step(7)).await;
    assert_eq!(get(store, world.client.id).await.unwrap().last_step, Some(7));
}

/// Nor is a recovery code taken twice.
pub async fn a_recovery_code_is_taken_once(store: &dyn Store) {
    let world = World::in_store(store).await;
    put(store, &Actor::System, &full_second_factor(world.client.id).build()).await.unwrap();
    let code = NumberedTokens::digest_of("first");
    taken_once(store, world.client.id, |factor| factor.take_recovery(&code)).await;
    let left = get(store, world.client.id).await.unwrap().recovery;
    assert_eq!(left, [NumberedTokens::digest_of("second")]);
}

/// What was switched off meanwhile does not come back.
pub async fn a_removed_one_stays_so(store: &dyn Store) {
    let world = World::in_store(store).await;
    put(store, &Actor::System, &second_factor(world.client.id).build()).await.unwrap();
    let mut late = begin(store, &Actor::System).await;
    remove(store, &Actor::System, world.client.id).await.unwrap();
    if let Some(mut seen) = late.second_factors().get(world.client.id).await.unwrap() {
        assert!(seen.take_step(7));
        let put = late.second_factors().put(&seen).await;
        assert_contention(land(late, put).await);
    }
    assert_eq!(get(store, world.client.id).await, None);
}

/// Nobody but the program keeps second factors.
pub async fn only_the_program_keeps_second_factors(store: &dyn Store) {
    let world = World::in_store(store).await;
    let known = full_second_factor(world.client.id).build();
    put(store, &Actor::System, &known).await.unwrap();
    for actor in world.outsiders() {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.second_factors().get(world.client.id).await.map(drop));
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.second_factors().after(None, 10).await.map(drop));
        assert_refused(put(store, &actor, &second_factor(world.client.id).build()).await);
        assert_refused(remove(store, &actor, world.client.id).await);
    }
    assert_eq!(get(store, world.client.id).await, Some(known));
}

/// Two units that are open at the same time try to take a code, the second one after the first has: a store either
/// shows it what is left, or tells it that it was late.
async fn taken_once(store: &dyn Store, user: UserId, take: impl Fn(&mut SecondFactor) -> bool) {
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    let mut seen = one.second_factors().get(user).await.unwrap().unwrap();
    assert!(take(&mut seen));
    one.second_factors().put(&seen).await.unwrap();
    one.commit().await.unwrap();

    let mut seen = other.second_factors().get(user).await.unwrap().unwrap();
    if take(&mut seen) {
        let put = other.second_factors().put(&seen).await;
        assert_contention(land(other, put).await);
    }
}

async fn get(store: &dyn Store, user: UserId) -> Option<SecondFactor> {
    begin_read(store, &Actor::System).await.second_factors().get(user).await.unwrap()
}

async fn put(store: &dyn Store, actor: &Actor, factor: &SecondFactor) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let put = work.second_factors().put(factor).await;
    land(work, put).await
}

async fn remove(store: &dyn Store, actor: &Actor, user: UserId) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let removed = work.second_factors().remove(user).await;
    land(work, removed).await
}

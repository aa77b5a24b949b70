//! Failed attempts to sign in.

use chrono::TimeDelta;
use kairo_domain::{Actor, Attempts, TokenDigest};
use kairo_ports::{Store, StoreError};

use super::steps::{World, assert_refused, begin, begin_read, land};
use crate::builders::at;
use crate::fakes::NumberedTokens;

/// Failures are counted for each key, and told in the order of the keys.
pub async fn failures_are_counted(store: &dyn Store) {
    let [ada, bob, cid] = keys();
    fail(store, &[&ada, &bob], 1).await.unwrap();
    fail(store, &[&ada], 2).await.unwrap();
    let (twice, once) = (counted(2, 2), counted(1, 1));
    assert_eq!(of(store, &[&cid, &bob, &ada]).await, [None, once, twice]);
    assert_eq!(of(store, &[&ada]).await, [twice]);
    assert!(of(store, &[]).await.is_empty());
}

/// After a while without a failure, counting begins anew.
pub async fn old_failures_are_forgotten(store: &dyn Store) {
    let [ada, ..] = keys();
    let pause = Attempts::FORGOTTEN_AFTER.num_seconds();
    for (seconds, failures) in [(0, 1), (pause - 1, 2), (2 * pause - 1, 1), (2 * pause, 2)] {
        fail(store, &[&ada], seconds).await.unwrap();
        assert_eq!(of(store, &[&ada]).await, [counted(failures, seconds)], "{seconds} s");
    }
}

/// Parts of a second count.
pub async fn a_failure_is_forgotten_to_the_microsecond(store: &dyn Store) {
    let [ada, bob, _] = keys();
    let just_before = at(0) + Attempts::FORGOTTEN_AFTER - TimeDelta::microseconds(1);
    for (key, last, failures) in [(&ada, just_before, 2), (&bob, at(0) + Attempts::FORGOTTEN_AFTER, 1)] {
        let mut work = begin(store, &Actor::System).await;
        work.attempts().failed(std::slice::from_ref(key), at(0)).await.unwrap();
        work.commit().await.unwrap();
        let mut work = begin(store, &Actor::System).await;
        work.attempts().failed(std::slice::from_ref(key), last).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(of(store, &[key]).await, [Some(Attempts { failures, last_at: last })]);
    }
}

/// Who signs in is forgiven; nobody else is.
pub async fn a_key_is_forgotten(store: &dyn Store) {
    let [ada, bob, cid] = keys();
    fail(store, &[&ada, &bob], 1).await.unwrap();
    for key in [&ada, &cid] {
        let mut work = begin(store, &Actor::System).await;
        work.attempts().forget(key).await.unwrap();
        work.commit().await.unwrap();
    }
    assert_eq!(of(store, &[&ada, &bob]).await, [None, counted(1, 1)]);
}

/// A unit sees what it counted, and a dropped one leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let [ada, ..] = keys();
    let mut work = begin(store, &Actor::System).await;
    work.attempts().failed(std::slice::from_ref(&ada), at(1)).await.unwrap();
    assert_eq!(work.attempts().of(std::slice::from_ref(&ada)).await.unwrap(), [counted(1, 1)]);
    drop(work);
    assert_eq!(of(store, &[&ada]).await, [None]);
}

/// Of two units that were open at the same time, both failures count.
pub async fn no_failure_is_lost(store: &dyn Store) {
    let [ada, ..] = keys();
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    one.attempts().failed(std::slice::from_ref(&ada), at(1)).await.unwrap();
    one.commit().await.unwrap();
    other.attempts().failed(std::slice::from_ref(&ada), at(2)).await.unwrap();
    other.commit().await.unwrap();
    assert_eq!(of(store, &[&ada]).await, [counted(2, 2)]);
}

/// What turns out to be no failure is taken back, and nothing is left of the only one.
pub async fn a_success_takes_its_attempt_back(store: &dyn Store) {
    let [ada, bob, cid] = keys();
    fail(store, &[&ada, &bob], 1).await.unwrap();
    fail(store, &[&ada], 2).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    work.attempts().take_back(&[ada.clone(), bob.clone(), cid.clone()]).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(of(store, &[&ada, &bob, &cid]).await, [counted(1, 2), None, None]);
}

/// Nobody but the program counts or looks.
pub async fn only_the_program_counts(store: &dyn Store) {
    let world = World::in_store(store).await;
    let [ada, ..] = keys();
    let keys = std::slice::from_ref(&ada);
    fail(store, &[&ada], 1).await.unwrap();
    for actor in world.outsiders() {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.attempts().of(keys).await.map(drop));
        let mut work = begin(store, &actor).await;
        let failed = work.attempts().failed(keys, at(2)).await;
        assert_refused(land(work, failed).await);
        let mut work = begin(store, &actor).await;
        let forgotten = work.attempts().forget(&ada).await;
        assert_refused(land(work, forgotten).await);
    }
    assert_eq!(of(store, &[&ada]).await, [counted(1, 1)]);
}

fn keys() -> [TokenDigest; 3] {
    ["ada", "bob", "cid"].map(NumberedTokens::digest_of)
}

fn counted(failures: u32, seconds: i64) -> Option<Attempts> {
    Some(Attempts { failures, last_at: at(seconds) })
}

async fn of(store: &dyn Store, keys: &[&TokenDigest]) -> Vec<Option<Attempts>> {
    let keys: Vec<TokenDigest> = keys.iter().copied().cloned().collect();
    begin_read(store, &Actor::System).await.attempts().of(&keys).await.unwrap()
}

async fn fail(store: &dyn Store, keys: &[&TokenDigest], seconds: i64) -> Result<(), StoreError> {
    let keys: Vec<TokenDigest> = keys.iter().copied().cloned().collect();
    let mut work = begin(store, &Actor::System).await;
    let failed = work.attempts().failed(&keys, at(seconds)).await;
    land(work, failed).await
}

//! Idempotency keys.

use std::time::Duration;

use bytes::Bytes;
use kairo_domain::{Actor, AutomationId, UserActor, Verb};
use kairo_ports::{Answer, Claim, IdempotencyKey, Store, StoreError, UnitOfWork};

use super::steps::{World, begin, boss, lead_seen_by};
use crate::builders::{at, lead, next_id, permit};

/// A key that nobody used is free.
pub async fn an_unused_key_is_free(store: &dyn Store) {
    let mut work = begin(store, &Actor::Visitor).await;
    assert_eq!(work.idempotency().claim(&claim("k"), at(0)).await.unwrap(), None);
    assert_eq!(work.idempotency().claim(&claim("other"), at(0)).await.unwrap(), None);
}

/// The answer under a key is given again, byte by byte.
pub async fn an_answer_is_given_again(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [Actor::Visitor, world.as_client(), world.as_team(), world.as_admin()] {
        keep(store, &actor, &claim("k"), &answer()).await;
        let mut work = begin(store, &actor).await;
        let given = work.idempotency().claim(&claim("k"), at(5)).await.unwrap();
        assert_eq!(given, Some(answer()), "{actor:?}");
    }
}

/// The answer is kept with what it answers, in one unit.
pub async fn an_answer_is_kept_with_its_unit(store: &dyn Store) {
    let ada = lead("Ada").build();
    let visitor = Actor::Visitor;
    let mut work = begin(store, &visitor).await;
    work.idempotency().claim(&claim("k"), at(0)).await.unwrap();
    work.leads().add(&permit(&visitor, Verb::Create, &ada), &ada).await.unwrap();
    work.idempotency().keep(&claim("k"), &answer(), at(0), at(100)).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(lead_seen_by(store, &Actor::System, ada.id).await, Some(ada));
    assert_eq!(claimed_soon(store, &visitor, &claim("k")).await.unwrap(), Some(answer()));
}

/// What a dropped unit kept was never kept.
pub async fn an_answer_is_not_kept_without_commit(store: &dyn Store) {
    let mut work = begin(store, &Actor::Visitor).await;
    work.idempotency().claim(&claim("k"), at(0)).await.unwrap();
    work.idempotency().keep(&claim("k"), &answer(), at(0), at(100)).await.unwrap();
    drop(work);
    assert_eq!(claimed_soon(store, &Actor::Visitor, &claim("k")).await.unwrap(), None);
}

/// A unit that kept an answer finds it.
pub async fn an_own_answer_is_visible_in_the_unit(store: &dyn Store) {
    let mut work = begin(store, &Actor::Visitor).await;
    work.idempotency().claim(&claim("k"), at(0)).await.unwrap();
    work.idempotency().keep(&claim("k"), &answer(), at(0), at(100)).await.unwrap();
    assert_eq!(work.idempotency().claim(&claim("k"), at(1)).await.unwrap(), Some(answer()));
}

/// A key is for one request only.
pub async fn another_body_is_refused(store: &dyn Store) {
    keep(store, &Actor::Visitor, &claim("k"), &answer()).await;
    let other = Claim { body_digest: [2; 32], ..claim("k") };
    let refused = claimed_soon(store, &Actor::Visitor, &other).await;
    assert!(matches!(refused, Err(StoreError::Taken { what: "Idempotency-Key" })), "{refused:?}");
    assert_eq!(claimed_soon(store, &Actor::Visitor, &claim("k")).await.unwrap(), Some(answer()));
}

/// While one unit holds a key, others are told at once; they do not wait.
pub async fn a_key_in_use_is_contended(store: &dyn Store) {
    let mut one = begin(store, &Actor::Visitor).await;
    one.idempotency().claim(&claim("k"), at(0)).await.unwrap();
    for digest in [1, 2] {
        let rival = Claim { body_digest: [digest; 32], ..claim("k") };
        let contended = claimed(store, &Actor::Visitor, &rival).await;
        assert!(matches!(contended, Err(StoreError::Contention(_))), "{contended:?}");
    }
    assert_eq!(claimed(store, &Actor::Visitor, &claim("other")).await.unwrap(), None);
    one.commit().await.unwrap();
}

/// Also while the unit only looked at the answer.
pub async fn an_answered_key_is_held_too(store: &dyn Store) {
    keep(store, &Actor::Visitor, &claim("k"), &answer()).await;
    let mut one = begin(store, &Actor::Visitor).await;
    assert_eq!(one.idempotency().claim(&claim("k"), at(1)).await.unwrap(), Some(answer()));
    let contended = claimed(store, &Actor::Visitor, &claim("k")).await;
    assert!(matches!(contended, Err(StoreError::Contention(_))), "{contended:?}");
}

/// The unit that holds a key may claim it again.
pub async fn a_holder_may_claim_again(store: &dyn Store) {
    let mut work = begin(store, &Actor::Visitor).await;
    assert_eq!(work.idempotency().claim(&claim("k"), at(0)).await.unwrap(), None);
    assert_eq!(work.idempotency().claim(&claim("k"), at(0)).await.unwrap(), None);
}

/// A unit that ends without an answer leaves the key free.
pub async fn a_key_without_an_answer_is_free_again(store: &dyn Store) {
    let mut dropped = begin(store, &Actor::Visitor).await;
    dropped.idempotency().claim(&claim("k"), at(0)).await.unwrap();
    drop(dropped);
    let (committed, given) = claim_soon(store, &Actor::Visitor, &claim("k")).await;
    assert_eq!(given.unwrap(), None);
    committed.commit().await.unwrap();
    assert_eq!(claimed_soon(store, &Actor::Visitor, &claim("k")).await.unwrap(), None);
}

/// Who comes second finds the answer, even when the unit began before the answer was kept.
pub async fn a_younger_answer_is_found(store: &dyn Store) {
    let mut late = begin(store, &Actor::Visitor).await;
    keep(store, &Actor::Visitor, &claim("k"), &answer()).await;
    assert_eq!(late.idempotency().claim(&claim("k"), at(1)).await.unwrap(), Some(answer()));
}

/// An answer that has expired is as good as none, and may be replaced by one to another body.
pub async fn an_expired_answer_is_as_none(store: &dyn Store) {
    let visitor = Actor::Visitor;
    keep(store, &visitor, &claim("k"), &answer()).await;
    let other = Claim { body_digest: [2; 32], ..claim("k") };
    let mut work = begin(store, &visitor).await;
    assert_eq!(work.idempotency().claim(&other, at(101)).await.unwrap(), None);
    let second = Answer { status: 204, headers: vec![], body: Bytes::new() };
    work.idempotency().keep(&other, &second, at(101), at(200)).await.unwrap();
    work.commit().await.unwrap();
    let mut work = begin(store, &visitor).await;
    assert_eq!(work.idempotency().claim(&other, at(199)).await.unwrap(), Some(second));
}

/// An answer is good until it expires.
pub async fn an_answer_is_good_until_it_expires(store: &dyn Store) {
    keep(store, &Actor::Visitor, &claim("k"), &answer()).await;
    let mut work = begin(store, &Actor::Visitor).await;
    assert_eq!(work.idempotency().claim(&claim("k"), at(99)).await.unwrap(), Some(answer()));
}

/// Answers that have expired are forgotten, so many at a time, and the others stay.
pub async fn expired_answers_are_purged(store: &dyn Store) {
    let visitor = Actor::Visitor;
    for key in ["a", "b", "c"] {
        keep(store, &visitor, &claim(key), &answer()).await;
    }
    let mut work = begin(store, &visitor).await;
    work.idempotency().claim(&claim("young"), at(0)).await.unwrap();
    work.idempotency().keep(&claim("young"), &answer(), at(0), at(500)).await.unwrap();
    work.commit().await.unwrap();
    for purged in [2, 1, 0] {
        let mut work = begin(store, &Actor::System).await;
        assert_eq!(work.idempotency().purge(at(100), 2).await.unwrap(), purged);
        work.commit().await.unwrap();
    }
    let mut work = begin(store, &visitor).await;
    assert_eq!(work.idempotency().claim(&claim("young"), at(101)).await.unwrap(), Some(answer()));
    assert_eq!(work.idempotency().claim(&claim("a"), at(50)).await.unwrap(), None);
}

/// Nobody but the program itself forgets answers.
pub async fn only_the_program_purges(store: &dyn Store) {
    keep(store, &Actor::Visitor, &claim("k"), &answer()).await;
    for actor in [Actor::Visitor, boss()] {
        let mut work = begin(store, &actor).await;
        let purged = work.idempotency().purge(at(1_000), 10).await;
        assert!(matches!(purged, Err(StoreError::Refused { .. })), "{purged:?}");
    }
}

/// Every actor has keys of its own, also where the same user acts in different ways.
pub async fn another_actor_has_another_key(store: &dyn Store) {
    let world = World::in_store(store).await;
    let visitor = Actor::Visitor;
    keep(store, &visitor, &claim("k"), &answer()).await;
    let mut held = begin(store, &visitor).await;
    held.idempotency().claim(&claim("k"), at(1)).await.unwrap();
    let of_the_team = UserActor {
        id: world.team.id,
        role: world.team.role,
        company: None,
        via: kairo_domain::Via::Program,
    };
    let automation = Actor::Automation { id: AutomationId::from_uuid(next_id()), on_behalf_of: of_the_team };
    let users = [world.as_client(), world.as_rival(), world.as_team(), world.as_admin()];
    for actor in users.into_iter().chain([automation, Actor::System]) {
        assert_eq!(claimed_soon(store, &actor, &claim("k")).await.unwrap(), None, "{actor:?}");
        keep(store, &actor, &claim("k"), &answer()).await;
    }
}

/// Every scope has keys of its own.
pub async fn another_scope_has_another_key(store: &dyn Store) {
    keep(store, &Actor::Visitor, &claim("k"), &answer()).await;
    let elsewhere = Claim { scope: "POST /api/v1/users".to_owned(), body_digest: [2; 32], ..claim("k") };
    assert_eq!(claimed_soon(store, &Actor::Visitor, &elsewhere).await.unwrap(), None);
}

fn claim(key: &str) -> Claim {
    Claim {
        scope: "POST /api/v1/leads".to_owned(),
        key: IdempotencyKey::parse(key).unwrap(),
        body_digest: [1; 32],
    }
}

/// An answer with everything in it that is easily lost: repeated headers, their order, bytes that are no text.
fn answer() -> Answer {
    let headers = [("ETag", "\"1.9f2c\""), ("Link", "<a>"), ("Link", "<b>"), ("Allow", "")];
    Answer {
        status: 201,
        headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        body: Bytes::from_static(b"{\"a\":\xff\0}"),
    }
}

/// Claims a free key and keeps an answer under it, good until 100 seconds after the start.
async fn keep(store: &dyn Store, actor: &Actor, claim: &Claim, answer: &Answer) {
    let (mut work, given) = claim_soon(store, actor, claim).await;
    assert_eq!(given.unwrap(), None);
    work.idempotency().keep(claim, answer, at(0), at(100)).await.unwrap();
    work.commit().await.unwrap();
}

/// What a claim in a unit of its own gives at once.
async fn claimed(store: &dyn Store, actor: &Actor, claim: &Claim) -> Result<Option<Answer>, StoreError> {
    begin(store, actor).await.idempotency().claim(claim, at(1)).await
}

/// What a claim gives once a unit that was dropped has let go of the key.
async fn claimed_soon(store: &dyn Store, actor: &Actor, claim: &Claim) -> Result<Option<Answer>, StoreError> {
    claim_soon(store, actor, claim).await.1
}

async fn claim_soon(
    store: &dyn Store,
    actor: &Actor,
    claim: &Claim,
) -> (Box<dyn UnitOfWork>, Result<Option<Answer>, StoreError>) {
    for _ in 0..1_000 {
        let mut work = begin(store, actor).await;
        match work.idempotency().claim(claim, at(1)).await {
            // A database learns of a dropped unit a moment later, in the background.
            Err(StoreError::Contention(_)) => tokio::time::sleep(Duration::from_millis(5)).await,
            given => return (work, given),
        }
    }
    panic!("the key is held for ever");
}

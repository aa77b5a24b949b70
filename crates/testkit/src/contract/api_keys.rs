//! API keys.

use kairo_domain::{Actor, ApiKey, ApiKeyId, TokenDigest, User, UserId, Verb};
use kairo_ports::{Store, StoreError};

use super::steps::{
    World, assert_missing, assert_out_of_reach, assert_refused, assert_stale, assert_taken, begin,
    begin_read, land,
};
use crate::builders::{api_key, at, full_api_key, next_id, permit};
use crate::fakes::NumberedTokens;

/// Every field comes back as it was given.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    for key in [full_api_key(world.client.id).build(), api_key(world.client.id).build()] {
        add(store, &Actor::System, &key).await.unwrap();
        assert_eq!(seen_by(store, &Actor::System, key.id).await, Some(key));
    }
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (system, key) = (Actor::System, api_key(world.client.id).build());
    let mut work = begin(store, &system).await;
    work.api_keys().add(&permit(&system, Verb::Create, &key), &key).await.unwrap();
    assert_eq!(work.api_keys().get(key.id).await.unwrap().as_ref(), Some(&key));
    drop(work);
    assert_eq!(seen_by(store, &system, key.id).await, None);
}

/// The program finds a key by its digest, whether it is revoked or not.
pub async fn a_key_is_found_by_its_digest(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (alive, revoked) = (api_key(world.client.id).build(), full_api_key(world.team.id).build());
    for key in [&alive, &revoked] {
        add(store, &Actor::System, key).await.unwrap();
    }
    let mut work = begin_read(store, &Actor::System).await;
    for key in [alive, revoked] {
        assert_eq!(work.api_keys().find_by_digest(&key.digest).await.unwrap(), Some(key));
    }
    let unknown = NumberedTokens::digest_of("unknown");
    assert_eq!(work.api_keys().find_by_digest(&unknown).await.unwrap(), None);
}

/// Nobody else looks for digests.
pub async fn only_the_program_looks_for_digests(store: &dyn Store) {
    let world = World::in_store(store).await;
    let key = api_key(world.client.id).build();
    add(store, &Actor::System, &key).await.unwrap();
    for actor in [world.as_admin(), world.as_team(), world.as_client(), Actor::Visitor] {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.api_keys().find_by_digest(&key.digest).await.map(drop));
    }
}

/// The digest is for the program alone; everybody else reads zeros, whoever wrote it.
pub async fn the_digest_is_zeros_for_everybody_else(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (client, key) = (world.as_client(), api_key(world.client.id).build());
    let mut work = begin(store, &client).await;
    work.api_keys().add(&permit(&client, Verb::Create, &key), &key).await.unwrap();
    work.commit().await.unwrap();
    let shown = ApiKey { digest: TokenDigest::parse(&"0".repeat(64)).unwrap(), ..key.clone() };
    for actor in [client, world.as_admin()] {
        assert_eq!(seen_by(store, &actor, key.id).await.as_ref(), Some(&shown), "{actor:?}");
        assert_eq!(of_user(store, &actor, &world.client).await, std::slice::from_ref(&shown), "{actor:?}");
    }
    assert_eq!(of_user(store, &Actor::System, &world.client).await, [key]);
}

/// Everybody sees their own keys, an administrator all of them.
pub async fn everybody_sees_their_own_keys(store: &dyn Store) {
    let world = World::in_store(store).await;
    for user in [&world.admin, &world.team, &world.client] {
        let key = api_key(user.id).build();
        add(store, &Actor::System, &key).await.unwrap();
        for (actor, seen) in [
            (world.as_admin(), true),
            (world.as_team(), user.id == world.team.id),
            (world.as_client(), user.id == world.client.id),
            (world.as_rival(), false),
            (Actor::Visitor, false),
        ] {
            assert_eq!(seen_by(store, &actor, key.id).await.is_some(), seen, "{actor:?}");
            assert_eq!(of_user(store, &actor, user).await.len(), usize::from(seen), "{actor:?}");
        }
    }
}

/// The keys of a user that were not revoked, the latest first.
pub async fn the_latest_key_comes_first(store: &dyn Store) {
    let world = World::in_store(store).await;
    let made = |seconds| api_key(world.client.id).with(|key| key.created_at = at(seconds)).build();
    let keys = [made(2), made(1), made(3), made(3)];
    for key in &keys {
        add(store, &Actor::System, key).await.unwrap();
    }
    add(store, &Actor::System, &full_api_key(world.client.id).build()).await.unwrap();
    add(store, &Actor::System, &api_key(world.rival.id).build()).await.unwrap();
    let ids = |keys: &[ApiKey]| keys.iter().map(|key| key.id).collect::<Vec<_>>();
    let [second, third, early, late] = keys;
    let met = of_user(store, &world.as_client(), &world.client).await;
    assert_eq!(ids(&met), ids(&[late, early, second, third]));
}

/// An id that nobody has is no error.
pub async fn an_unknown_key_is_not_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    assert_eq!(seen_by(store, &Actor::System, ApiKeyId::from_uuid(next_id())).await, None);
    assert!(of_user(store, &Actor::System, &world.client).await.is_empty());
}

/// An id and a digest belong to one key.
pub async fn nothing_can_be_taken_twice(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = full_api_key(world.client.id).build();
    add(store, &Actor::System, &first).await.unwrap();
    let rival = api_key(world.rival.id).with(|key| key.id = first.id).build();
    assert_taken(add(store, &Actor::System, &rival).await, "id");
    let rival = api_key(world.rival.id).with(|key| key.digest = first.digest.clone()).build();
    assert_taken(add(store, &Actor::System, &rival).await, "key");
    assert_eq!(seen_by(store, &Actor::System, first.id).await, Some(first));
}

/// A key belongs to a user who exists.
pub async fn a_user_who_is_not_there_is_missing(store: &dyn Store) {
    let key = api_key(UserId::from_uuid(next_id())).build();
    assert_missing(add(store, &Actor::System, &key).await, "userId");
}

/// Everybody makes keys for themselves, an administrator for anybody, whoever was permitted to.
pub async fn everybody_makes_their_own_keys(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, user, is_allowed) in [
        (world.as_client(), &world.client, true),
        (world.as_team(), &world.team, true),
        (world.as_admin(), &world.client, true),
        (world.as_client(), &world.colleague, false),
        (world.as_team(), &world.client, false),
        (Actor::Visitor, &world.client, false),
    ] {
        let key = api_key(user.id).build();
        let added = add(store, &actor, &key).await;
        if is_allowed {
            added.unwrap();
        } else {
            assert_out_of_reach(added);
        }
        assert_eq!(seen_by(store, &Actor::System, key.id).await.is_some(), is_allowed, "{actor:?}");
    }
}

/// A permit says for what it is.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (key, other) = (api_key(world.client.id).build(), api_key(world.client.id).build());
    let mut work = begin(store, &Actor::System).await;
    let added = work.api_keys().add(&permit(&Actor::System, Verb::Create, &other), &key).await;
    assert_refused(land(work, added).await);
    add(store, &Actor::System, &key).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    let revoked =
        work.api_keys().revoke(&permit(&Actor::System, Verb::Delete, &other), &ended(&key, 5)).await;
    assert_refused(land(work, revoked).await);
}

/// Who ends an own key keeps the record of it, digest included; an administrator and the program end any.
pub async fn a_key_is_revoked(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_client(), world.as_admin(), Actor::System] {
        let key = api_key(world.client.id).build();
        add(store, &Actor::System, &key).await.unwrap();
        let mut seen = seen_by(store, &actor, key.id).await.unwrap();
        seen.revoke(at(5));
        revoke(store, &actor, &seen).await.unwrap();
        assert!(of_user(store, &actor, &world.client).await.is_empty(), "{actor:?}");
        assert_eq!(seen_by(store, &Actor::System, key.id).await, Some(ended(&key, 5)), "{actor:?}");
    }
}

/// A key is ended once; the first instant stays.
pub async fn a_key_is_revoked_once(store: &dyn Store) {
    let world = World::in_store(store).await;
    let key = api_key(world.client.id).build();
    add(store, &Actor::System, &key).await.unwrap();
    revoke(store, &world.as_client(), &ended(&key, 5)).await.unwrap();
    assert_stale(revoke(store, &world.as_client(), &ended(&key, 6)).await);
    assert_eq!(seen_by(store, &Actor::System, key.id).await, Some(ended(&key, 5)));
}

/// What cannot be seen cannot be ended, whoever was permitted to; nor what is not there.
pub async fn nobody_revokes_what_they_cannot_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    let known = api_key(world.client.id).build();
    add(store, &Actor::System, &known).await.unwrap();
    for actor in [world.as_team(), world.as_rival()] {
        assert_stale(revoke(store, &actor, &ended(&known, 5)).await);
    }
    assert_out_of_reach(revoke(store, &Actor::Visitor, &ended(&known, 5)).await);
    assert_stale(revoke(store, &Actor::System, &full_api_key(world.client.id).build()).await);
    assert_eq!(seen_by(store, &Actor::System, known.id).await, Some(known));
}

/// The program notes when a key was used, if there is one.
pub async fn a_use_is_noted(store: &dyn Store) {
    let world = World::in_store(store).await;
    let key = api_key(world.client.id).build();
    add(store, &Actor::System, &key).await.unwrap();
    for seconds in [60, 120] {
        note_use(store, &Actor::System, key.id, seconds).await.unwrap();
        let used = ApiKey { last_used_at: Some(at(seconds)), ..key.clone() };
        assert_eq!(seen_by(store, &Actor::System, key.id).await, Some(used));
    }
    note_use(store, &Actor::System, ApiKeyId::from_uuid(next_id()), 60).await.unwrap();
}

/// Nobody else does.
pub async fn only_the_program_notes_uses(store: &dyn Store) {
    let world = World::in_store(store).await;
    let key = api_key(world.client.id).build();
    add(store, &Actor::System, &key).await.unwrap();
    for actor in [world.as_admin(), world.as_client(), Actor::Visitor] {
        assert_refused(note_use(store, &actor, key.id, 60).await);
    }
    assert_eq!(seen_by(store, &Actor::System, key.id).await, Some(key));
}

fn ended(key: &ApiKey, seconds: i64) -> ApiKey {
    ApiKey { revoked_at: Some(at(seconds)), ..key.clone() }
}

async fn seen_by(store: &dyn Store, actor: &Actor, id: ApiKeyId) -> Option<ApiKey> {
    begin_read(store, actor).await.api_keys().get(id).await.unwrap()
}

async fn of_user(store: &dyn Store, actor: &Actor, user: &User) -> Vec<ApiKey> {
    begin_read(store, actor).await.api_keys().of_user(user.id).await.unwrap()
}

/// Adds a key in a unit of this actor, with a permit of somebody who may.
pub(super) async fn add(store: &dyn Store, actor: &Actor, key: &ApiKey) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let added = work.api_keys().add(&permit(&Actor::System, Verb::Create, key), key).await;
    land(work, added).await
}

/// Revokes a key in a unit of this actor, with a permit of somebody who may.
async fn revoke(store: &dyn Store, actor: &Actor, key: &ApiKey) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let revoked = work.api_keys().revoke(&permit(&Actor::System, Verb::Delete, key), key).await;
    land(work, revoked).await
}

async fn note_use(store: &dyn Store, actor: &Actor, id: ApiKeyId, seconds: i64) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let noted = work.api_keys().note_use(id, at(seconds)).await;
    land(work, noted).await
}

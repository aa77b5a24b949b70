//! What is kept for a while only.

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Actor, ApiKeyId, Attempts, EmailChangeId, Purpose, SignUpId, TokenDigest, UserId, Verb};
use kairo_ports::Store;

use super::steps::{World, add_session, assert_refused, begin, begin_read, land, session_seen_by};
use super::{api_keys, email_changes, one_time_tokens, sign_ups};
use crate::builders::{api_key, at, email_change, next_id, one_time_token, permit, session, sign_up};
use crate::fakes::{NumberedTokens, START};

/// The instant of the purge in these cases: what ends at it stays.
const NOW: DateTime<Utc> = START;

/// Sessions go that were over or revoked before the instant.
pub async fn ended_sessions_go(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ends = |expires_at, revoked_at| {
        session(world.client.id)
            .with(|session| (session.expires_at, session.revoked_at) = (expires_at, revoked_at))
            .build()
    };
    let sessions = [
        (ends(just_before(), None), false),
        (ends(at(99), Some(just_before())), false),
        (ends(NOW, None), true),
        (ends(at(99), Some(NOW)), true),
        (ends(at(99), None), true),
    ];
    for (session, _) in &sessions {
        add_session(store, session).await.unwrap();
    }
    assert_eq!(purge(store, NOW, 100).await, 2);
    for (session, stays) in sessions {
        assert_eq!(session_seen_by(store, &Actor::System, session.id).await.is_some(), stays, "{session:?}");
    }
    assert_eq!(purge(store, NOW, 100).await, 0);
}

/// Nobody is told of sessions that were over anyway.
pub async fn what_was_over_is_no_news(store: &dyn Store) {
    let world = World::in_store(store).await;
    let over = session(world.client.id).with(|session| session.expires_at = just_before()).build();
    add_session(store, &over).await.unwrap();
    assert_eq!(purge(store, NOW, 100).await, 1);
    let told = begin_read(store, &Actor::System).await.revocations().since(None).await.unwrap().0;
    assert_eq!(told, []);
}

/// So do API keys.
pub async fn ended_api_keys_go(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ends = |expires_at, revoked_at| {
        api_key(world.client.id)
            .with(|key| (key.expires_at, key.revoked_at) = (expires_at, revoked_at))
            .build()
    };
    let keys = [
        (ends(just_before(), None), false),
        (ends(at(99), Some(just_before())), false),
        (ends(NOW, None), true),
        (ends(at(99), Some(NOW)), true),
        (ends(at(99), None), true),
    ];
    for (key, _) in &keys {
        api_keys::add(store, &Actor::System, key).await.unwrap();
    }
    assert_eq!(purge(store, NOW, 100).await, 2);
    for (key, stays) in keys {
        assert_eq!(has_api_key(store, key.id).await, stays, "{key:?}");
    }
}

/// Sign-ups, changes of address and mailed tokens go after their time.
pub async fn what_was_mailed_goes_after_its_time(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (user, expires_at, stays) in
        [(&world.client, just_before(), false), (&world.team, NOW, true), (&world.admin, at(99), true)]
    {
        let nora = sign_up("nora@example.com").with(|one| one.expires_at = expires_at).build();
        sign_ups::add(store, &Actor::System, &nora, "secret").await.unwrap();
        let change = email_change(user.id, "new@example.com").with(|one| one.expires_at = expires_at).build();
        email_changes::add(store, &Actor::System, &change).await.unwrap();
        let purpose = Purpose::PasswordReset(UserId::from_uuid(next_id()));
        let token = one_time_token(&user.id.to_string(), purpose).with(|one| one.expires_at = expires_at);
        let token = token.build();
        one_time_tokens::add(store, &Actor::System, &token).await.unwrap();

        assert_eq!(purge(store, NOW, 100).await, if stays { 0 } else { 3 });
        assert_eq!(has_sign_up(store, nora.id).await, stays);
        assert_eq!(has_email_change(store, change.id).await, stays);
        assert_eq!(has_token(store, &token.digest).await, stays);
    }
}

/// Failed attempts go when the last one was before the instant.
pub async fn old_attempts_go(store: &dyn Store) {
    let keys = ["old", "new"].map(NumberedTokens::digest_of);
    for (key, last) in keys.iter().zip([just_before(), NOW]) {
        let mut work = begin(store, &Actor::System).await;
        work.attempts().failed(std::slice::from_ref(key), last).await.unwrap();
        work.commit().await.unwrap();
    }
    assert_eq!(purge(store, NOW, 100).await, 1);
    let mut work = begin_read(store, &Actor::System).await;
    let left = work.attempts().of(&keys).await.unwrap();
    assert_eq!(left, [None, Some(Attempts { failures: 1, last_at: NOW })]);
}

/// Revocations go when no access token can be that old; when they were made is told by the store's own clock or by the
/// caller's, so only the far ends of time are tried.
pub async fn old_revocations_go(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut ended = session(world.client.id).build();
    add_session(store, &ended).await.unwrap();
    ended.revoke(at(5));
    let mut work = begin(store, &Actor::System).await;
    work.sessions().revoke(&permit(&Actor::System, Verb::Delete, &ended), &ended).await.unwrap();
    work.commit().await.unwrap();

    let told = async || begin_read(store, &Actor::System).await.revocations().since(None).await.unwrap().0;
    assert_eq!(purge(store, NOW - TimeDelta::days(3_650), 100).await, 0);
    assert_eq!(told().await.len(), 1);
    // The session goes with it.
    assert_eq!(purge(store, NOW + TimeDelta::days(36_500), 100).await, 2);
    assert_eq!(told().await, []);
}

/// At most so many of each kind go at a time.
pub async fn no_more_go_than_asked_for(store: &dyn Store) {
    let world = World::in_store(store).await;
    for _ in 0..3 {
        let over = session(world.client.id).with(|session| session.expires_at = just_before()).build();
        add_session(store, &over).await.unwrap();
        let over = api_key(world.client.id).with(|key| key.expires_at = just_before()).build();
        api_keys::add(store, &Actor::System, &over).await.unwrap();
    }
    let mut gone = Vec::new();
    for _ in 0..3 {
        gone.push(purge(store, NOW, 2).await);
    }
    assert_eq!(gone, [4, 2, 0]);
}

/// A dropped unit removes nothing.
pub async fn nothing_goes_without_commit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let over = session(world.client.id).with(|session| session.expires_at = just_before()).build();
    add_session(store, &over).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    assert_eq!(work.expired().purge(NOW, 100).await.unwrap(), 1);
    assert_eq!(work.sessions().get(over.id).await.unwrap(), None);
    drop(work);
    assert!(session_seen_by(store, &Actor::System, over.id).await.is_some());
}

/// Nobody but the program purges.
pub async fn only_the_program_purges(store: &dyn Store) {
    let world = World::in_store(store).await;
    let over = session(world.client.id).with(|session| session.expires_at = just_before()).build();
    add_session(store, &over).await.unwrap();
    for actor in world.outsiders() {
        let mut work = begin(store, &actor).await;
        let purged = work.expired().purge(NOW, 100).await.map(drop);
        assert_refused(land(work, purged).await);
    }
    assert!(session_seen_by(store, &Actor::System, over.id).await.is_some());
}

fn just_before() -> DateTime<Utc> {
    NOW - TimeDelta::microseconds(1)
}

async fn purge(store: &dyn Store, before: DateTime<Utc>, limit: u32) -> u64 {
    let mut work = begin(store, &Actor::System).await;
    let rows = work.expired().purge(before, limit).await.unwrap();
    work.commit().await.unwrap();
    rows
}

async fn has_api_key(store: &dyn Store, id: ApiKeyId) -> bool {
    begin_read(store, &Actor::System).await.api_keys().get(id).await.unwrap().is_some()
}

async fn has_sign_up(store: &dyn Store, id: SignUpId) -> bool {
    begin_read(store, &Actor::System).await.sign_ups().get(id).await.unwrap().is_some()
}

async fn has_email_change(store: &dyn Store, id: EmailChangeId) -> bool {
    begin_read(store, &Actor::System).await.email_changes().get(id).await.unwrap().is_some()
}

async fn has_token(store: &dyn Store, digest: &TokenDigest) -> bool {
    begin_read(store, &Actor::System).await.one_time_tokens().find(digest).await.unwrap().is_some()
}

//! The rotation of refresh tokens.

use kairo_domain::{Actor, Session, TokenDigest, Verb};
use kairo_ports::{Store, StoreError};

use super::steps::{
    World, add_session, assert_contention, assert_refused, assert_taken, begin, begin_read, land,
    session_seen_by,
};
use crate::builders::{at, full_session, permit, session};
use crate::fakes::NumberedTokens;

/// The token is replaced and the one before kept, the session lives on; nothing else changes.
pub async fn a_session_is_rotated(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    add_session(store, &first).await.unwrap();
    let second = rotated(&first, "second", 5);
    rotate(store, &Actor::System, &second, &first.refresh_digest).await.unwrap();
    assert_eq!(session_seen_by(store, &Actor::System, first.id).await.as_ref(), Some(&second));
    let third = rotated(&second, "third", 9);
    rotate(store, &Actor::System, &third, &second.refresh_digest).await.unwrap();
    assert_eq!(session_seen_by(store, &Actor::System, first.id).await, Some(third));
}

/// A session is found by its token and by the one before, and by none that is older.
pub async fn a_session_is_found_by_its_last_two_tokens(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    add_session(store, &first).await.unwrap();
    let second = rotated(&first, "second", 5);
    rotate(store, &Actor::System, &second, &first.refresh_digest).await.unwrap();
    for digest in [&first.refresh_digest, &second.refresh_digest] {
        assert_eq!(found(store, digest).await.as_ref(), Some(&second));
    }
    let third = rotated(&second, "third", 9);
    rotate(store, &Actor::System, &third, &second.refresh_digest).await.unwrap();
    assert_eq!(found(store, &first.refresh_digest).await, None);
    for digest in [&second.refresh_digest, &third.refresh_digest] {
        assert_eq!(found(store, digest).await.as_ref(), Some(&third));
    }
}

/// The token before is for the program alone as well.
pub async fn the_token_before_is_hidden_from_everybody_else(store: &dyn Store) {
    let world = World::in_store(store).await;
    let session = full_session(world.client.id).build();
    add_session(store, &session).await.unwrap();
    let refresh_digest = TokenDigest::parse(&"0".repeat(64)).unwrap();
    let shown = Session { refresh_digest, previous_digest: None, ..session };
    for actor in [world.as_client(), world.as_admin()] {
        assert_eq!(session_seen_by(store, &actor, shown.id).await.as_ref(), Some(&shown), "{actor:?}");
    }
}

/// What is no longer the token cannot be replaced: another unit was first.
pub async fn a_used_token_is_not_rotated(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    add_session(store, &first).await.unwrap();
    let second = rotated(&first, "second", 5);
    rotate(store, &Actor::System, &second, &first.refresh_digest).await.unwrap();
    let again = rotated(&first, "again", 6);
    assert_contention(rotate(store, &Actor::System, &again, &first.refresh_digest).await);
    let unknown = NumberedTokens::digest_of("unknown");
    assert_contention(rotate(store, &Actor::System, &again, &unknown).await);
    assert_eq!(session_seen_by(store, &Actor::System, first.id).await, Some(second));
}

/// A session that was ended meanwhile stays so.
pub async fn a_revoked_session_is_not_rotated(store: &dyn Store) {
    let world = World::in_store(store).await;
    let revoked = full_session(world.client.id).build();
    add_session(store, &revoked).await.unwrap();
    let next = rotated(&revoked, "next", 60);
    assert_contention(rotate(store, &Actor::System, &next, &revoked.refresh_digest).await);
    assert_eq!(session_seen_by(store, &Actor::System, revoked.id).await, Some(revoked));
}

/// A session that is not there is not made by this.
pub async fn an_unknown_session_is_not_rotated(store: &dyn Store) {
    let world = World::in_store(store).await;
    let unknown = session(world.client.id).build();
    let next = rotated(&unknown, "next", 5);
    assert_contention(rotate(store, &Actor::System, &next, &unknown.refresh_digest).await);
    assert_eq!(session_seen_by(store, &Actor::System, unknown.id).await, None);
}

/// Of two units that were open at the same time, one replaces the token.
pub async fn two_units_cannot_both_rotate(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    add_session(store, &first).await.unwrap();
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    for work in [&mut one, &mut other] {
        assert!(work.sessions().find_by_digest(&first.refresh_digest).await.unwrap().is_some());
    }
    let may = permit(&Actor::System, Verb::Update, &first);
    let second = rotated(&first, "second", 5);
    one.sessions().rotate(&may, &second, &first.refresh_digest).await.unwrap();
    one.commit().await.unwrap();
    // The same successor, as it is derived: only the instant differs.
    let late = rotated(&first, "second", 6);
    let rotation = other.sessions().rotate(&may, &late, &first.refresh_digest).await;
    assert_contention(land(other, rotation).await);
    assert_eq!(session_seen_by(store, &Actor::System, first.id).await, Some(second));
}

/// A session that another unit ended meanwhile is not rotated, nor the other way round brought back.
pub async fn a_rotation_does_not_undo_a_revocation(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    add_session(store, &first).await.unwrap();
    let mut late = begin(store, &Actor::System).await;
    assert!(late.sessions().get(first.id).await.unwrap().is_some());
    let revoked = Session { revoked_at: Some(at(5)), ..first.clone() };
    let mut work = begin(store, &world.as_client()).await;
    let may = permit(&world.as_client(), Verb::Delete, &revoked);
    work.sessions().revoke(&may, &revoked).await.unwrap();
    work.commit().await.unwrap();
    let may = permit(&Actor::System, Verb::Update, &first);
    let rotation = late.sessions().rotate(&may, &rotated(&first, "next", 6), &first.refresh_digest).await;
    assert_contention(land(late, rotation).await);
    assert_eq!(session_seen_by(store, &Actor::System, first.id).await, Some(revoked));
}

/// A token belongs to one session.
pub async fn the_token_of_another_session_is_taken(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (first, other) = (session(world.client.id).build(), session(world.client.id).build());
    for session in [&first, &other] {
        add_session(store, session).await.unwrap();
    }
    let mut next = rotated(&first, "next", 5);
    next.refresh_digest = other.refresh_digest;
    assert_taken(rotate(store, &Actor::System, &next, &first.refresh_digest).await, "refreshToken");
}

/// Nobody but the program rotates, whoever was permitted to; and it has to be permitted for this session.
pub async fn only_the_program_rotates(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (first, other) = (session(world.client.id).build(), session(world.client.id).build());
    add_session(store, &first).await.unwrap();
    let next = rotated(&first, "next", 5);
    for actor in world.outsiders() {
        assert_refused(rotate(store, &actor, &next, &first.refresh_digest).await);
    }
    for may in [permit(&Actor::System, Verb::Update, &other), permit(&Actor::System, Verb::Read, &first)] {
        let mut work = begin(store, &Actor::System).await;
        let rotation = work.sessions().rotate(&may, &next, &first.refresh_digest).await;
        assert_refused(land(work, rotation).await);
    }
    assert_eq!(session_seen_by(store, &Actor::System, first.id).await, Some(first));
}

/// A session whose token was replaced is ended like any other, and keeps both digests.
pub async fn a_rotated_session_is_revoked(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    add_session(store, &first).await.unwrap();
    let second = rotated(&first, "second", 5);
    rotate(store, &Actor::System, &second, &first.refresh_digest).await.unwrap();
    let mut work = begin(store, &world.as_client()).await;
    let mut seen = work.sessions().get(first.id).await.unwrap().unwrap();
    seen.revoke(at(7));
    work.sessions().revoke(&permit(&world.as_client(), Verb::Delete, &seen), &seen).await.unwrap();
    work.commit().await.unwrap();
    let revoked = Session { revoked_at: Some(at(7)), ..second };
    assert_eq!(found(store, &first.refresh_digest).await, Some(revoked));
}

/// The session with a successor in the place of its token.
fn rotated(session: &Session, token: &str, seconds: i64) -> Session {
    let mut rotated = session.clone();
    let successor = NumberedTokens::digest_of(&format!("{token} of {}", session.id));
    rotated.rotate(successor, at(seconds));
    rotated
}

async fn found(store: &dyn Store, digest: &TokenDigest) -> Option<Session> {
    begin_read(store, &Actor::System).await.sessions().find_by_digest(digest).await.unwrap()
}

/// Rotates a session in a unit of this actor, with a permit of the program.
async fn rotate(
    store: &dyn Store,
    actor: &Actor,
    session: &Session,
    from: &TokenDigest,
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let may = permit(&Actor::System, Verb::Update, session);
    let rotation = work.sessions().rotate(&may, session, from).await;
    land(work, rotation).await
}

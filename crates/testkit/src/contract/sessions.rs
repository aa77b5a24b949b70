//! Sessions.

use kairo_domain::{Actor, Session, SessionId, TokenDigest, User, UserId, Verb};
use kairo_ports::{Store, StoreError};

use super::steps::{
    World, add_session, assert_missing, assert_out_of_reach, assert_refused, assert_stale, assert_taken,
    begin, begin_read, land, session_seen_by,
};
use crate::builders::{at, full_session, next_id, permit, session};
use crate::fakes::NumberedTokens;

/// Every field comes back as it was given.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    for session in [full_session(world.client.id).build(), session(world.client.id).build()] {
        add_session(store, &session).await.unwrap();
        assert_eq!(session_seen_by(store, &Actor::System, session.id).await, Some(session));
    }
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let session = session(world.client.id).build();
    let mut work = begin(store, &Actor::System).await;
    work.sessions().add(&permit(&Actor::System, Verb::Create, &session), &session).await.unwrap();
    assert_eq!(work.sessions().get(session.id).await.unwrap().as_ref(), Some(&session));
    drop(work);
    assert_eq!(session_seen_by(store, &Actor::System, session.id).await, None);
}

/// The program finds a session by its digest, a revoked one too: that is how a stolen token is noticed.
pub async fn a_session_is_found_by_its_digest(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (alive, revoked) = (session(world.client.id).build(), full_session(world.client.id).build());
    for session in [&alive, &revoked] {
        add_session(store, session).await.unwrap();
    }
    let mut work = begin_read(store, &Actor::System).await;
    for session in [alive, revoked] {
        let found = work.sessions().find_by_digest(&session.refresh_digest).await.unwrap();
        assert_eq!(found, Some(session));
    }
    let unknown = NumberedTokens::digest_of("unknown");
    assert_eq!(work.sessions().find_by_digest(&unknown).await.unwrap(), None);
}

/// Nobody else looks for digests.
pub async fn only_the_program_looks_for_digests(store: &dyn Store) {
    let world = World::in_store(store).await;
    let session = session(world.client.id).build();
    add_session(store, &session).await.unwrap();
    for actor in [world.as_admin(), world.as_team(), world.as_client(), Actor::Visitor] {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.sessions().find_by_digest(&session.refresh_digest).await.map(drop));
    }
}

/// The digest is for the program alone; everybody else reads zeros.
pub async fn the_digest_is_zeros_for_everybody_else(store: &dyn Store) {
    let world = World::in_store(store).await;
    let session = session(world.client.id).build();
    add_session(store, &session).await.unwrap();
    let shown = without_digest(&session);
    for actor in [world.as_client(), world.as_admin()] {
        assert_eq!(session_seen_by(store, &actor, session.id).await.as_ref(), Some(&shown), "{actor:?}");
        assert_eq!(of_user(store, &actor, &world.client).await, std::slice::from_ref(&shown), "{actor:?}");
    }
    assert_eq!(of_user(store, &Actor::System, &world.client).await, [session]);
}

/// Everybody sees their own sessions, an administrator all of them.
pub async fn everybody_sees_their_own_sessions(store: &dyn Store) {
    let world = World::in_store(store).await;
    for user in [&world.admin, &world.team, &world.client] {
        let session = session(user.id).build();
        add_session(store, &session).await.unwrap();
        for (actor, seen) in [
            (world.as_admin(), true),
            (world.as_team(), user.id == world.team.id),
            (world.as_client(), user.id == world.client.id),
            (world.as_rival(), false),
            (Actor::Visitor, false),
        ] {
            assert_eq!(session_seen_by(store, &actor, session.id).await.is_some(), seen, "{actor:?}");
            assert_eq!(of_user(store, &actor, user).await.len(), usize::from(seen), "{actor:?}");
        }
    }
}

/// The sessions of a user that were not revoked, the latest first.
pub async fn the_latest_session_comes_first(store: &dyn Store) {
    let world = World::in_store(store).await;
    let opened = |seconds| session(world.client.id).with(|session| session.created_at = at(seconds)).build();
    let sessions = [opened(2), opened(1), opened(3), opened(3)];
    for session in &sessions {
        add_session(store, session).await.unwrap();
    }
    add_session(store, &full_session(world.client.id).build()).await.unwrap();
    add_session(store, &session(world.rival.id).build()).await.unwrap();
    let ids = |sessions: &[Session]| sessions.iter().map(|session| session.id).collect::<Vec<_>>();
    let [second, third, early, late] = sessions;
    let met = of_user(store, &world.as_client(), &world.client).await;
    assert_eq!(ids(&met), ids(&[late, early, second, third]));
}

/// An id that nobody has is no error.
pub async fn an_unknown_session_is_not_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    assert_eq!(session_seen_by(store, &Actor::System, SessionId::from_uuid(next_id())).await, None);
    assert!(of_user(store, &Actor::System, &world.client).await.is_empty());
}

/// An id belongs to one session.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    add_session(store, &first).await.unwrap();
    let rival = session(world.rival.id).with(|session| session.id = first.id).build();
    assert_taken(add_session(store, &rival).await, "id");
    assert_eq!(session_seen_by(store, &Actor::System, first.id).await, Some(first));
}

/// So does a digest, among the revoked ones too.
pub async fn a_digest_cannot_be_taken_twice(store: &dyn Store) {
    let world = World::in_store(store).await;
    let revoked = full_session(world.client.id).build();
    add_session(store, &revoked).await.unwrap();
    let digest = revoked.refresh_digest;
    let rival = session(world.rival.id).with(|session| session.refresh_digest = digest).build();
    assert_taken(add_session(store, &rival).await, "refreshToken");
}

/// Nor can two units have it.
pub async fn a_digest_cannot_be_taken_by_two_units(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    let digest = first.refresh_digest.clone();
    let rival = session(world.rival.id).with(|session| session.refresh_digest = digest).build();
    let system = Actor::System;
    let (mut one, mut other) = (begin(store, &system).await, begin(store, &system).await);
    one.sessions().add(&permit(&system, Verb::Create, &first), &first).await.unwrap();
    one.commit().await.unwrap();
    let added = other.sessions().add(&permit(&system, Verb::Create, &rival), &rival).await;
    assert_taken(land(other, added).await, "refreshToken");
}

/// A session belongs to a user who exists.
pub async fn a_user_who_is_not_there_is_missing(store: &dyn Store) {
    let session = session(UserId::from_uuid(next_id())).build();
    assert_missing(add_session(store, &session).await, "userId");
    assert_eq!(session_seen_by(store, &Actor::System, session.id).await, None);
}

/// Sessions are opened by the program, whoever was permitted to.
pub async fn only_the_program_adds_sessions(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_admin(), world.as_team(), world.as_client(), Actor::Visitor] {
        let session = session(world.client.id).build();
        let mut work = begin(store, &actor).await;
        let added = work.sessions().add(&permit(&Actor::System, Verb::Create, &session), &session).await;
        assert_out_of_reach(land(work, added).await);
        assert_eq!(session_seen_by(store, &Actor::System, session.id).await, None, "{actor:?}");
    }
}

/// A permit says for what it is.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (session, other) = (session(world.client.id).build(), session(world.client.id).build());
    let mut work = begin(store, &Actor::System).await;
    let added = work.sessions().add(&permit(&Actor::System, Verb::Create, &other), &session).await;
    assert_refused(land(work, added).await);
    add_session(store, &session).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    let may = permit(&Actor::System, Verb::Delete, &other);
    let revoked = work.sessions().revoke(&may, &revoked_at(&session, 5)).await;
    assert_refused(land(work, revoked).await);
}

/// Who ends an own session keeps the record of it, digest included.
pub async fn an_own_session_is_revoked(store: &dyn Store) {
    let world = World::in_store(store).await;
    let session = session(world.client.id).build();
    add_session(store, &session).await.unwrap();
    let mut seen = session_seen_by(store, &world.as_client(), session.id).await.unwrap();
    seen.revoke(at(5));
    revoke(store, &world.as_client(), &seen).await.unwrap();

    assert_eq!(session_seen_by(store, &world.as_client(), session.id).await, Some(seen));
    assert!(of_user(store, &world.as_client(), &world.client).await.is_empty());
    let kept = session_seen_by(store, &Actor::System, session.id).await;
    assert_eq!(kept, Some(revoked_at(&session, 5)));
}

/// An administrator and the program end any session.
pub async fn an_administrator_revokes_any_session(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_admin(), Actor::System] {
        let session = session(world.client.id).build();
        add_session(store, &session).await.unwrap();
        revoke(store, &actor, &revoked_at(&session, 5)).await.unwrap();
        let kept = session_seen_by(store, &Actor::System, session.id).await;
        assert_eq!(kept, Some(revoked_at(&session, 5)), "{actor:?}");
    }
}

/// A session is ended once; the first instant stays.
pub async fn a_session_is_revoked_once(store: &dyn Store) {
    let world = World::in_store(store).await;
    let session = session(world.client.id).build();
    add_session(store, &session).await.unwrap();
    revoke(store, &world.as_client(), &revoked_at(&session, 5)).await.unwrap();
    assert_stale(revoke(store, &world.as_client(), &revoked_at(&session, 6)).await);
    let kept = session_seen_by(store, &Actor::System, session.id).await;
    assert_eq!(kept, Some(revoked_at(&session, 5)));
}

/// Of two units that end the same session, one does.
pub async fn two_units_cannot_both_revoke(store: &dyn Store) {
    let world = World::in_store(store).await;
    let session = session(world.client.id).build();
    add_session(store, &session).await.unwrap();
    let client = world.as_client();
    let (mut one, mut other) = (begin(store, &client).await, begin(store, &client).await);
    let seen = other.sessions().get(session.id).await.unwrap().unwrap();
    let may = permit(&client, Verb::Delete, &seen);
    one.sessions().revoke(&may, &revoked_at(&seen, 5)).await.unwrap();
    one.commit().await.unwrap();
    let revoked = other.sessions().revoke(&may, &revoked_at(&seen, 6)).await;
    assert_stale(land(other, revoked).await);
}

/// What cannot be seen cannot be ended, whoever was permitted to; nor what is not there.
pub async fn nobody_revokes_what_they_cannot_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    let known = session(world.client.id).build();
    add_session(store, &known).await.unwrap();
    for actor in [world.as_team(), world.as_rival()] {
        assert_stale(revoke(store, &actor, &revoked_at(&known, 5)).await);
    }
    assert_out_of_reach(revoke(store, &Actor::Visitor, &revoked_at(&known, 5)).await);
    assert_stale(revoke(store, &Actor::System, &full_session(world.client.id).build()).await);
    assert_eq!(session_seen_by(store, &Actor::System, known.id).await, Some(known));
}

fn without_digest(session: &Session) -> Session {
    Session { refresh_digest: TokenDigest::parse(&"0".repeat(64)).unwrap(), ..session.clone() }
}

fn revoked_at(session: &Session, seconds: i64) -> Session {
    Session { revoked_at: Some(at(seconds)), ..session.clone() }
}

async fn of_user(store: &dyn Store, actor: &Actor, user: &User) -> Vec<Session> {
    begin_read(store, actor).await.sessions().of_user(user.id).await.unwrap()
}

/// Revokes a session in a unit of this actor, with a permit of somebody who may.
async fn revoke(store: &dyn Store, actor: &Actor, session: &Session) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let revoked = work.sessions().revoke(&permit(&Actor::System, Verb::Delete, session), session).await;
    land(work, revoked).await
}

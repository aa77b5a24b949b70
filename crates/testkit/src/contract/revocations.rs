//! The log of what makes access tokens invalid before their time.
//!
//! What was told before may be told again, so a case asks whether something is told at all.

use kairo_domain::{Actor, Permit, Revocation, Role, Session, User, UserRecord, Verb};
use kairo_ports::{Mark, Store};

use super::aggregates::{self, Aggregate};
use super::steps::{World, add_session, add_user, assert_refused, begin, begin_read, boss, save_user};
use crate::builders::{admin, at, permit, session};

/// Where nothing happened, nothing is told, and there is a mark all the same.
pub async fn an_empty_log_has_a_mark(store: &dyn Store) {
    let (told, mark) = since(store, None).await;
    assert_eq!(told, []);
    assert_eq!(since(store, Some(&mark)).await.0, []);
}

/// A session that is ended is told, whoever ends it.
pub async fn an_ended_session_is_told(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_client(), world.as_admin(), Actor::System] {
        let mark = since(store, None).await.1;
        let mut ended = session(world.client.id).build();
        add_session(store, &ended).await.unwrap();
        ended.revoke(at(5));
        revoke(store, &actor, &ended).await;
        assert!(since(store, Some(&mark)).await.0.contains(&Revocation::Session(ended.id)), "{actor:?}");
        assert!(since(store, None).await.0.contains(&Revocation::Session(ended.id)), "{actor:?}");
    }
}

/// A session that was opened or rotated is not told.
pub async fn a_living_session_is_not_told(store: &dyn Store) {
    let world = World::in_store(store).await;
    let first = session(world.client.id).build();
    add_session(store, &first).await.unwrap();
    let mut next = first.clone();
    next.rotate(crate::fakes::NumberedTokens::digest_of("next"), at(5));
    let mut work = begin(store, &Actor::System).await;
    let may = permit(&Actor::System, Verb::Update, &next);
    work.sessions().rotate(&may, &next, &first.refresh_digest).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(since(store, None).await.0, []);
}

/// A new role, a new company, a suspension, its end, and a deletion are told, with how the user stands now.
pub async fn a_change_of_standing_is_told(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_user(store, &admin("Second").build()).await.unwrap();
    let mut user = UserRecord::clone(&world.client);
    let changes: [fn(&mut UserRecord, &World); 5] = [
        |user, _| user.role = Role::Team,
        |user, world| user.company = Some(world.globex.id),
        |user, _| user.suspended_at = Some(at(7)),
        |user, _| user.suspended_at = None,
        |user, _| user.deleted_at = Some(at(8)),
    ];
    let verbs = [Verb::ChangeRole, Verb::Update, Verb::Update, Verb::Update, Verb::Delete];
    for (number, (change, verb)) in changes.into_iter().zip(verbs).enumerate() {
        let mark = since(store, None).await.1;
        change(&mut user, &world);
        user.version = user.version.next();
        let changed = User::restore(user.clone());
        save_user(store, &boss(), verb, &changed).await.unwrap();
        let expected = Revocation::User(changed.id, changed.standing());
        assert!(since(store, Some(&mark)).await.0.contains(&expected), "change {number}");
    }
}

/// What is told of a user is how it stands when it is asked, not how it stood when it changed.
pub async fn a_user_is_told_as_it_stands_now(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut changed = world.client.clone();
    changed.change_role(Role::Team, at(5)).unwrap();
    save_user(store, &boss(), Verb::ChangeRole, &changed).await.unwrap();
    changed.suspend(at(6)).unwrap();
    save_user(store, &boss(), Verb::Update, &changed).await.unwrap();
    let told = since(store, None).await.0;
    assert!(!told.is_empty());
    assert!(told.iter().all(|told| *told == Revocation::User(changed.id, None)), "{told:?}");
}

/// What access tokens do not repeat is not told: a new user, a new name, a new address, a password.
pub async fn an_ordinary_change_is_not_told(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut user = world.client.changed("Renamed");
    aggregates::save(store, &user).await.unwrap();
    user.change_email(crate::builders::email("cleo@example.org"), at(5));
    aggregates::save(store, &user).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    let hash = kairo_ports::PasswordHash::new("secret".to_owned());
    work.users()
        .set_password_hash(&permit(&Actor::System, Verb::Update, &user), user.id, &hash)
        .await
        .unwrap();
    work.commit().await.unwrap();
    aggregates::save(store, &world.acme.changed("Renamed")).await.unwrap();
    assert_eq!(since(store, None).await.0, []);
}

/// What was never committed is not told.
pub async fn nothing_is_told_without_commit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (ended, may) = ended_session(store, &world).await;
    let mut work = begin(store, &Actor::System).await;
    work.sessions().revoke(&may, &ended).await.unwrap();
    assert_eq!(since(store, None).await.0, []);
    drop(work);
    assert_eq!(since(store, None).await.0, []);
}

/// Nothing is missed, however long its unit was open: not even when the mark was taken in between.
pub async fn what_was_open_at_the_mark_is_told_later(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (slow, may_slow) = ended_session(store, &world).await;
    let (quick, may_quick) = ended_session(store, &world).await;
    let mut work = begin(store, &Actor::System).await;
    work.sessions().revoke(&may_slow, &slow).await.unwrap();
    let mut other = begin(store, &Actor::System).await;
    other.sessions().revoke(&may_quick, &quick).await.unwrap();
    other.commit().await.unwrap();

    let (told, mark) = since(store, None).await;
    assert_eq!(told, [Revocation::Session(quick.id)]);
    work.commit().await.unwrap();
    let (told, mark) = since(store, Some(&mark)).await;
    assert!(told.contains(&Revocation::Session(slow.id)));
    let (late, may_late) = ended_session(store, &world).await;
    let mut work = begin(store, &Actor::System).await;
    work.sessions().revoke(&may_late, &late).await.unwrap();
    work.commit().await.unwrap();
    assert!(since(store, Some(&mark)).await.0.contains(&Revocation::Session(late.id)));
}

/// A unit that ends a session and asks in between does not hide what others end meanwhile.
pub async fn an_own_revocation_hides_no_other(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (own, may_own) = ended_session(store, &world).await;
    let (other, may_other) = ended_session(store, &world).await;
    let mut work = begin(store, &Actor::System).await;
    work.sessions().revoke(&may_own, &own).await.unwrap();
    let (_, mark) = work.revocations().since(None).await.unwrap();
    let mut unit = begin(store, &Actor::System).await;
    unit.sessions().revoke(&may_other, &other).await.unwrap();
    unit.commit().await.unwrap();
    work.commit().await.unwrap();
    let told = since(store, Some(&mark)).await.0;
    for session in [own, other] {
        assert!(told.contains(&Revocation::Session(session.id)));
    }
}

/// Nobody but the program reads the log.
pub async fn only_the_program_reads_the_log(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in world.outsiders() {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.revocations().since(None).await.map(drop));
    }
}

/// A stored session as it will be once it is ended, and the permit to end it.
async fn ended_session(store: &dyn Store, world: &World) -> (Session, Permit) {
    let living = session(world.client.id).build();
    add_session(store, &living).await.unwrap();
    let may = permit(&Actor::System, Verb::Delete, &living);
    (Session { revoked_at: Some(at(5)), ..living }, may)
}

async fn revoke(store: &dyn Store, actor: &Actor, session: &Session) {
    let mut work = begin(store, actor).await;
    work.sessions().revoke(&permit(actor, Verb::Delete, session), session).await.unwrap();
    work.commit().await.unwrap();
}

async fn since(store: &dyn Store, mark: Option<&Mark>) -> (Vec<Revocation>, Mark) {
    begin_read(store, &Actor::System).await.revocations().since(mark).await.unwrap()
}

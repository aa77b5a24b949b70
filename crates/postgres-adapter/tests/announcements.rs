//! What any process commits is heard, and a time of deafness is told.

use std::time::Duration;

use kairo_domain::{Actor, Letter, LetterId, Role, User, UserId, UserRecord, Verb};
use kairo_ports::Store;
use kairo_postgres::{Announcement, Announcements, PgOptions, PgStore};
use kairo_testkit::builders::{admin, at, next_id, permit, session, user};
use kairo_testkit::chaos::ChaosProxy;
use tokio::time::timeout;

use crate::support::{connect, connect_owner, execute, fresh_store, migrated_database, store_of, until};

/// In which something has to be heard.
const SOON: Duration = Duration::from_secs(10);

async fn next(announcements: &mut Announcements) -> Announcement {
    /// Whoever listens does it in a task of its own.
    const fn fits_a_task<F: Future + Send>(future: F) -> F {
        future
    }
    timeout(SOON, fits_a_task(announcements.next())).await.unwrap()
}

/// Announcements of a store that listen already.
async fn listening(store: &PgStore) -> Announcements {
    let mut announcements = store.announcements();
    assert_eq!(next(&mut announcements).await, Announcement::Reconnected);
    announcements
}

async fn post(store: &PgStore) {
    let letter = Letter::Welcome(UserId::from_uuid(next_id()));
    let mut work = store.begin(&Actor::System).await.unwrap();
    work.letters().post(LetterId::from_uuid(next_id()), &letter, at(0)).await.unwrap();
    work.commit().await.unwrap();
}

async fn add(store: &PgStore, user: &User) {
    let mut work = store.begin(&Actor::System).await.unwrap();
    work.users().add(&permit(&Actor::System, Verb::Create, user), user).await.unwrap();
    work.commit().await.unwrap();
}

#[tokio::test]
async fn a_letter_is_announced() {
    let store = fresh_store().await;
    let mut announcements = listening(&store).await;
    post(&store).await;
    assert_eq!(next(&mut announcements).await, Announcement::Letters);
}

#[tokio::test]
async fn the_end_of_a_session_is_announced_and_an_edit_is_not() {
    let store = fresh_store().await;
    let (system, ada) = (Actor::System, user(Role::Team, "Ada").build());
    add(&store, &ada).await;
    let mut session = session(ada.id).build();
    let mut work = store.begin(&system).await.unwrap();
    work.sessions().add(&permit(&system, Verb::Create, &session), &session).await.unwrap();
    work.commit().await.unwrap();
    let mut announcements = listening(&store).await;

    let renamed =
        User::restore(UserRecord { name: None, version: ada.version.next(), ..UserRecord::clone(&ada) });
    let mut work = store.begin(&system).await.unwrap();
    work.users().save(&permit(&system, Verb::Update, &renamed), &renamed).await.unwrap();
    work.commit().await.unwrap();
    // Announcements come in the order of the commits, so nothing was said of the edit before this.
    post(&store).await;
    assert_eq!(next(&mut announcements).await, Announcement::Letters);

    session.revoke(at(1));
    let mut work = store.begin(&system).await.unwrap();
    work.sessions().revoke(&permit(&system, Verb::Delete, &session), &session).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(next(&mut announcements).await, Announcement::Revocations);
}

#[tokio::test]
async fn a_change_by_hand_is_announced() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    add(&store, &user(Role::Team, "Ada").build()).await;
    add(&store, &admin("Grace").build()).await;
    let mut announcements = listening(&store).await;
    let mut direct = connect_owner(&database).await;
    execute(&mut direct, "SET ROLE kairo_direct").await;
    for change in
        ["UPDATE users SET role = 'CLIENT' WHERE role = 'TEAM'", "DELETE FROM users WHERE role = 'CLIENT'"]
    {
        execute(&mut direct, change).await;
        assert_eq!(next(&mut announcements).await, Announcement::Revocations, "{change}");
    }
}

#[tokio::test]
async fn a_connection_that_was_ended_comes_back_and_says_so() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let mut announcements = listening(&store).await;
    let mut watcher = connect(database.url()).await;
    for _ in 0..3 {
        execute(
            &mut watcher,
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                               WHERE datname = current_database() AND query LIKE 'LISTEN%'",
        )
        .await;
        assert_eq!(next(&mut announcements).await, Announcement::Reconnected);
        post(&store).await;
        assert_eq!(next(&mut announcements).await, Announcement::Letters);
    }
}

#[tokio::test]
async fn a_connection_that_went_silent_is_replaced() {
    let database = migrated_database().await;
    let (_, rest) = database.url().split_once('@').unwrap();
    let (address, _) = rest.split_once('/').unwrap();
    let proxy = ChaosProxy::before(address).await;
    let mut options = PgOptions::new(proxy.url_through(database.url()));
    options.heartbeat = Duration::from_millis(50);
    options.acquire_timeout = Duration::from_millis(300);
    let store = PgStore::connect(options).await.unwrap();
    let mut announcements = listening(&store).await;
    let mut watcher = connect(database.url()).await;
    // It is asked, and answers, and hears all the same.
    let asked = until(
        &mut watcher,
        "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                    AND query LIKE '%announcements.hear%')",
    );
    tokio::select! {
        said = announcements.next() => panic!("nobody said anything: {said:?}"),
        () = asked => {}
    }
    post(&store).await;
    assert_eq!(next(&mut announcements).await, Announcement::Letters);
    proxy.pause();
    let deaf = timeout(Duration::from_secs(1), announcements.next()).await;
    assert!(deaf.is_err(), "{deaf:?}");
    proxy.resume();
    assert_eq!(next(&mut announcements).await, Announcement::Reconnected);
}

//! What a unit that writes has asked for stays as it was told until the unit ends.

use std::time::Duration;

use kairo_domain::{Actor, Attempts, Role, Session, TokenDigest, User, Verb};
use kairo_ports::{Store, StoreError, UnitOfWork};
use kairo_postgres::{PgOptions, PgStore};
use kairo_testkit::builders::{actor_of, admin, at, permit, session, user};
use kairo_testkit::postgres::TestDatabase;

use crate::support::{connect, migrated_database, until};

/// Somebody waits for somebody else.
const WAITING: &str = "EXISTS (SELECT FROM pg_stat_activity
                               WHERE datname = current_database() AND wait_event_type = 'Lock')";

async fn store_that_waits(database: &TestDatabase, lock_timeout: Duration) -> PgStore {
    let options = PgOptions { lock_timeout, ..PgOptions::new(database.url()) };
    PgStore::connect(options).await.unwrap()
}

/// What the future gives when the unit is committed as soon as the future waits for it.
async fn after<T>(database: &TestDatabase, unit: Box<dyn UnitOfWork>, late: impl Future<Output = T>) -> T {
    let mut watcher = connect(database.url()).await;
    let ending = async {
        until(&mut watcher, WAITING).await;
        unit.commit().await.unwrap();
    };
    tokio::join!(late, ending).0
}

fn key(digit: &str) -> TokenDigest {
    TokenDigest::parse(&digit.repeat(64)).unwrap()
}

#[tokio::test]
async fn who_asks_for_a_key_waits_for_whoever_asked_before() {
    let database = migrated_database().await;
    let store = store_that_waits(&database, Duration::from_secs(30)).await;
    // Nobody has failed yet, so there is no row to lock.
    let mut one = store.begin(&Actor::System).await.unwrap();
    assert_eq!(one.attempts().of(&[key("a"), key("b")]).await.unwrap(), [None, None]);
    one.attempts().failed(&[key("a")], at(1)).await.unwrap();
    let mut two = store.begin(&Actor::System).await.unwrap();
    let keys = [key("c"), key("a")];
    let seen = after(&database, one, two.attempts().of(&keys)).await.unwrap();
    assert_eq!(seen, [None, Some(Attempts { failures: 1, last_at: at(1) })]);
}

#[tokio::test]
async fn keys_are_held_against_units_that_write() {
    let database = migrated_database().await;
    let store = store_that_waits(&database, Duration::from_millis(100)).await;
    let mut one = store.begin(&Actor::System).await.unwrap();
    one.attempts().of(&[key("a"), key("a"), key("b")]).await.unwrap();
    // Asking again, for more, is no obstacle to oneself.
    one.attempts().of(&[key("b"), key("c")]).await.unwrap();
    for held in ["a", "b", "c"] {
        let mut two = store.begin(&Actor::System).await.unwrap();
        let late = two.attempts().of(&[key(held)]).await;
        assert!(matches!(late, Err(StoreError::Contention(Some(_)))), "{held}: {late:?}");
    }
    let mut reading = store.begin_read(&Actor::System).await.unwrap();
    reading.attempts().of(&[key("a")]).await.unwrap();
    let mut other = store.begin(&Actor::System).await.unwrap();
    other.attempts().of(&[key("d")]).await.unwrap();
    drop(one);
    let mut two = store.begin(&Actor::System).await.unwrap();
    two.attempts().of(&[key("a")]).await.unwrap();
}

#[tokio::test]
async fn two_that_ask_for_the_same_keys_never_wait_in_a_circle() {
    let database = migrated_database().await;
    let store = store_that_waits(&database, Duration::from_secs(30)).await;
    let keys: Vec<TokenDigest> = ["a", "b", "c", "d", "e", "f"].map(key).into();
    let asking = |turned: bool| {
        let (store, mut keys) = (&store, keys.clone());
        if turned {
            keys.reverse();
        }
        async move {
            let mut work = store.begin(&Actor::System).await.unwrap();
            work.attempts().of(&keys).await.unwrap();
            work.attempts().failed(&keys, at(1)).await.unwrap();
            work.commit().await.unwrap();
        }
    };
    futures_util::future::join_all((0..20).map(|turn| asking(turn % 2 == 0))).await;
    let mut work = store.begin_read(&Actor::System).await.unwrap();
    let counted = Some(Attempts { failures: 20, last_at: at(1) });
    assert_eq!(work.attempts().of(&keys).await.unwrap(), vec![counted; 6]);
}

#[tokio::test]
async fn as_many_failures_are_taken_back_as_a_key_is_named() {
    let database = migrated_database().await;
    let store = store_that_waits(&database, Duration::from_secs(30)).await;
    let mut work = store.begin(&Actor::System).await.unwrap();
    let (three, two, one) = (key("a"), key("b"), key("c"));
    for keys in [vec![three.clone(), two.clone(), one.clone()], vec![three.clone(), two.clone()]] {
        work.attempts().failed(&keys, at(1)).await.unwrap();
    }
    work.attempts().failed(std::slice::from_ref(&three), at(1)).await.unwrap();
    let keys = [three.clone(), two.clone(), one.clone(), three, two, one, key("d")];
    work.attempts().take_back(&keys).await.unwrap();
    let left = work.attempts().of(&keys[..3]).await.unwrap();
    assert_eq!(left, [Some(Attempts { failures: 1, last_at: at(1) }), None, None]);
}

/// Everybody who may end sessions, each with two of their own.
struct Scene {
    database: TestDatabase,
    store: PgStore,
    users: [User; 3],
    sessions: Vec<Session>,
}

async fn scene(lock_timeout: Duration) -> Scene {
    let database = migrated_database().await;
    let store = store_that_waits(&database, lock_timeout).await;
    let users = [admin("Grace").build(), user(Role::Team, "Tim").build(), user(Role::Client, "Cleo").build()];
    let mut work = store.begin(&Actor::System).await.unwrap();
    let mut sessions = Vec::new();
    for user in &users {
        work.users().add(&permit(&Actor::System, Verb::Create, user), user).await.unwrap();
        for seconds in [2, 1] {
            let session = session(user.id).with(|session| session.created_at = at(seconds)).build();
            work.sessions().add(&permit(&Actor::System, Verb::Create, &session), &session).await.unwrap();
            sessions.push(session);
        }
    }
    work.commit().await.unwrap();
    Scene { database, store, users, sessions }
}

impl Scene {
    /// Each user and the program, with the two sessions that it ends.
    fn turns(&self) -> Vec<(Actor, User, [&Session; 2])> {
        let own = |user: &User| {
            let sessions: Vec<_> = self.sessions.iter().filter(|session| session.user == user.id).collect();
            [sessions[0], sessions[1]]
        };
        self.users.iter().map(|user| (actor_of(user), user.clone(), own(user))).collect()
    }
}

async fn end(work: &mut dyn UnitOfWork, session: &Session) -> Result<(), StoreError> {
    let ended = Session { revoked_at: Some(at(5)), ..session.clone() };
    work.sessions().revoke(&permit(&Actor::System, Verb::Delete, session), &ended).await
}

#[tokio::test]
async fn who_ends_all_sessions_passes_over_one_that_was_just_ended() {
    let scene = scene(Duration::from_secs(30)).await;
    for (actor, user, [late, early]) in scene.turns() {
        let mut one = scene.store.begin(&actor).await.unwrap();
        end(&mut *one, late).await.unwrap();
        let mut two = scene.store.begin(&actor).await.unwrap();
        let left = after(&scene.database, one, two.sessions().of_user(user.id)).await.unwrap();
        assert_eq!(left.iter().map(|session| session.id).collect::<Vec<_>>(), [early.id], "{actor:?}");
        end(&mut *two, early).await.unwrap();
        two.commit().await.unwrap();
    }
}

#[tokio::test]
async fn the_program_passes_over_one_that_its_owner_has_just_ended() {
    let scene = scene(Duration::from_secs(30)).await;
    let (actor, user, [late, early]) = scene.turns().remove(2);
    let mut one = scene.store.begin(&actor).await.unwrap();
    end(&mut *one, early).await.unwrap();
    let mut two = scene.store.begin(&Actor::System).await.unwrap();
    let left = after(&scene.database, one, two.sessions().of_user(user.id)).await.unwrap();
    assert_eq!(left, std::slice::from_ref(late));
}

#[tokio::test]
async fn sessions_that_a_writing_unit_has_seen_are_held() {
    let scene = scene(Duration::from_millis(100)).await;
    let everybody = scene.turns().into_iter().map(|(actor, user, _)| (actor, user));
    let system = (Actor::System, scene.users[0].clone());
    for (actor, user) in everybody.chain([system]) {
        let mut one = scene.store.begin(&actor).await.unwrap();
        let seen = one.sessions().of_user(user.id).await.unwrap();
        assert_eq!(seen.len(), 2, "{actor:?}");
        let mut two = scene.store.begin(&actor).await.unwrap();
        let late = end(&mut *two, &seen[0]).await;
        assert!(matches!(late, Err(StoreError::Contention(Some(_)))), "{actor:?}: {late:?}");
        let mut reading = scene.store.begin_read(&actor).await.unwrap();
        assert_eq!(reading.sessions().of_user(user.id).await.unwrap(), seen, "{actor:?}");
    }
    let mut visitor = scene.store.begin(&Actor::Visitor).await.unwrap();
    assert_eq!(visitor.sessions().of_user(scene.users[0].id).await.unwrap(), []);
}

//! What is kept on the way to an account: who may touch it, and who waits for whom.

use std::time::Duration;

use kairo_domain::{Actor, Letter, LetterId, Role, TokenDigest, UserId, Verb};
use kairo_ports::{Store, StoreError};
use kairo_postgres::{PgOptions, PgStore};
use kairo_testkit::builders::{actor_of, api_key, at, next_id, permit, second_factor, user};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::{connect_owner, execute, fresh_store, migrated_database, store_of};

const PRIVATE: [&str; 7] = [
    "kairo.sign_ups",
    "kairo.email_changes",
    "kairo.one_time_tokens",
    "kairo.second_factors",
    "kairo.attempts",
    "kairo.letters",
    "kairo.revocations",
];

async fn may(connection: &mut PgConnection, role: &str, statement: &str) -> bool {
    execute(connection, &format!("BEGIN; SET LOCAL ROLE {role}")).await;
    let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut *connection).await;
    execute(connection, "ROLLBACK").await;
    let refused =
        |error: sqlx::Error| error.as_database_error().and_then(|said| said.code().map(String::from));
    let code = done.err().map(refused);
    assert!(
        matches!(code.as_ref().map(Option::as_deref), None | Some(Some("42501"))),
        "{statement}: {code:?}"
    );
    code.is_none()
}

#[tokio::test]
async fn only_the_program_itself_touches_what_is_private() {
    let database = migrated_database().await;
    let mut connection = connect_owner(&database).await;
    for table in PRIVATE {
        let statements = [format!("SELECT FROM {table}"), format!("DELETE FROM {table}")];
        for (role, statement) in
            roles().flat_map(|role| statements.each_ref().map(|statement| (role, statement)))
        {
            assert_eq!(
                may(&mut connection, role, statement).await,
                role == "kairo_system",
                "{role}: {statement}"
            );
        }
    }
}

#[tokio::test]
async fn a_letter_to_somebody_else_is_posted_by_few() {
    let database = migrated_database().await;
    let mut connection = connect_owner(&database).await;
    let me = next_id();
    execute(&mut connection, &format!("SELECT set_config('kairo.user', '{me}', false)")).await;
    let (own, other) = (format!("'{me}'"), "gen_random_uuid()");
    let (staff, users) =
        (&["kairo_team", "kairo_admin"][..], &["kairo_client", "kairo_team", "kairo_admin"][..]);
    for (kind, subject, address, posting) in [
        ("password_changed", own.as_str(), "NULL", users),
        ("session_reused", own.as_str(), "NULL", users),
        ("session_reused", other, "NULL", &[]),
        ("session_reused", "NULL", "NULL", &[]),
        ("session_reused", own.as_str(), "'ada@example.com'", &[]),
        ("invitation", other, "NULL", staff),
        ("invitation", other, "'ada@example.com'", &[]),
        ("welcome", other, "NULL", &staff[1..]),
        ("welcome", own.as_str(), "NULL", &staff[1..]),
        ("reset_password", "NULL", "'ada@example.com'", &[]),
        ("verify_address", other, "NULL", &[]),
        ("confirm_new_address", own.as_str(), "NULL", &[]),
        ("of_tomorrow", own.as_str(), "NULL", &[]),
    ] {
        let posted = format!(
            "INSERT INTO kairo.letters (id, kind, subject, address, created_at, due_at)
             VALUES (gen_random_uuid(), '{kind}', {subject}, {address}, now(), now())"
        );
        for role in roles() {
            let is_allowed = role == "kairo_system" || posting.contains(&role);
            assert_eq!(may(&mut connection, role, &posted).await, is_allowed, "{role}: {posted}");
        }
    }
}

#[tokio::test]
async fn who_makes_a_key_cannot_read_what_is_stored_of_it() {
    let database = migrated_database().await;
    let mut connection = connect_owner(&database).await;
    for role in roles() {
        let is_system = role == "kairo_system";
        assert_eq!(
            may(&mut connection, role, "SELECT digest FROM kairo.api_keys").await,
            is_system,
            "{role}"
        );
        let used = "UPDATE kairo.api_keys SET last_used_at = now()";
        assert_eq!(may(&mut connection, role, used).await, is_system, "{role}");
        let digest = "UPDATE kairo.api_keys SET digest = 'x'";
        assert!(!may(&mut connection, role, digest).await, "{role}");
    }
}

fn roles() -> impl Iterator<Item = &'static str> {
    ["kairo_system", "kairo_admin", "kairo_team", "kairo_client", "kairo_public", "kairo_direct"].into_iter()
}

#[tokio::test]
async fn a_key_for_somebody_else_is_refused() {
    let store = fresh_store().await;
    let (ada, bob) = (user(Role::Team, "Ada").build(), user(Role::Client, "Bob").build());
    add_users(&store, &[&ada, &bob]).await;
    let key = api_key(bob.id).build();
    let mut work = store.begin(&actor_of(&ada)).await.unwrap();
    let refused = work.api_keys().add(&permit(&Actor::System, Verb::Create, &key), &key).await;
    assert!(matches!(refused, Err(StoreError::Refused { .. })), "{refused:?}");
}

#[tokio::test]
async fn two_that_send_letters_take_different_ones() {
    let store = fresh_store().await;
    post(&store, 3).await;
    // The first has not committed while the second looks.
    let (mut one, mut two) =
        (store.begin(&Actor::System).await.unwrap(), store.begin(&Actor::System).await.unwrap());
    let first = one.letters().take(at(0), at(60), 1).await.unwrap();
    let others = two.letters().take(at(0), at(60), 10).await.unwrap();
    assert_eq!((first.len(), others.len()), (1, 2));
    assert!(!others.contains(&first[0]));
    one.commit().await.unwrap();
    two.commit().await.unwrap();
}

#[tokio::test]
async fn a_letter_that_this_program_does_not_know_is_passed_over() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    post(&store, 2).await;
    let mut owner = connect_owner(&database).await;
    execute(
        &mut owner,
        "UPDATE kairo.letters SET kind = 'of_tomorrow' WHERE id = (SELECT id FROM kairo.letters LIMIT 1)",
    )
    .await;
    let mut work = store.begin(&Actor::System).await.unwrap();
    assert_eq!(work.letters().take(at(0), at(60), 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_second_factor_is_held_by_one_unit() {
    let database = migrated_database().await;
    let options = PgOptions { lock_timeout: Duration::from_millis(100), ..PgOptions::new(database.url()) };
    let store = PgStore::connect(options).await.unwrap();
    let ada = user(Role::Team, "Ada").build();
    add_users(&store, &[&ada]).await;
    let factor = second_factor(ada.id).build();
    let mut work = store.begin(&Actor::System).await.unwrap();
    work.second_factors().put(&factor).await.unwrap();
    work.commit().await.unwrap();

    let mut one = store.begin(&Actor::System).await.unwrap();
    assert_eq!(one.second_factors().get(ada.id).await.unwrap().as_ref(), Some(&factor));
    let mut reading = store.begin_read(&Actor::System).await.unwrap();
    assert_eq!(reading.second_factors().get(ada.id).await.unwrap(), Some(factor));
    let mut two = store.begin(&Actor::System).await.unwrap();
    let late = two.second_factors().get(ada.id).await;
    assert!(matches!(late, Err(StoreError::Contention(Some(_)))), "{late:?}");
}

#[tokio::test]
async fn failures_with_a_key_named_twice_count_twice() {
    let store = fresh_store().await;
    let key = TokenDigest::parse(&"a".repeat(64)).unwrap();
    let mut work = store.begin(&Actor::System).await.unwrap();
    work.attempts().failed(&[key.clone(), key.clone()], at(0)).await.unwrap();
    let counted = work.attempts().of(std::slice::from_ref(&key)).await.unwrap();
    assert_eq!(counted[0].unwrap().failures, 2);
}

#[tokio::test]
async fn two_that_purge_pass_over_what_the_other_holds() {
    let store = fresh_store().await;
    let keys = ["a", "b", "c"].map(|digit| TokenDigest::parse(&digit.repeat(64)).unwrap());
    let mut work = store.begin(&Actor::System).await.unwrap();
    work.attempts().failed(&keys, at(0)).await.unwrap();
    work.commit().await.unwrap();
    let (mut one, mut two) =
        (store.begin(&Actor::System).await.unwrap(), store.begin(&Actor::System).await.unwrap());
    assert_eq!(one.expired().purge(at(60), 1).await.unwrap(), 1);
    assert_eq!(two.expired().purge(at(60), 10).await.unwrap(), 2);
    one.commit().await.unwrap();
    two.commit().await.unwrap();
}

async fn add_users(store: &PgStore, users: &[&kairo_domain::User]) {
    let mut work = store.begin(&Actor::System).await.unwrap();
    for user in users {
        work.users().add(&permit(&Actor::System, Verb::Create, *user), user).await.unwrap();
    }
    work.commit().await.unwrap();
}

async fn post(store: &PgStore, letters: usize) {
    let mut work = store.begin(&Actor::System).await.unwrap();
    for _ in 0..letters {
        let letter = Letter::Welcome(UserId::from_uuid(next_id()));
        work.letters().post(LetterId::from_uuid(next_id()), &letter, at(0)).await.unwrap();
    }
    work.commit().await.unwrap();
}

//! The demo data can be put in at any time.

use kairo_domain::{Actor, Email};
use kairo_ports::{PasswordHash, Store, StoreError};

use crate::support::{connect_owner, fresh_store, migrated_database, store_of};

fn accounts() -> Vec<(Email, PasswordHash)> {
    ["admin@kairo.example", "team@kairo.example", "client@kairo.example"]
        .map(|email| (Email::parse(email).unwrap(), PasswordHash::new(format!("hash of {email}"))))
        .to_vec()
}

#[tokio::test]
async fn twice_is_once() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    store.load_demo(&accounts()).await.unwrap();
    let mut connection = connect_owner(&database).await;
    let count = "SELECT (SELECT count(*) FROM companies), (SELECT count(*) FROM users), (SELECT count(*) FROM services), \
                 (SELECT count(*) FROM projects), (SELECT count(*) FROM automations), \
                 (SELECT count(*) FROM automation_runs), (SELECT count(*) FROM leads), \
                 (SELECT count(DISTINCT status) FROM leads), \
                 (SELECT count(*) FROM kairo.journal WHERE actor = 'direct')";
    type Counts = (i64, i64, i64, i64, i64, i64, i64, i64, i64);
    let first: Counts = sqlx::query_as(count).fetch_one(&mut connection).await.unwrap();
    assert_eq!((first.1, first.2, first.7), (3, 5, 5), "users, services, statuses of leads");
    assert!(first.3 >= 3 && first.4 >= 2 && first.5 >= 2, "projects, automations, runs: {first:?}");
    assert_eq!(first.8, 0, "nothing of it was done by hand");
    store.load_demo(&accounts()).await.unwrap();
    assert_eq!(sqlx::query_as::<_, Counts>(count).fetch_one(&mut connection).await.unwrap(), first);
}

#[tokio::test]
async fn the_accounts_have_the_passwords_that_were_given() {
    let store = fresh_store().await;
    store.load_demo(&accounts()).await.unwrap();
    let mut work = store.begin_read(&Actor::System).await.unwrap();
    for (email, hash) in accounts() {
        let found = work.users().find_credentials(&email).await.unwrap().unwrap();
        assert_eq!(found.password_hash, hash);
    }
}

#[tokio::test]
async fn an_account_that_is_not_there_undoes_everything() {
    let store = fresh_store().await;
    let nobody = (Email::parse("nobody@kairo.example").unwrap(), PasswordHash::unusable());
    let missing = store.load_demo(&[nobody]).await;
    assert!(matches!(missing, Err(StoreError::Missing { what: "email" })), "{missing:?}");
    let mut work = store.begin_read(&Actor::System).await.unwrap();
    assert!(work.users().find_by_email(&accounts()[0].0).await.unwrap().is_none());
}

//! Test databases are empty, apart from each other, cloned from templates, and gone afterwards.

#![expect(clippy::unwrap_used, reason = "a broken assumption ends the test")]

use kairo_testkit::chaos::ChaosProxy;
use kairo_testkit::postgres::{TemplateDatabase, TestDatabase, ephemeral_database};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};

static TEMPLATE: TemplateDatabase = TemplateDatabase::new();

async fn cloned() -> TestDatabase {
    TEMPLATE
        .cloned(async |url| {
            // Left open on purpose: preparing code may forget to close its pool.
            let mut connection = PgConnection::connect(url).await.unwrap();
            connection.execute("CREATE TABLE things AS SELECT 1 AS thing").await.unwrap();
            std::mem::forget(connection);
        })
        .await
}

async fn tables(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let count = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    let count = sqlx::query_scalar(count).fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

#[tokio::test]
async fn an_ephemeral_database_is_empty_and_gone_afterwards() {
    let database = ephemeral_database().await;
    assert_eq!(tables(database.url()).await, 0);
    let url = database.url().to_owned();
    drop(database);
    assert!(PgConnection::connect(&url).await.is_err());
}

#[tokio::test]
async fn a_clone_has_what_its_template_has() {
    let (one, other) = (cloned().await, cloned().await);
    let mut connection = PgConnection::connect(one.url()).await.unwrap();
    connection.execute("CREATE TABLE more ()").await.unwrap();
    assert_eq!((tables(one.url()).await, tables(other.url()).await), (2, 1));
}

#[tokio::test]
async fn a_template_is_shared_between_runtimes() {
    assert_eq!(tables(cloned().await.url()).await, 1);
}

#[tokio::test]
async fn a_database_behind_a_proxy_can_be_cut_off() {
    let database = ephemeral_database().await;
    let server = database.url().rsplit_once('@').unwrap().1.split('/').next().unwrap().to_owned();
    let proxy = ChaosProxy::before(server).await;
    let mut connection = PgConnection::connect(&proxy.url_through(database.url())).await.unwrap();
    connection.ping().await.unwrap();
    proxy.cut();
    assert!(connection.ping().await.is_err());
}

//! Role × resource × verb × relation: the policy, PostgreSQL and HTTP say the same.
//!
//! The policy is the expectation. In PostgreSQL every cell that SQL can tell apart is tried as the database role
//! that a unit of work of such an actor becomes. Over HTTP every operation of the OpenAPI document is tried as every
//! kind of caller; an operation that is missing in the table of `http.rs` fails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where a step fails")]

mod http;
mod sql;
mod things;
mod world;

use kairo::domain::{cells, reach};

#[tokio::test]
async fn policy_postgres_and_http_agree() {
    let world = world::World::new().await;
    for cell in cells() {
        assert_eq!(reach(cell.role, cell.resource, cell.verb).includes(cell.relation), cell.allowed);
    }
    let in_sql = sql::compare(&world).await;
    let over_http = http::compare(&world).await;
    println!(
        "{} cells in the policy, {in_sql} in PostgreSQL, {over_http} over HTTP: all equal",
        cells().count()
    );
    assert!(in_sql > 300, "only {in_sql} cells were tried in PostgreSQL");
    assert!(over_http > 30, "only {over_http} cells were tried over HTTP");
}

#[tokio::test]
async fn without_an_actor_nothing_is_seen() {
    let world = world::World::new().await;
    sql::refuses_without_context(&world).await;
}

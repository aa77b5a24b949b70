//! Role × resource × verb × relation: the policy, PostgreSQL and HTTP say the same.
//!
//! The policy is the expectation. In PostgreSQL every cell is tried as the database role that a unit of work of such an
//! actor becomes. Over HTTP every operation of the OpenAPI document is tried as every kind of caller, with every
//! parameter that the document has; an operation without a row in `http/table.rs` fails.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where a step fails")]

mod http;
mod sql;
mod things;
mod world;

use kairo::domain::{cells, reach};

#[tokio::test]
async fn postgres_says_what_the_policy_says() {
    let world = world::World::new().await;
    for cell in cells() {
        assert_eq!(reach(cell.role, cell.resource, cell.verb).includes(cell.relation), cell.allowed);
    }
    let sql::Tally { tried, together, no_row } = sql::compare(&world).await;
    println!(
        "{} cells in the policy: {} tried in PostgreSQL, {together} of them together with another verb; {no_row} have \
         no row in that relation: all equal",
        cells().count(),
        tried + together,
    );
    assert_eq!(tried + together + no_row, cells().count());
}

#[tokio::test]
async fn http_says_what_the_policy_says_and_no_answer_has_a_secret() {
    let world = world::World::new().await;
    let tally = http::compare(&world).await;
    let http::Tally { operations, tried, lists, probes, responses, secrets } = tally;
    println!(
        "{operations} operations in the OpenAPI document: {tried} tries over HTTP, {lists} whole lists, {probes} lists \
         with a parameter: all equal"
    );
    println!("{responses} responses searched for {secrets} secrets: none found");
}

#[tokio::test]
async fn secrets_are_read_by_the_program_alone() {
    let world = world::World::new().await;
    let tried = sql::are_the_program_s_own(&world).await;
    println!("{tried} attempts to read a secret column: only the program itself may");
}

#[tokio::test]
async fn without_an_actor_nothing_is_seen() {
    let world = world::World::new().await;
    sql::refuses_without_context(&world).await;
}

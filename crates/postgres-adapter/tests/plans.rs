//! No list reads a whole table, however large that is.

mod accounts;
mod automations;
mod lead_timeline;
mod leads;
mod listed;

use serde_json::Value;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::{connect_owner, execute, migrated_database, store_of};

const ROWS: &str = include_str!("plans/rows.sql");

/// One test, since the rows take longer than the questions.
#[tokio::test]
async fn no_list_reads_a_whole_table() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, ROWS).await;
    let store = store_of(&database).await;
    leads::are_found_through_indexes(&store).await;
    lead_timeline::are_found_through_indexes(&store).await;
    accounts::are_found_through_indexes(&store).await;
    automations::are_found_through_indexes(&store).await;
    automations::runs_do_not_look_at_others(&mut owner).await;
    automations::a_purge_looks_at_old_runs_alone(&mut owner).await;
    stated_patterns_are_served(&mut owner).await;
}

/// The stated query patterns of the schema that no repository of this crate asks yet.
async fn stated_patterns_are_served(owner: &mut PgConnection) {
    let user = "00000000-0000-7000-8000-000000000007";
    for (role, reads) in [
        ("kairo_public", &PUBLISHED[..]),
        ("kairo_client", &[PUBLISHED[0], PUBLISHED[1], OF_A_USER, OF_AN_AUTOMATION]),
        ("kairo_team", &[PUBLISHED[0], PUBLISHED[1], OF_A_USER, OF_AN_AUTOMATION]),
    ] {
        for read in reads {
            assert_indexed(&format!("{read} as {role}"), &plan_as(owner, role, user, read).await);
        }
    }
}

const PUBLISHED: [&str; 2] = [
    "SELECT id, slug, title, summary FROM projects WHERE published AND deleted_at IS NULL
     ORDER BY created_at DESC, id DESC LIMIT 26",
    "SELECT id, slug, title, tagline FROM services WHERE published AND deleted_at IS NULL
     ORDER BY featured_order, id LIMIT 26",
];
const OF_A_USER: &str =
    "SELECT id, title FROM automations WHERE user_id = '00000000-0000-7000-8000-000000000007'
     AND status = 'ACTIVE' AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 26";
const OF_AN_AUTOMATION: &str = "SELECT id, status FROM automation_runs
     WHERE automation_id = '00000000-0000-7000-8001-000000000206' ORDER BY started_at DESC, id DESC LIMIT 26";

async fn plan_as(owner: &mut PgConnection, role: &str, user: &str, read: &str) -> Value {
    let context = format!(
        "BEGIN; SET LOCAL ROLE {role}; SELECT set_config('kairo.user', '{user}', true), set_config('kairo.company', '{user}', true)"
    );
    sqlx::raw_sql(AssertSqlSafe(context)).execute(&mut *owner).await.unwrap();
    let explain = AssertSqlSafe(format!("EXPLAIN (FORMAT JSON) {read}"));
    let plan: Json<Value> = sqlx::query_scalar(explain).fetch_one(&mut *owner).await.unwrap();
    sqlx::raw_sql("ROLLBACK").execute(owner).await.unwrap();
    plan.0
}

fn assert_indexed(name: &str, plan: &Value) {
    let printed = plan.to_string();
    assert!(printed.contains("Index"), "{name}: {plan:#}");
    assert!(!printed.contains("Seq Scan"), "{name}: {plan:#}");
}

//! No list reads a whole table, however large that is.

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    Actor, Condition, Direction, FieldValue, LeadField, LeadFilter, PageRequest, Position, Search, Sort,
    Test, Window,
};
use kairo_postgres::PgStore;
use kairo_testkit::builders::{actor_of, admin, team_member};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

use crate::support::{connect_owner, execute, migrated_database, store_of};

/// The context keeps the trigger for changes by hand away from 400,000 rows.
const ROWS: &str = r#"
SELECT set_config('kairo.actor', 'system', false);
INSERT INTO leads (name, email, message, company, source, status, created_at, updated_at)
SELECT 'Person ' || n, 'person' || n || '@example.com', 'Hello number ' || n || ', I want ' || md5(n::text),
       'Company ' || n % 5000, 'CONTACT_FORM',
       ('{NEW,CONTACTED,QUALIFIED,CONVERTED,LOST}'::"LeadStatus"[])[1 + n % 5],
       timestamptz '2026-01-01' + n * interval '1 minute', timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 100000) AS n;
INSERT INTO projects (slug, title, summary, content, published, created_at)
SELECT 'project-' || n, 'Project ' || n, 'Summary', '[]', n % 10 <> 0, timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 20000) AS n;
INSERT INTO services (slug, title, description, content, featured_order, published)
SELECT 'service-' || n, 'Service ' || n, 'Description', '[]', n, n % 10 <> 0 FROM generate_series(1, 20000) AS n;
INSERT INTO users (id, email, password_hash)
SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'user' || n || '@example.com', '!'
  FROM generate_series(1, 200) AS n;
INSERT INTO automations (id, user_id, title, flow, status, created_at)
SELECT ('00000000-0000-7000-8001-' || lpad(n::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8000-' || lpad((1 + n % 200)::text, 12, '0'))::uuid, 'Automation ' || n, '{}',
       ('{DRAFT,ACTIVE,PAUSED,ARCHIVED}'::"AutoStatus"[])[1 + (n / 200) % 4],
       timestamptz '2026-01-01' + n * interval '1 minute'
  FROM generate_series(1, 20000) AS n;
INSERT INTO automation_runs (automation_id, status, started_at)
SELECT ('00000000-0000-7000-8001-' || lpad((1 + n % 20000)::text, 12, '0'))::uuid, 'SUCCESS',
       timestamptz '2026-01-01' + n * interval '1 second'
  FROM generate_series(1, 100000) AS n;
ANALYZE;
"#;

#[tokio::test]
async fn no_list_reads_a_whole_table() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, ROWS).await;
    let store = store_of(&database).await;
    leads_are_found_through_indexes(&store).await;
    // The stated query patterns of the schema that no repository of this crate asks yet.
    let user = "00000000-0000-7000-8000-000000000007";
    for (role, reads) in [
        ("kairo_public", &PUBLISHED[..]),
        ("kairo_client", &[PUBLISHED[0], PUBLISHED[1], OF_A_USER, OF_AN_AUTOMATION]),
        ("kairo_team", &[PUBLISHED[0], PUBLISHED[1], OF_A_USER, OF_AN_AUTOMATION]),
    ] {
        for read in reads {
            assert_indexed(&format!("{read} as {role}"), &plan_as(&mut owner, role, user, read).await);
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

async fn leads_are_found_through_indexes(store: &PgStore) {
    let newest = Sort::by(LeadField::CreatedAt, Direction::Descending);
    let of = |field, test| LeadFilter { conditions: vec![Condition { field, test }], search: None };
    let text = |text: &str| FieldValue::Text(text.to_owned());
    let deep = PageRequest { window: Window::After(row(100_000 - 500 * 25)), ..PageRequest::default() };
    let back = PageRequest { window: Window::Before(row(500)), ..PageRequest::default() };
    let first = PageRequest::default();
    let all = LeadFilter::default();
    let is_new = of(LeadField::Status, Test::Equal(text("NEW")));
    let words =
        |words: &str| LeadFilter { search: Some(Search::parse(words).unwrap()), ..LeadFilter::default() };
    let by = |field| Sort::by(field, Direction::Ascending);
    let address = of(LeadField::Email, Test::Equal(text("Person77@example.com")));
    let addresses =
        of(LeadField::Email, Test::In(vec![text("person7@example.com"), text("person8@example.com")]));
    let company = of(LeadField::Company, Test::Contains("pany 4711".into()));
    let name = of(LeadField::Name, Test::Equal(text("Person 77")));
    let before = of(LeadField::CreatedAt, Test::Less(FieldValue::Time(time(50))));
    // What is listed, and through what it has to be found.
    let cases = [
        ("everything, newest first", "idx_leads_created", &all, &newest, &first),
        // The planner knows nothing of the words of an enum under row-level security, so it may choose either.
        ("by status, newest first", "idx_leads_", &is_new, &newest, &first),
        ("500 pages deep", "(ROW(created_at, id) < ROW(", &all, &newest, &deep),
        ("by status, 500 pages deep", "(ROW(created_at, id) < ROW(", &is_new, &newest, &deep),
        ("backwards", "(ROW(created_at, id) > ROW(", &all, &newest, &back),
        ("by address", "idx_leads_email_lower", &address, &newest, &first),
        ("by two addresses", "idx_leads_email_lower", &addresses, &newest, &first),
        ("by a word", "idx_leads_search", &words("c4ca4238a0b9"), &newest, &first),
        ("by two words", "idx_leads_search", &words("person c4ca4238a0b9"), &newest, &first),
        ("by a part of the company", "idx_leads_search", &company, &newest, &first),
        ("by exact name", "idx_leads_name", &name, &newest, &first),
        ("by time", "idx_leads_created", &before, &newest, &first),
        ("in the order of names", "idx_leads_name", &all, &by(LeadField::Name), &first),
        ("in the order of changes", "idx_leads_updated", &all, &by(LeadField::UpdatedAt), &first),
    ];
    for actor in [actor_of(&team_member("Tim").build()), actor_of(&admin("Grace").build()), Actor::System] {
        for (name, through, filter, sort, page) in cases {
            let plan = store.plan_of_leads(&actor, filter, sort, page).await.unwrap();
            let name = format!("{name} for {:?}", actor.role());
            assert_indexed(&name, &plan);
            assert!(plan.to_string().contains(through), "{name}: {plan:#}");
        }
    }
}

fn time(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap() + TimeDelta::minutes(minutes)
}

fn row(minutes: i64) -> Position {
    Position { values: vec![FieldValue::Time(time(minutes))], id: Uuid::max() }
}

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

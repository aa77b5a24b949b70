//! No list reads a whole table, however large that is.

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    Actor, Condition, Direction, Field, FieldKind, FieldValue, LeadField, LeadFilter, Operator, PageRequest,
    Position, Search, Sort, SortKey, Test, Window,
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
INSERT INTO leads (name, email, message, company, source, utm_source, utm_campaign, status, created_at, updated_at)
SELECT 'Person ' || n, 'person' || n || '@example.com', 'Hello number ' || n || ', I want ' || md5(n::text),
       CASE WHEN n % 1000 <> 1 THEN 'Company ' || n % 5000 END,
       CASE n % 1000 WHEN 1 THEN NULL WHEN 2 THEN 'CHAT' WHEN 3 THEN 'PLATFORM_SIGNUP' ELSE 'CONTACT_FORM' END,
       CASE WHEN n % 5 = 0 THEN 'source-' || n % 1000 END, CASE WHEN n % 5 = 0 THEN 'campaign-' || n % 1000 END,
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
    every_filter_and_order_is_served(&store).await;
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
    let values = two_ways().keys().iter().map(|key| sample(key.field)).collect();
    let behind =
        PageRequest { window: Window::After(Position { values, id: Uuid::max() }), ..PageRequest::default() };
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
        ("by name and time, from a row on", "\"Index Cond\":\"((name)::text >= ", &all, &two_ways(), &behind),
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

/// Whatever the fields of leads allow, under every order, on the first page and behind a cursor.
async fn every_filter_and_order_is_served(store: &PgStore) {
    let mut filters = vec![("everything".to_owned(), LeadFilter::default())];
    for field in LeadField::ALL {
        for operator in field.operators() {
            for tests in samples(*field, *operator) {
                let name = format!("{} {tests:?}", field.name());
                let conditions = tests.into_iter().map(|test| Condition { field: *field, test }).collect();
                filters.push((name, LeadFilter { conditions, search: None }));
            }
        }
    }
    let sortable = LeadField::ALL.iter().copied().filter(|field| field.sortable());
    let mut orders: Vec<_> = sortable
        .flat_map(|field| [Direction::Ascending, Direction::Descending].map(|to| Sort::by(field, to)))
        .collect();
    orders.push(two_ways());
    for actor in [actor_of(&team_member("Tim").build()), Actor::System] {
        for (name, filter) in &filters {
            for order in &orders {
                let values = order.keys().iter().map(|key| sample(key.field)).collect();
                let position = Position { values, id: Uuid::max() };
                for window in [Window::First, Window::After(position)] {
                    let page = PageRequest { window, ..PageRequest::default() };
                    let plan = store.plan_of_leads(&actor, filter, order, &page).await.unwrap();
                    let name = format!("{name} by {:?} from {:?}", order.keys(), page.window);
                    assert_indexed(&name, &plan);
                }
            }
        }
    }
}

/// An order whose keys run in different directions, so that no comparison of rows says what follows.
fn two_ways() -> Sort<LeadField> {
    let keys = [(LeadField::Name, Direction::Ascending), (LeadField::CreatedAt, Direction::Descending)];
    Sort::new(keys.map(|(field, direction)| SortKey { field, direction }).to_vec()).unwrap()
}

/// The tests that an operator stands for, with values that few leads have.
fn samples(field: LeadField, operator: Operator) -> Vec<Vec<Test>> {
    let value = sample(field);
    let part = if let FieldValue::Text(text) = &value { text.to_lowercase() } else { String::new() };
    match operator {
        Operator::Equal => vec![vec![Test::Equal(value)]],
        Operator::NotEqual => vec![vec![Test::NotEqual(value)]],
        Operator::Less => vec![vec![Test::Less(value)]],
        Operator::LessOrEqual => vec![vec![Test::LessOrEqual(value)]],
        Operator::Greater => vec![vec![Test::Greater(value)]],
        Operator::GreaterOrEqual => vec![vec![Test::GreaterOrEqual(value)]],
        Operator::In => vec![vec![Test::In(vec![value.clone(), value])]],
        Operator::NotIn => vec![vec![Test::NotIn(all_but(field, &value))]],
        Operator::Null => vec![vec![Test::Empty], vec![Test::Filled]],
        Operator::Contains => vec![vec![Test::Contains(part)]],
        Operator::StartsWith => vec![vec![Test::StartsWith(part)]],
        Operator::Between => vec![vec![Test::GreaterOrEqual(value.clone()), Test::LessOrEqual(value)]],
    }
}

fn all_but(field: LeadField, value: &FieldValue) -> Vec<FieldValue> {
    let FieldKind::Word(words) = field.kind() else { return Vec::new() };
    let words = words.iter().map(|word| FieldValue::Text((*word).to_owned()));
    words.filter(|word| word != value).collect()
}

/// A value of a field.
fn sample(field: LeadField) -> FieldValue {
    let text = match field {
        LeadField::Status => "LOST",
        LeadField::Email => "person4711@example.com",
        LeadField::Name => "Person 4711",
        LeadField::Company => "Company 4711",
        LeadField::Source => "CHAT",
        LeadField::UtmSource => "source-15",
        LeadField::UtmCampaign => "campaign-15",
        LeadField::CreatedAt | LeadField::UpdatedAt => return FieldValue::Time(time(4_711)),
    };
    FieldValue::Text(text.to_owned())
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

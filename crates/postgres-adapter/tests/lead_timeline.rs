//! Leads that were there before, and leads that are changed by hand, have a timeline as well.

use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::support::{connect_owner, execute, migrated_database};

const MIGRATION: &str = include_str!("../migrations/0022_lead_timeline.sql");

/// As it was before the migration.
const UNDONE: &str = "
DROP TRIGGER tell_direct_change ON leads;
DROP FUNCTION kairo.tell_direct_change();
DROP FUNCTION kairo.public_name(text);
DROP FUNCTION kairo.id_at(timestamptz, bigint);
DROP SEQUENCE kairo.lead_timeline_places;
DROP TABLE kairo.lead_timeline;
";

/// Kind, actor and body, the latest first.
async fn told(connection: &mut PgConnection) -> Vec<(String, String, Value)> {
    let lines = "SELECT kind, actor, body FROM kairo.lead_timeline ORDER BY at DESC, id DESC";
    sqlx::query_as(lines).fetch_all(connection).await.unwrap()
}

/// That the ids are of version 7 and tell the order by themselves, within an instant too.
async fn assert_ids_are_in_order(connection: &mut PgConnection) {
    let ids = "SELECT id FROM kairo.lead_timeline ORDER BY at, id";
    let ids: Vec<Uuid> = sqlx::query_scalar(ids).fetch_all(connection).await.unwrap();
    assert!(ids.is_sorted(), "{ids:?}");
    assert!(ids.iter().all(|id| id.get_version_num() == 7), "{ids:?}");
}

fn line(kind: &str, actor: &str, body: Value) -> (String, String, Value) {
    (kind.to_owned(), actor.to_owned(), body)
}

#[tokio::test]
async fn what_the_journal_knows_of_older_leads_is_told() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, UNDONE).await;
    execute(
        &mut owner,
        "SET kairo.actor = 'system';
         INSERT INTO leads (id, name, email, message)
         VALUES ('00000000-0000-0000-0000-000000000007', 'Ada', 'ada@example.com', 'Hello');
         INSERT INTO kairo.journal (at, actor, verb, resource, subject, event, body)
         SELECT '2026-01-01', actor, verb, 'lead', ('00000000-0000-0000-0000-' || lpad(lead, 12, '0'))::uuid, event,
                body::jsonb
           FROM (VALUES
             ('visitor', 'create', '7', 'lead.created', '{\"source\": \"CHAT\"}'),
             ('user', 'move', '7', 'lead.status_changed', '{\"from\": \"NEW\", \"to\": \"LOST\", \"reason\": \"no\"}'),
             ('direct', 'update', '7', 'lead.updated', '{\"columns\": [\"name\", \"utm_source\"]}'),
             ('user', 'update', '7', 'lead.edited', '{\"fields\": [\"phone\"]}'),
             ('user', 'update', '7', 'lead.refused', '{\"why\": \"forbidden\"}'),
             ('visitor', 'create', '8', 'lead.created', '{}')
           ) AS lines (actor, verb, lead, event, body);",
    )
    .await;
    execute(&mut owner, MIGRATION).await;
    let expected = [
        line("edited", "user", json!({"fields": ["phone"]})),
        line("edited", "direct", json!({"fields": ["name", "utmSource"]})),
        line("status_changed", "user", json!({"from": "NEW", "to": "LOST", "reason": "no"})),
        line("created", "visitor", json!({"source": "CHAT"})),
    ];
    assert_eq!(told(&mut owner).await, expected);
    assert_ids_are_in_order(&mut owner).await;
}

#[tokio::test]
async fn what_is_changed_by_hand_is_told() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(
        &mut owner,
        "SET ROLE kairo_direct;
         INSERT INTO leads (name, email, message, source) VALUES ('Ada', 'ada@example.com', 'Hello', 'CHAT');
         UPDATE leads SET status = 'LOST', status_reason = 'no', utm_source = 'mail', phone = '123';
         UPDATE leads SET version = version + 1;
         UPDATE leads SET deleted_at = now();
         SET ROLE kairo_owner",
    )
    .await;
    let expected = [
        line("deleted", "direct", json!({})),
        line("edited", "direct", json!({"fields": ["phone", "utmSource"]})),
        line("status_changed", "direct", json!({"from": "NEW", "to": "LOST", "reason": "no"})),
        line("created", "direct", json!({"source": "CHAT"})),
    ];
    assert_eq!(told(&mut owner).await, expected);
    assert_ids_are_in_order(&mut owner).await;
}

#[tokio::test]
async fn a_timeline_goes_with_its_lead() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    execute(
        &mut owner,
        "INSERT INTO leads (name, email, message) VALUES ('Ada', 'ada@example.com', 'Hello');
         INSERT INTO kairo.lead_timeline (id, lead_id, at, kind, actor, text)
         SELECT gen_random_uuid(), id, now(), 'noted', 'system', 'Call again' FROM leads;
         SET ROLE kairo_admin;
         DELETE FROM leads;
         SET ROLE kairo_owner",
    )
    .await;
    assert_eq!(told(&mut owner).await, []);
}

#[tokio::test]
async fn nobody_changes_what_was_told() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    for role in ["kairo_system", "kairo_admin", "kairo_team", "kairo_client", "kairo_public", "kairo_direct"]
    {
        for act in ["UPDATE kairo.lead_timeline SET text = 'other'", "DELETE FROM kairo.lead_timeline"] {
            execute(&mut owner, &format!("SET ROLE {role}")).await;
            let refused = sqlx::raw_sql(sqlx::AssertSqlSafe(act)).execute(&mut owner).await.unwrap_err();
            let said = refused.as_database_error().unwrap();
            assert_eq!(said.code().as_deref(), Some("42501"), "{role}: {act}: {refused}");
            execute(&mut owner, "SET ROLE kairo_owner").await;
        }
    }
}

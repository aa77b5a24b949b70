//! The tables are those of the seed, as `docs/data-model.md` settles them: the K numbers are its rules.

use std::collections::BTreeMap;

use kairo_domain::{AssetKind, AutomationStatus, LeadStatus, Role, RunStatus};
use sqlx::{FromRow, PgConnection};

use kairo_testkit::postgres::{TestDatabase, ephemeral_database};

use crate::support::{connect, connect_owner, execute, migrated_database};

const SEED: &str = include_str!("../../../tests/seed/schema.sql");

#[derive(FromRow)]
struct Column {
    name: String,
    kind: String,
    is_nullable: bool,
    default: Option<String>,
}

#[tokio::test]
async fn every_column_of_the_seed_is_there() {
    let Both { mut seed, mut ours, databases: _databases } = both().await;
    let (seed, ours) = (columns(&mut seed).await, columns(&mut ours).await);
    assert_eq!(seed.len(), 91);
    let mut tables: Vec<_> = seed.keys().map(|name| name.split_once('.').unwrap().0).collect();
    tables.dedup();
    assert_eq!(tables.len(), 9);
    for (name, wanted) in &seed {
        let column = ours.get(name).unwrap_or_else(|| panic!("{name} is missing"));
        assert_eq!(column.kind, settled_kind(wanted), "the type of {name}");
        assert_eq!(
            column.is_nullable,
            wanted.is_nullable && !filled_by_default(name),
            "whether {name} may be empty"
        );
        assert_eq!(column.default, settled_default(wanted), "the default of {name}");
    }
}

/// K6, K12.
fn settled_kind(column: &Column) -> &str {
    match column.name.as_str() {
        "users.role" => "\"Role\"",
        "automations.status" => "\"AutoStatus\"",
        "automation_runs.status" => "\"RunStatus\"",
        "assets.type" => "\"AssetType\"",
        "leads.status" => "\"LeadStatus\"",
        "assets.size_bytes" | "automation_runs.duration_ms" => "bigint",
        _ => &column.kind,
    }
}

/// K7, K15.
fn filled_by_default(name: &str) -> bool {
    let (_, column) = name.split_once('.').unwrap();
    ["created_at", "updated_at", "status", "published", "featured", "execution_count", "started_at", "tags"]
        .contains(&column)
}

/// K6, K15.
fn settled_default(column: &Column) -> Option<String> {
    if column.name.ends_with(".tags") {
        return Some("'{}'::text[]".to_owned());
    }
    column.default.as_ref().map(|default| default.replace("::text", &format!("::{}", settled_kind(column))))
}

/// K19: an INSERT that was written for the seed is still valid.
#[tokio::test]
async fn columns_of_our_own_may_be_left_out() {
    let Both { mut seed, mut ours, databases: _databases } = both().await;
    let (seed, ours) = (columns(&mut seed).await, columns(&mut ours).await);
    let added: Vec<_> = ours.values().filter(|column| !seed.contains_key(&column.name)).collect();
    assert!(!added.is_empty());
    for column in added {
        assert!(column.is_nullable || column.default.is_some(), "{} has to be given", column.name);
    }
}

/// K2.
#[tokio::test]
async fn references_act_as_settled() {
    let Both { mut seed, mut ours, databases: _databases } = both().await;
    let (seed, ours) = (references(&mut seed).await, references(&mut ours).await);
    assert_eq!(seed.len(), 6);
    let cascading = ["automations.user_id", "automation_runs.automation_id", "sessions.user_id"];
    for (column, (target, _)) in &seed {
        let action = if cascading.contains(&column.as_str()) { "CASCADE" } else { "SET NULL" };
        assert_eq!(ours.get(column), Some(&(target.clone(), action.to_owned())), "{column}");
    }
}

/// K6.
#[tokio::test]
async fn enums_have_the_words_of_the_domain() {
    let database = migrated_database().await;
    let mut ours = connect_owner(&database).await;
    let rows: Vec<(String, Vec<String>)> = sqlx::query_as(
        "SELECT typname::text, array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum
           JOIN pg_type t ON t.oid = enumtypid GROUP BY typname ORDER BY typname",
    )
    .fetch_all(&mut ours)
    .await
    .unwrap();
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let expected = [
        ("AssetType", words(&AssetKind::ALL.map(AssetKind::as_str))),
        ("AutoStatus", words(&AutomationStatus::ALL.map(AutomationStatus::as_str))),
        ("LeadStatus", words(&LeadStatus::ALL.map(LeadStatus::as_str))),
        ("Role", words(&Role::ALL.map(Role::as_str))),
        ("RunStatus", words(&RunStatus::ALL.map(RunStatus::as_str))),
    ];
    assert_eq!(rows, expected.map(|(name, words)| (name.to_owned(), words)));
}

/// K9, K10: an index of the seed, or a stricter one that serves the same query.
#[tokio::test]
async fn every_index_of_the_seed_is_there_or_a_stricter_one() {
    let Both { mut seed, mut ours, databases: _databases } = both().await;
    let (seed, ours) = (indexes(&mut seed).await, indexes(&mut ours).await);
    assert_eq!(seed.len(), 39);
    for (name, definition) in &seed {
        match repeated_constraint(name) {
            Some(constraint) => {
                assert!(!ours.contains_key(name), "{name} repeats {constraint}");
                assert_eq!(ours.get(constraint), Some(definition), "{constraint}");
            }
            None => {
                let (method, first) = ours.get(name).unwrap_or_else(|| panic!("{name} is missing"));
                let settled = partial_over(name).unwrap_or(&definition.1);
                assert_eq!((method, first.as_str()), (&definition.0, settled), "{name}");
            }
        }
    }
    let inverted = seed.values().filter(|(method, _)| method == "gin").count();
    assert_eq!(inverted, 2);
}

/// K10.
fn repeated_constraint(name: &str) -> Option<&'static str> {
    Some(match name {
        "idx_users_email" => "users_email_key",
        "idx_projects_slug" => "projects_slug_key",
        "idx_services_slug" => "services_slug_key",
        "idx_sessions_token" => "sessions_refresh_token_key",
        _ => return None,
    })
}

/// K9: the flag became the condition of the index, and what the rows are ordered by its first key.
fn partial_over(name: &str) -> Option<&'static str> {
    Some(match name {
        "idx_projects_published" | "idx_projects_featured" => "created_at",
        "idx_services_published" => "featured_order",
        _ => return None,
    })
}

/// Row-level security sees every column: one that it does not know would be in nobody's reach.
#[tokio::test]
async fn the_program_itself_sees_every_column() {
    let database = migrated_database().await;
    let mut ours = connect_owner(&database).await;
    let unseen: Vec<String> = sqlx::query_scalar(
        "SELECT table_schema || '.' || table_name || '.' || column_name FROM information_schema.columns
          WHERE table_schema IN ('public', 'kairo') AND table_name NOT IN ('migrations', 'rls_state', 'admin_seat')
            AND NOT has_column_privilege('kairo_system', format('%I.%I', table_schema, table_name), column_name, 'SELECT')",
    )
    .fetch_all(&mut ours)
    .await
    .unwrap();
    assert!(unseen.is_empty(), "not in rls/tables.rs: {unseen:?}");
}

/// Whoever owns a table is bound as well; without policies of its own, a table is closed to everybody.
#[tokio::test]
async fn every_table_has_row_level_security() {
    let database = migrated_database().await;
    let mut ours = connect_owner(&database).await;
    let open: Vec<String> = sqlx::query_scalar(
        "SELECT oid::regclass::text FROM pg_class
          WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'kairo'::regnamespace)
            AND relname NOT IN ('migrations', 'rls_state', 'admin_seat') AND NOT (relrowsecurity AND relforcerowsecurity)",
    )
    .fetch_all(&mut ours)
    .await
    .unwrap();
    assert!(open.is_empty(), "without forced row-level security: {open:?}");
}

/// The seed's schema and ours, each in a database.
struct Both {
    seed: PgConnection,
    ours: PgConnection,
    databases: [TestDatabase; 2],
}

async fn both() -> Both {
    let databases = [ephemeral_database().await, migrated_database().await];
    let mut seed = connect(databases[0].url()).await;
    execute(&mut seed, SEED).await;
    Both { seed, ours: connect_owner(&databases[1]).await, databases }
}

async fn columns(connection: &mut PgConnection) -> BTreeMap<String, Column> {
    let all: Vec<Column> = sqlx::query_as(
        r#"SELECT c.relname || '.' || a.attname AS name, format_type(a.atttypid, a.atttypmod) AS kind,
             NOT a.attnotnull AS is_nullable, pg_get_expr(d.adbin, d.adrelid) AS "default"
           FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
             LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
          WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"#,
    )
    .fetch_all(connection)
    .await
    .unwrap();
    all.into_iter().map(|column| (column.name.clone(), column)).collect()
}

/// The column, what it refers to, and what happens when that is removed.
async fn references(connection: &mut PgConnection) -> BTreeMap<String, (String, String)> {
    let all: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT conrelid::regclass || '.' || attname, confrelid::regclass::text,
           CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' ELSE 'other' END
           FROM pg_constraint JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = conkey[1]
          WHERE contype = 'f' AND connamespace = 'public'::regnamespace",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    all.into_iter().map(|(column, target, action)| (column, (target, action))).collect()
}

/// The index, its method and its first key.
async fn indexes(connection: &mut PgConnection) -> BTreeMap<String, (String, String)> {
    let all: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT i.relname::text, m.amname::text, pg_get_indexdef(i.oid, 1, true)
           FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am m ON m.oid = i.relam
          WHERE i.relnamespace = 'public'::regnamespace",
    )
    .fetch_all(connection)
    .await
    .unwrap();
    all.into_iter().map(|(name, method, first)| (name, (method, first))).collect()
}

//! No unique or foreign key constraint of the schema is unknown to the program: each is an error with a field's name.

use crate::support::{connect_owner, migrated_database};
use kairo_postgres::guarded_field;

#[tokio::test]
async fn every_unique_and_foreign_key_constraint_has_a_field() {
    let database = migrated_database().await;
    let mut connection = connect_owner(&database).await;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT conname::text FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
          WHERE contype IN ('p', 'u', 'f', 'x') AND nspname IN ('public', 'kairo')
          UNION
         SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
           JOIN pg_namespace n ON n.oid = i.relnamespace
          WHERE x.indisunique AND nspname IN ('public', 'kairo') ORDER BY 1",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    // The least there is since automations run.
    assert!(names.len() >= 58, "{names:?}");
    let unmapped: Vec<_> = names.iter().filter(|name| guarded_field(name).is_none()).collect();
    assert!(unmapped.is_empty(), "without a field: {unmapped:?}");
}

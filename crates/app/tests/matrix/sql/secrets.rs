//! What nobody but the program itself reads, whatever the rows are.

use kairo::domain::ActorRole;
use sqlx::{Connection, PgConnection};

use super::{become_actor, is_refusal, sql};
use crate::world::World;

/// Tables of which no other role reads a single column.
const PRIVATE: [&str; 7] = [
    "kairo.sign_ups",
    "kairo.second_factors",
    "kairo.one_time_tokens",
    "kairo.email_changes",
    "kairo.attempts",
    "kairo.letters",
    "kairo.revocations",
];

/// How a column is called that holds a secret, or what a secret could be recognized by.
const TELLING: &str = "hash|token|digest|secret|sealed|recovery|password";

/// Columns that are called so and hold no secret: who sends a request may know the digest of its body.
const HARMLESS: [&str; 1] = ["kairo.idempotency_keys.body_digest"];

/// Tries to read each secret as each role, and returns how many attempts there were.
pub(crate) async fn are_the_program_s_own(world: &World) -> usize {
    let mut connection = world.connect().await;
    let secrets = secrets(&mut connection).await;
    for known in [
        "public.users.password_hash",
        "public.sessions.previous_token",
        "kairo.api_keys.digest",
        "kairo.credentials.sealed",
    ] {
        assert!(secrets.iter().any(|(table, column)| format!("{table}.{column}") == known), "{known}");
    }
    for (table, column) in &secrets {
        for role in ActorRole::ALL {
            let read = reads(&mut connection, role, table, column).await;
            assert_eq!(read, role == ActorRole::System, "{} reads {table}.{column}", role.as_str());
        }
    }
    secrets.len() * ActorRole::ALL.len()
}

/// Every column whose name tells that it is one, and every column of the private tables, as table and column.
async fn secrets(connection: &mut PgConnection) -> Vec<(String, String)> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "select table_schema || '.' || table_name, column_name::text from information_schema.columns
         where table_schema in ('public', 'kairo')
           and (column_name ~ $1 or table_schema || '.' || table_name = any ($2))
         order by 1, 2",
    )
    .bind(TELLING)
    .bind(PRIVATE)
    .fetch_all(&mut *connection)
    .await
    .unwrap();
    for table in PRIVATE {
        assert!(columns.iter().any(|(known, _)| known == table), "{table} is gone");
    }
    let is_harmless =
        |(table, column): &(String, String)| HARMLESS.contains(&format!("{table}.{column}").as_str());
    columns.into_iter().filter(|column| !is_harmless(column)).collect()
}

async fn reads(connection: &mut PgConnection, role: ActorRole, table: &str, column: &str) -> bool {
    let mut transaction = connection.begin().await.unwrap();
    sqlx::raw_sql(sql(become_actor(role))).execute(&mut *transaction).await.unwrap();
    let select = sql(format!("select {column} from {table}"));
    let done = sqlx::raw_sql(select).execute(&mut *transaction).await;
    transaction.rollback().await.unwrap();
    if let Err(error) = &done {
        assert!(is_refusal(error), "{table}.{column}: {error}");
    }
    done.is_ok()
}

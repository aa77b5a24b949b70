//! Every cell that SQL can tell apart, tried as the database role of the actor.

use kairo::domain::{ActorRole, Cell, Relation, Resource, Verb, cells};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::things::{ME, OUR_COMPANY, Thing, assignment, thing};
use crate::world::World;

/// Tries the cells and returns how many there were; the test ends at the first that differs.
pub(crate) async fn compare(world: &World) -> usize {
    let mut connection = world.connect().await;
    let mut tried = 0;
    for cell in cells() {
        let Some(attempt) = attempt(&cell) else { continue };
        let allowed = try_cell(&mut connection, &cell, &attempt).await;
        assert_eq!(
            allowed,
            cell.allowed,
            "{} may {} {} ({}): policy {}, PostgreSQL {allowed}",
            cell.role.as_str(),
            cell.verb,
            cell.resource,
            cell.relation.as_str(),
            cell.allowed,
        );
        tried += 1;
    }
    tried
}

/// What is there beforehand, and the statement that one row must answer.
struct Attempt {
    before: Option<String>,
    statement: String,
}

fn attempt(cell: &Cell) -> Option<Attempt> {
    // Visitors and the program itself are nobody and belong to no company.
    let is_somebody = matches!(cell.role, ActorRole::Admin | ActorRole::Team | ActorRole::Client);
    if !is_somebody && matches!(cell.relation, Relation::Own | Relation::Company) {
        return None;
    }
    let thing = thing(cell.resource, cell.relation)?;
    let (table, id) = (thing.table, thing.id);
    let key = if cell.resource == Resource::Audit { "subject" } else { "id" };
    let statement = match cell.verb {
        Verb::Read => format!("select {key} from {table} where {key} = '{id}'"),
        Verb::Purge => format!("delete from {table} where {key} = '{id}'"),
        Verb::Create => return creation(cell, &thing),
        verb => format!("update {table} set {} where id = '{id}'", assignment(cell.resource, verb)?),
    };
    let before = if thing.exists { None } else { Some(insert(&thing, |_| true)?) };
    Some(Attempt { before, statement })
}

fn creation(cell: &Cell, thing: &Thing) -> Option<Attempt> {
    // The journal is written along with permits; who may write what is tried in the adapter's own tests.
    if cell.resource == Resource::Audit {
        return None;
    }
    let is_secret = |column: &str| column == "refresh_token" && cell.role != ActorRole::System;
    Some(Attempt { before: None, statement: insert(thing, |column| !is_secret(column))? })
}

fn insert(thing: &Thing, takes: impl Fn(&str) -> bool) -> Option<String> {
    let row = thing.row.as_ref()?;
    let (columns, values): (Vec<&str>, Vec<&str>) = row
        .iter()
        .filter(|(column, _)| takes(column))
        .map(|(column, value)| (*column, value.as_str()))
        .unzip();
    Some(format!("insert into {} ({}) values ({})", thing.table, columns.join(", "), values.join(", ")))
}

async fn try_cell(connection: &mut PgConnection, cell: &Cell, attempt: &Attempt) -> bool {
    let mut transaction = connection.begin().await.unwrap();
    if let Some(before) = &attempt.before {
        sqlx::raw_sql(sql(before.clone())).execute(&mut *transaction).await.unwrap();
    }
    sqlx::raw_sql(sql(become_actor(cell.role))).execute(&mut *transaction).await.unwrap();
    let done = sqlx::raw_sql(sql(attempt.statement.clone())).execute(&mut *transaction).await;
    transaction.rollback().await.unwrap();
    match done {
        Ok(result) => result.rows_affected() == 1,
        Err(error) => {
            let code = error.as_database_error().and_then(|error| error.code().map(String::from));
            // 42501 is "insufficient privilege"; anything else is a fault of this test.
            assert_eq!(code.as_deref(), Some("42501"), "{}: {error}", attempt.statement);
            false
        }
    }
}

fn become_actor(role: ActorRole) -> String {
    let (name, actor, user, company) = match role {
        ActorRole::System => ("kairo_system", "system", "", ""),
        ActorRole::Admin => ("kairo_admin", "user", ME, OUR_COMPANY),
        ActorRole::Team => ("kairo_team", "user", ME, OUR_COMPANY),
        ActorRole::Client => ("kairo_client", "user", ME, OUR_COMPANY),
        ActorRole::Anonymous => ("kairo_public", "visitor", "", ""),
    };
    format!(
        "set local role {name};
         select set_config('kairo.actor', '{actor}', true), set_config('kairo.user', '{user}', true),
                set_config('kairo.company', '{company}', true);"
    )
}

/// A resting connection is refused, and an actor's role without the settings sees no tenant's row.
pub(crate) async fn refuses_without_context(world: &World) {
    let mut connection = world.connect().await;
    for table in
        ["users", "companies", "projects", "automations", "automation_runs", "assets", "leads", "sessions"]
    {
        let count = format!("select count(*) from {table}");
        let mut transaction = connection.begin().await.unwrap();
        sqlx::raw_sql("set local role kairo_gate").execute(&mut *transaction).await.unwrap();
        let refused = sqlx::raw_sql(sql(count.clone())).execute(&mut *transaction).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{table}: {refused}");
        transaction.rollback().await.unwrap();

        let mut transaction = connection.begin().await.unwrap();
        sqlx::raw_sql("set local role kairo_client").execute(&mut *transaction).await.unwrap();
        let seen: Result<i64, _> = sqlx::query_scalar(sql(count)).fetch_one(&mut *transaction).await;
        assert!(seen.as_ref().map_or(true, |count| *count == 0), "{table}: {seen:?}");
        transaction.rollback().await.unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "the statements are made of words of this test alone")]
fn sql(text: String) -> AssertSqlSafe<String> {
    AssertSqlSafe(text)
}

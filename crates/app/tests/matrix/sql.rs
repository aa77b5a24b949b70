//! Every cell of the policy, tried as the database role of the actor.

mod attempt;
mod secrets;

use std::collections::BTreeSet;

use kairo::domain::{ActorRole, Cell, Verb, cells, reach};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::things::{ME, OUR_COMPANY};
use crate::world::World;
use attempt::{Attempt, attempts};

pub(crate) use secrets::are_the_program_s_own;

/// How many cells there were of each kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tried with a statement of their own.
    pub(crate) tried: usize,
    /// Tried with the statement of another verb, since SQL cannot tell the two apart.
    pub(crate) together: usize,
    /// Nothing can stand in that relation to that actor, or come into being so.
    pub(crate) no_row: usize,
}

/// Tries the cells; the test ends at the first that differs.
pub(crate) async fn compare(world: &World) -> Tally {
    let mut connection = world.connect().await;
    let mut tally = Tally::default();
    let mut covered = BTreeSet::new();
    for cell in cells() {
        let asked = same_in_sql(&cell);
        let attempts = attempts(&cell, asked);
        for attempt in &attempts {
            let allowed = try_cell(&mut connection, cell.role, attempt).await;
            let expected = reach(cell.role, cell.resource, asked).includes(cell.relation);
            // What the policy allows must be possible, whatever the statement is taken for.
            let agree = allowed == expected && (allowed || !cell.allowed);
            assert!(agree, "{}: PostgreSQL {allowed}: {}", in_words(&cell), attempt.statement);
        }
        if !attempts.is_empty() {
            covered.insert((cell.role.as_str(), cell.resource, cell.verb.as_str()));
        }
        match attempts.len() {
            0 => tally.no_row += 1,
            _ if asked == cell.verb => tally.tried += 1,
            _ => tally.together += 1,
        }
    }
    for Cell { role, resource, verb, .. } in cells() {
        let is_covered = covered.contains(&(role.as_str(), resource, verb.as_str()));
        assert!(is_covered, "no row is there for {} to {verb} {resource}", role.as_str());
    }
    tally
}

/// The verb as which SQL sees what the cell asks for.
fn same_in_sql(cell: &Cell) -> Verb {
    use kairo::domain::Resource::Lead;
    match (cell.resource, cell.verb) {
        // A file of many rows and a page of them are read alike.
        (_, Verb::Export) => Verb::Read,
        // All that is personal in a lead are ordinary columns; to overwrite them is to edit them. In a user the address
        // is among them, which only administrators write.
        (Lead, Verb::Erase) => Verb::Update,
        (_, verb) => verb,
    }
}

fn in_words(cell: &Cell) -> String {
    let Cell { role, resource, verb, relation, allowed } = cell;
    let (role, relation) = (role.as_str(), relation.as_str());
    format!("{role} may {verb} {resource} ({relation}): policy {allowed}")
}

async fn try_cell(connection: &mut PgConnection, role: ActorRole, attempt: &Attempt) -> bool {
    let mut transaction = connection.begin().await.unwrap();
    if let Some(before) = &attempt.before {
        sqlx::raw_sql(sql(before.clone())).execute(&mut *transaction).await.unwrap();
    }
    sqlx::raw_sql(sql(become_actor(role))).execute(&mut *transaction).await.unwrap();
    let done = sqlx::raw_sql(sql(attempt.statement.clone())).execute(&mut *transaction).await;
    transaction.rollback().await.unwrap();
    match done {
        Ok(result) => result.rows_affected() == 1,
        Err(error) => {
            assert!(is_refusal(&error), "{}: {error}", attempt.statement);
            false
        }
    }
}

/// Whether it is "insufficient privilege"; anything else is a fault of this test.
fn is_refusal(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("42501")
}

fn become_actor(role: ActorRole) -> String {
    let (actor, user, company) = match role {
        ActorRole::System => ("system", "", ""),
        ActorRole::Admin | ActorRole::Team | ActorRole::Client => ("user", ME, OUR_COMPANY),
        ActorRole::Anonymous => ("visitor", "", ""),
    };
    format!(
        "set local role {name};
         select set_config('kairo.actor', '{actor}', true), set_config('kairo.user', '{user}', true),
                set_config('kairo.actor_id', '{user}', true), set_config('kairo.company', '{company}', true);",
        name = name_of(role)
    )
}

const fn name_of(role: ActorRole) -> &'static str {
    match role {
        ActorRole::System => "kairo_system",
        ActorRole::Admin => "kairo_admin",
        ActorRole::Team => "kairo_team",
        ActorRole::Client => "kairo_client",
        ActorRole::Anonymous => "kairo_public",
    }
}

/// A resting connection is refused, and an actor's role without the settings sees no tenant's row.
pub(crate) async fn refuses_without_context(world: &World) {
    let mut connection = world.connect().await;
    let tables = [
        "users",
        "companies",
        "projects",
        "automations",
        "automation_runs",
        "assets",
        "leads",
        "sessions",
        "kairo.journal",
        "kairo.invitations",
        "kairo.api_keys",
        "kairo.credentials",
        "kairo.colleagues",
    ];
    for table in tables {
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

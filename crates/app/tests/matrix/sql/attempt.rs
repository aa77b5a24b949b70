//! What a cell asks for, as a statement.

use kairo::domain::{ActorRole, Cell, Relation, Resource, Verb};

use crate::things::{Row, Thing, things};

/// What is there beforehand, and the statement that one row must answer.
pub(super) struct Attempt {
    pub(super) before: Option<String>,
    pub(super) statement: String,
}

/// The attempts at a cell, taken for this verb: one for each thing that stands so.
pub(super) fn attempts(cell: &Cell, verb: Verb) -> Vec<Attempt> {
    // Visitors and the program itself are nobody and belong to no company.
    let is_somebody = matches!(cell.role, ActorRole::Admin | ActorRole::Team | ActorRole::Client);
    if !is_somebody && matches!(cell.relation, Relation::Own | Relation::Company) {
        return Vec::new();
    }
    let things = things(cell.resource, cell.relation);
    things.iter().filter_map(|thing| attempt(cell, verb, thing)).collect()
}

fn attempt(cell: &Cell, verb: Verb, thing: &Thing) -> Option<Attempt> {
    let Thing { table, key, id, .. } = thing;
    let statement = match verb {
        Verb::Create => return creation(cell, thing),
        Verb::Read => format!("select {key} from {table} where {key} = '{id}'"),
        Verb::Purge => format!("delete from {table} where {key} = '{id}'"),
        verb => format!("update {table} set {} where {key} = '{id}'", assignment(cell.resource, verb)),
    };
    let before = if thing.exists { None } else { Some(insert(table, thing.row.as_ref()?)) };
    Some(Attempt { before, statement })
}

fn creation(cell: &Cell, thing: &Thing) -> Option<Attempt> {
    let is_given = |column: &str| column != "refresh_token" || cell.role == ActorRole::System;
    let row: Row = thing.row.as_ref()?.iter().filter(|(column, _)| is_given(column)).cloned().collect();
    Some(Attempt { before: None, statement: insert(thing.table, &row) })
}

fn insert(table: &str, row: &Row) -> String {
    let (columns, values): (Vec<&str>, Vec<&str>) =
        row.iter().map(|(column, value)| (*column, value.as_str())).unzip();
    format!("insert into {table} ({}) values ({})", columns.join(", "), values.join(", "))
}

/// The assignment that only this verb may make.
fn assignment(resource: Resource, verb: Verb) -> &'static str {
    match (resource, verb) {
        (Resource::Asset, Verb::Publish) => "visibility = 'PUBLIC'",
        (_, Verb::Publish) => "published = not published",
        (Resource::Lead, Verb::Move) => "status = 'CONTACTED'",
        (_, Verb::Move) => "status = 'ARCHIVED'",
        (_, Verb::Run) => "execution_count = execution_count + 1, last_executed_at = now()",
        (Resource::Session | Resource::ApiKey, Verb::Delete)
        | (Resource::ClientInvitation | Resource::StaffInvitation, Verb::Delete) => "revoked_at = now()",
        (_, Verb::Delete) => "deleted_at = now()",
        (_, Verb::ChangeRole) => "role = 'ADMIN'",
        (_, Verb::Erase) => "name = 'Erased', email = 'erased@example.invalid', avatar_url = null",
        (Resource::Project | Resource::Service | Resource::Automation, _) => "title = 'Other'",
        (Resource::Run, _) => "logs = '{}'",
        (Resource::Asset, _) => "filename = 'other.png'",
        (Resource::Session, _) => "last_used_at = now()",
        // Whoever may not see the secret may replace it.
        (Resource::Credential, _) => "name = 'other', sealed = 'other', updated_at = now(), version = 2",
        _ => "name = 'Other'",
    }
}

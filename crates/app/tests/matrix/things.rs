//! Rows that stand to the actor in each relation, as SQL.

mod account;
mod content;
mod population;

use kairo::domain::{Relation, Resource, Role};

pub(crate) use population::{ME, OUR_COMPANY, population};

/// What a cell makes.
const NEW: &str = "00000000-0000-0000-0000-0000000000ff";

/// A row in a relation to the actor: where it is, and how it is made if the population has none.
pub(crate) struct Thing {
    pub(crate) table: &'static str,
    /// The column that finds it.
    pub(crate) key: &'static str,
    pub(crate) id: &'static str,
    /// What a new row of this kind is made of, if one can be made.
    pub(crate) row: Option<Row>,
    /// Whether the population has the row already.
    pub(crate) exists: bool,
}

/// Column and value pairs, the values as SQL.
pub(crate) type Row = Vec<(&'static str, String)>;

/// The things of this kind in this relation: one for each way in which a row can come to stand so.
pub(crate) fn things(resource: Resource, relation: Relation) -> Vec<Thing> {
    match resource {
        Resource::User => account::users(relation),
        Resource::Colleague => account::colleagues(relation),
        Resource::Company => account::companies(relation),
        Resource::Session => account::sessions(relation),
        Resource::ApiKey => account::api_keys(relation),
        Resource::Credential => account::credentials(relation),
        Resource::Audit => account::journal(relation),
        Resource::ClientInvitation => account::invitations(&[Role::Client], relation),
        Resource::StaffInvitation => account::invitations(&[Role::Team, Role::Admin], relation),
        Resource::Project => content::projects(relation),
        Resource::Service => content::services(relation),
        Resource::Automation => content::automations(relation),
        Resource::Run => content::runs(relation),
        Resource::Asset => content::assets(relation),
        Resource::Lead => content::leads(relation),
    }
}

fn text(value: &str) -> String {
    format!("'{value}'")
}

fn null() -> String {
    "null".to_owned()
}

fn existing(table: &'static str, id: &'static str) -> Thing {
    Thing { table, key: "id", id, row: None, exists: true }
}

fn new(table: &'static str, mut row: Row) -> Thing {
    row.push(("id", text(NEW)));
    Thing { table, key: "id", id: NEW, row: Some(row), exists: false }
}

/// Who owns a thing in this relation, if it is one of those that belong to nobody but their owner.
fn owners(relation: Relation) -> &'static [&'static str] {
    match relation {
        Relation::Own => &[ME],
        // A colleague is as much somebody else as a stranger is.
        Relation::Foreign => &[population::STRANGER, population::COLLEAGUE],
        Relation::Company | Relation::Public => &[],
    }
}

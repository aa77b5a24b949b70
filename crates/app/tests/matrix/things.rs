//! Rows that stand to the actor in each relation, as SQL.

use kairo::domain::{Relation, Resource, Verb};

/// The actor.
pub(crate) const ME: &str = "00000000-0000-0000-0000-00000000000a";
/// Somebody of the same company.
pub(crate) const COLLEAGUE: &str = "00000000-0000-0000-0000-00000000000b";
/// Somebody of another company.
pub(crate) const STRANGER: &str = "00000000-0000-0000-0000-00000000000c";
/// The actor's company.
pub(crate) const OUR_COMPANY: &str = "00000000-0000-0000-0000-0000000000a0";
/// Another company.
pub(crate) const THEIR_COMPANY: &str = "00000000-0000-0000-0000-0000000000b0";
/// An automation of the actor.
pub(crate) const MY_AUTOMATION: &str = "00000000-0000-0000-0000-0000000000a1";
/// An automation of a stranger.
pub(crate) const THEIR_AUTOMATION: &str = "00000000-0000-0000-0000-0000000000b1";
/// What a cell makes.
pub(crate) const NEW: &str = "00000000-0000-0000-0000-0000000000ff";

/// What every cell finds: people, companies and automations.
pub(crate) fn population() -> String {
    format!(
        "insert into companies (id, name) values ('{OUR_COMPANY}', 'Ours'), ('{THEIR_COMPANY}', 'Theirs');
         insert into users (id, email, password_hash, role, company_id) values
           ('{ME}', 'me@example.com', '!', 'TEAM', '{OUR_COMPANY}'),
           ('{COLLEAGUE}', 'colleague@example.com', '!', 'CLIENT', '{OUR_COMPANY}'),
           ('{STRANGER}', 'stranger@example.com', '!', 'CLIENT', '{THEIR_COMPANY}'),
           (gen_random_uuid(), 'one@example.com', '!', 'ADMIN', null),
           (gen_random_uuid(), 'two@example.com', '!', 'ADMIN', null);
         insert into automations (id, user_id, title, flow) values
           ('{MY_AUTOMATION}', '{ME}', 'Mine', '{{\"nodes\": [], \"edges\": []}}'),
           ('{THEIR_AUTOMATION}', '{STRANGER}', 'Theirs', '{{\"nodes\": [], \"edges\": []}}');"
    )
}

/// A row in a relation to the actor: where it is, and how it is made if the population has none.
pub(crate) struct Thing {
    pub(crate) table: &'static str,
    pub(crate) id: &'static str,
    /// Column and value pairs of a new row of this kind.
    pub(crate) row: Option<Vec<(&'static str, String)>>,
    /// Whether the population has the row already.
    pub(crate) exists: bool,
}

/// The thing of this kind in this relation, if there can be one.
pub(crate) fn thing(resource: Resource, relation: Relation) -> Option<Thing> {
    match resource {
        Resource::User => user(relation),
        Resource::Colleague => person(relation).map(|id| existing("kairo.colleagues", id)),
        Resource::Company => company(relation),
        Resource::Project => content("projects", relation),
        Resource::Service => content("services", relation).filter(|_| relation != Relation::Company),
        Resource::Automation => automation(relation),
        Resource::Run => run(relation),
        Resource::Asset => asset(relation),
        Resource::Lead => lead(relation),
        Resource::Session => owned(
            "sessions",
            "user_id",
            relation,
            vec![
                ("refresh_token", text(&"a".repeat(64))),
                ("expires_at", "now() + interval '1 day'".to_owned()),
            ],
        ),
        Resource::Audit => journal(relation),
        Resource::ClientInvitation | Resource::StaffInvitation | Resource::ApiKey => None,
    }
}

/// The assignment that only this verb may make; `None` when SQL cannot tell the verb from another.
pub(crate) fn assignment(resource: Resource, verb: Verb) -> Option<&'static str> {
    let ordinary = match resource {
        Resource::User | Resource::Lead | Resource::Company => "name = 'Other'",
        Resource::Project | Resource::Service | Resource::Automation => "title = 'Other'",
        Resource::Run => "logs = '{}'",
        Resource::Asset => "filename = 'other.png'",
        Resource::Session => "last_used_at = now()",
        _ => return None,
    };
    match (verb, resource) {
        (Verb::Update, _) => Some(ordinary),
        (Verb::Publish, Resource::Asset) => Some("visibility = 'PUBLIC'"),
        (Verb::Publish, _) => Some("published = not published"),
        (Verb::Move, Resource::Lead) => Some("status = 'CONTACTED'"),
        (Verb::Move, _) => Some("status = 'ARCHIVED'"),
        (Verb::Delete, Resource::Session) => Some("revoked_at = now()"),
        (Verb::Delete, _) => Some("deleted_at = now()"),
        (Verb::ChangeRole, _) => Some("role = 'ADMIN'"),
        _ => None,
    }
}

fn text(value: &str) -> String {
    format!("'{value}'")
}

fn existing(table: &'static str, id: &'static str) -> Thing {
    Thing { table, id, row: None, exists: true }
}

fn new(table: &'static str, row: Vec<(&'static str, String)>) -> Option<Thing> {
    let mut row = row;
    row.insert(0, ("id", text(NEW)));
    Some(Thing { table, id: NEW, row: Some(row), exists: false })
}

fn person(relation: Relation) -> Option<&'static str> {
    match relation {
        Relation::Own => Some(ME),
        Relation::Company => Some(COLLEAGUE),
        Relation::Public => None,
        Relation::Foreign => Some(STRANGER),
    }
}

fn user(relation: Relation) -> Option<Thing> {
    let id = person(relation)?;
    let company = if relation == Relation::Company { text(OUR_COMPANY) } else { "null".to_owned() };
    let row = vec![("id", text(NEW)), ("email", text("new@example.com")), ("company_id", company)];
    // Nobody makes themselves.
    Some(Thing { row: Some(row).filter(|_| relation != Relation::Own), ..existing("users", id) })
}

fn company(relation: Relation) -> Option<Thing> {
    match relation {
        Relation::Company => Some(existing("companies", OUR_COMPANY)),
        Relation::Foreign => {
            let row = vec![("id", text(NEW)), ("name", text("New"))];
            Some(Thing { row: Some(row), ..existing("companies", THEIR_COMPANY) })
        }
        Relation::Own | Relation::Public => None,
    }
}

fn content(table: &'static str, relation: Relation) -> Option<Thing> {
    let mut row = vec![
        ("slug", text("new")),
        ("title", text("New")),
        (if table == "projects" { "summary" } else { "description" }, text("New")),
        ("content", text("[]")),
        ("published", (relation == Relation::Public).to_string()),
    ];
    if table == "projects" {
        let company = if relation == Relation::Company { OUR_COMPANY } else { THEIR_COMPANY };
        row.push(("company_id", text(company)));
    }
    if relation == Relation::Own { None } else { new(table, row) }
}

fn owner(relation: Relation) -> Option<&'static str> {
    match relation {
        Relation::Own => Some(ME),
        Relation::Foreign => Some(STRANGER),
        Relation::Company | Relation::Public => None,
    }
}

fn owned(
    table: &'static str,
    column: &'static str,
    relation: Relation,
    mut row: Vec<(&'static str, String)>,
) -> Option<Thing> {
    row.push((column, text(owner(relation)?)));
    new(table, row)
}

fn automation(relation: Relation) -> Option<Thing> {
    let flow = text("{\"nodes\": [], \"edges\": []}");
    owned("automations", "user_id", relation, vec![("title", text("New")), ("flow", flow)])
}

fn run(relation: Relation) -> Option<Thing> {
    let automation = match relation {
        Relation::Own => MY_AUTOMATION,
        Relation::Foreign => THEIR_AUTOMATION,
        Relation::Company | Relation::Public => return None,
    };
    new("automation_runs", vec![("automation_id", text(automation)), ("status", text("RUNNING"))])
}

fn asset(relation: Relation) -> Option<Thing> {
    let (creator, company) = match relation {
        Relation::Own => (ME, "null".to_owned()),
        Relation::Company => (STRANGER, text(OUR_COMPANY)),
        Relation::Public | Relation::Foreign => (STRANGER, text(THEIR_COMPANY)),
    };
    let visibility = if relation == Relation::Public { "PUBLIC" } else { "PRIVATE" };
    new(
        "assets",
        vec![
            ("filename", text("new.png")),
            ("url", text("/new.png")),
            ("type", text("IMAGE")),
            ("created_by", text(creator)),
            ("company_id", company),
            ("visibility", text(visibility)),
        ],
    )
}

fn lead(relation: Relation) -> Option<Thing> {
    let row = vec![("name", text("New")), ("email", text("new@example.com")), ("message", text("Hello"))];
    if relation == Relation::Foreign { new("leads", row) } else { None }
}

fn journal(relation: Relation) -> Option<Thing> {
    let row = vec![
        ("at", "now()".to_owned()),
        ("actor", text("user")),
        ("actor_id", text(owner(relation)?)),
        ("verb", text("create")),
        ("resource", text("lead")),
        ("subject", text(NEW)),
        ("event", text("lead.created")),
    ];
    Some(Thing { table: "kairo.journal", id: NEW, row: Some(row), exists: false })
}

//! People, what they get in with, and what is recorded of them.

use kairo::domain::{Relation, Role};

use super::population::{COLLEAGUE, LONER, ME, OUR_COMPANY, STRANGER, THEIR_COMPANY};
use super::{NEW, Row, Thing, existing, new, null, owners, text};

pub(super) fn users(relation: Relation) -> Vec<Thing> {
    let user = |id, row| Thing { row, ..existing("users", id) };
    match relation {
        // Nobody makes themselves.
        Relation::Own => vec![user(ME, None)],
        Relation::Company => vec![user(COLLEAGUE, Some(new_user(text(OUR_COMPANY))))],
        Relation::Public => Vec::new(),
        // To put a user into a company is to give rights, which is more than to make one.
        Relation::Foreign => vec![user(STRANGER, None), user(LONER, Some(new_user(null())))],
    }
}

fn new_user(company: String) -> Row {
    vec![("id", text(NEW)), ("email", text("new@example.com")), ("company_id", company)]
}

pub(super) fn colleagues(relation: Relation) -> Vec<Thing> {
    users(relation).into_iter().map(|user| existing("kairo.colleagues", user.id)).collect()
}

pub(super) fn companies(relation: Relation) -> Vec<Thing> {
    let row = vec![("id", text(NEW)), ("name", text("New"))];
    match relation {
        Relation::Company => vec![existing("companies", OUR_COMPANY)],
        Relation::Foreign => vec![Thing { row: Some(row), ..existing("companies", THEIR_COMPANY) }],
        Relation::Own | Relation::Public => Vec::new(),
    }
}

pub(super) fn sessions(relation: Relation) -> Vec<Thing> {
    let session = |owner: &&str| {
        new(
            "sessions",
            vec![
                ("user_id", text(owner)),
                ("refresh_token", text(&"a".repeat(64))),
                ("expires_at", "now() + interval '1 day'".to_owned()),
            ],
        )
    };
    owners(relation).iter().map(session).collect()
}

pub(super) fn api_keys(relation: Relation) -> Vec<Thing> {
    let key = |owner: &&str| {
        new(
            "kairo.api_keys",
            vec![
                ("user_id", text(owner)),
                ("name", text("New")),
                ("prefix", text("kairo_new")),
                ("digest", text(&"b".repeat(64))),
                ("scopes", text("{leads:read}")),
                ("expires_at", "now() + interval '1 day'".to_owned()),
                ("created_at", "now()".to_owned()),
            ],
        )
    };
    owners(relation).iter().map(key).collect()
}

pub(super) fn credentials(relation: Relation) -> Vec<Thing> {
    let credential = |owner: &&str| {
        new(
            "kairo.credentials",
            vec![
                ("user_id", text(owner)),
                ("name", text("new")),
                ("kind", text("bearer")),
                ("sealed", text(&"c".repeat(64))),
                ("created_at", "now()".to_owned()),
                ("updated_at", "now()".to_owned()),
                ("version", "1".to_owned()),
            ],
        )
    };
    owners(relation).iter().map(credential).collect()
}

pub(super) fn journal(relation: Relation) -> Vec<Thing> {
    let entry = |actor: &str, company: String| {
        let row = vec![
            ("at", "now()".to_owned()),
            ("actor", text("user")),
            ("actor_id", text(actor)),
            ("verb", text("create")),
            ("resource", text("lead")),
            ("subject", text(NEW)),
            ("event", text("lead.created")),
            ("company_id", company),
        ];
        Thing { table: "kairo.journal", key: "subject", id: NEW, row: Some(row), exists: false }
    };
    match relation {
        Relation::Own => vec![entry(ME, null())],
        Relation::Company => vec![entry(COLLEAGUE, text(OUR_COMPANY))],
        Relation::Public => Vec::new(),
        Relation::Foreign => vec![entry(STRANGER, text(THEIR_COMPANY)), entry(STRANGER, null())],
    }
}

pub(super) fn invitations(roles: &[Role], relation: Relation) -> Vec<Thing> {
    let companies = match relation {
        Relation::Company => vec![text(OUR_COMPANY)],
        Relation::Foreign => vec![text(THEIR_COMPANY), null()],
        Relation::Own | Relation::Public => Vec::new(),
    };
    let invitation = |role: &Role, company: &String| {
        new(
            "kairo.invitations",
            vec![
                ("email", text("new@example.com")),
                ("role", text(role.as_str())),
                ("company_id", company.clone()),
                ("created_at", "now()".to_owned()),
                ("expires_at", "now() + interval '1 day'".to_owned()),
            ],
        )
    };
    let of_role = |role| companies.iter().map(move |company| invitation(role, company));
    roles.iter().flat_map(of_role).collect()
}

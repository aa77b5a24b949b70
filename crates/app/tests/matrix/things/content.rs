//! What the studio shows, does and is asked.

use kairo::domain::Relation;

use super::population::{ME, OUR_COMPANY, STRANGER, THEIR_COMPANY, automation_of};
use super::{Thing, new, null, owners, text};

const EMPTY_FLOW: &str = "{\"nodes\": [], \"edges\": []}";

pub(super) fn projects(relation: Relation) -> Vec<Thing> {
    let project = |company, shown: Shown| {
        new(
            "projects",
            vec![
                ("slug", text("new")),
                ("title", text("New")),
                ("summary", text("New")),
                ("content", text("[]")),
                ("company_id", company),
                ("published", (shown != Shown::No).to_string()),
                ("deleted_at", shown.deleted_at()),
            ],
        )
    };
    let (ours, theirs) = (|| text(OUR_COMPANY), || text(THEIR_COMPANY));
    match relation {
        Relation::Own => Vec::new(),
        Relation::Company => vec![project(ours(), Shown::No), project(ours(), Shown::Yes)],
        Relation::Public => vec![project(theirs(), Shown::Yes), project(null(), Shown::Yes)],
        Relation::Foreign => vec![
            project(theirs(), Shown::No),
            project(null(), Shown::No),
            project(theirs(), Shown::UntilDeleted),
        ],
    }
}

pub(super) fn services(relation: Relation) -> Vec<Thing> {
    let service = |shown: Shown| {
        new(
            "services",
            vec![
                ("slug", text("new")),
                ("title", text("New")),
                ("description", text("New")),
                ("content", text("[]")),
                ("published", (shown != Shown::No).to_string()),
                ("deleted_at", shown.deleted_at()),
            ],
        )
    };
    match relation {
        Relation::Own | Relation::Company => Vec::new(),
        Relation::Public => vec![service(Shown::Yes)],
        Relation::Foreign => vec![service(Shown::No), service(Shown::UntilDeleted)],
    }
}

pub(super) fn automations(relation: Relation) -> Vec<Thing> {
    let automation = |owner: &&str| {
        let row = vec![("user_id", text(owner)), ("title", text("New")), ("flow", text(EMPTY_FLOW))];
        new("automations", row)
    };
    owners(relation).iter().map(automation).collect()
}

pub(super) fn runs(relation: Relation) -> Vec<Thing> {
    let run = |owner: &&str| {
        let automation = automation_of(&text(owner));
        new("automation_runs", vec![("automation_id", automation), ("status", text("RUNNING"))])
    };
    owners(relation).iter().map(run).collect()
}

pub(super) fn assets(relation: Relation) -> Vec<Thing> {
    let asset = |creator, company, shown: Shown| {
        new(
            "assets",
            vec![
                ("filename", text("new.png")),
                ("url", text("/new.png")),
                ("type", text("IMAGE")),
                ("created_by", text(creator)),
                ("company_id", company),
                ("visibility", text(if shown == Shown::No { "PRIVATE" } else { "PUBLIC" })),
                ("deleted_at", shown.deleted_at()),
            ],
        )
    };
    let (ours, theirs) = (|| text(OUR_COMPANY), || text(THEIR_COMPANY));
    match relation {
        Relation::Own => vec![asset(ME, null(), Shown::No), asset(ME, ours(), Shown::No)],
        Relation::Company => vec![asset(STRANGER, ours(), Shown::No), asset(STRANGER, ours(), Shown::Yes)],
        // Whoever has left a company has left behind what they made there.
        Relation::Public => vec![asset(STRANGER, theirs(), Shown::Yes), asset(ME, theirs(), Shown::Yes)],
        Relation::Foreign => vec![
            asset(STRANGER, theirs(), Shown::No),
            asset(ME, theirs(), Shown::No),
            asset(STRANGER, null(), Shown::No),
            asset(STRANGER, theirs(), Shown::UntilDeleted),
        ],
    }
}

pub(super) fn leads(relation: Relation) -> Vec<Thing> {
    let row = vec![("name", text("New")), ("email", text("new@example.com")), ("message", text("Hello"))];
    if relation == Relation::Foreign { vec![new("leads", row)] } else { Vec::new() }
}

/// Whether everybody sees a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    No,
    Yes,
    /// It was published, and then deleted without being taken back first.
    UntilDeleted,
}

impl Shown {
    fn deleted_at(self) -> String {
        if self == Self::UntilDeleted { "now()".to_owned() } else { null() }
    }
}

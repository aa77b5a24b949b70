use super::{Relation, Resource, Verb, reach};
use crate::ActorRole;

/// One question of the policy and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Who.
    pub role: ActorRole,
    /// To what.
    pub resource: Resource,
    /// Does what.
    pub verb: Verb,
    /// Standing how to it.
    pub relation: Relation,
    /// Whether it is allowed.
    pub allowed: bool,
}

/// Every cell of the matrix: role × resource × verb × relation.
pub fn cells() -> impl Iterator<Item = Cell> {
    ActorRole::ALL.into_iter().flat_map(|role| {
        Resource::ALL.into_iter().flat_map(move |resource| {
            resource.verbs().iter().flat_map(move |&verb| {
                Relation::ALL.into_iter().map(move |relation| {
                    let allowed = reach(role, resource, verb).includes(relation);
                    Cell { role, resource, verb, relation, allowed }
                })
            })
        })
    })
}

/// The matrix as Markdown, for the documentation.
pub fn render_matrix() -> String {
    let mut page = String::from(
        "# Who may do what\n\nGenerated from `crates/domain/src/policy/table.rs`; do not edit.\n\n\
         Each cell lists how the actor must stand to the thing: **own**, **same company**, **published**, **other** \
         (none of these). `all` is every relation, `–` none.\n",
    );
    for resource in Resource::ALL {
        page.push_str(&format!("\n## {resource}\n\n| verb |"));
        for role in ActorRole::ALL {
            page.push_str(&format!(" {} |", role.as_str()));
        }
        page.push_str("\n|---|---|---|---|---|---|\n");
        for &verb in resource.verbs() {
            page.push_str(&format!("| {verb} |"));
            for role in ActorRole::ALL {
                page.push_str(&format!(" {} |", words(role, resource, verb)));
            }
            page.push('\n');
        }
    }
    page
}

fn words(role: ActorRole, resource: Resource, verb: Verb) -> String {
    let reach = reach(role, resource, verb);
    let within: Vec<&str> = Relation::ALL
        .into_iter()
        .filter(|relation| reach.includes(*relation))
        .map(Relation::as_str)
        .collect();
    match within.len() {
        0 => "–".to_owned(),
        4 => "all".to_owned(),
        _ => within.join(", "),
    }
}

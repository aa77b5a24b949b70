//! Conditions on rows, as SQL.

use kairo_domain::{Reach, Relation, Resource};

use super::tables::{Kind, Table};

/// The context of a transaction. Each is a scalar sub-select, so that it is read once and an index can be used, and
/// each says `nullif`: after a commit a setting that was local to it reads as an empty text.
pub(super) mod settings {
    /// The user who acts, or in whose name an automation acts.
    pub(crate) const USER: &str = "(SELECT nullif(current_setting('kairo.user', true), '')::uuid)";
    /// The company of that user.
    pub(crate) const COMPANY: &str = "(SELECT nullif(current_setting('kairo.company', true), '')::uuid)";
    /// The kind of actor.
    pub(crate) const ACTOR: &str = "(SELECT nullif(current_setting('kairo.actor', true), ''))";
    /// Who acts: the user, or the automation.
    pub(crate) const ACTOR_ID: &str = "(SELECT nullif(current_setting('kairo.actor_id', true), '')::uuid)";
    /// How the scopes of the actor's idempotency keys begin.
    pub(crate) const SCOPE: &str = "(SELECT nullif(current_setting('kairo.actor', true), '') || ':' || \
                                    coalesce(nullif(current_setting('kairo.user', true), ''), '-') || ':')";
}

/// The rows of a table that stand to the actor in one of the relations of the reach of their kind; `None` when none can.
pub(super) fn any_of(table: &Table, reach: impl Fn(Resource) -> Reach) -> Option<String> {
    let of_kinds: Vec<_> =
        table.kinds.iter().map(|kind| (kind, standing(kind, reach(kind.resource)))).collect();
    if of_kinds.iter().all(|(_, rows)| rows.as_deref() == Some("true")) {
        return Some("true".to_owned());
    }
    let conditions: Vec<String> =
        of_kinds.into_iter().filter_map(|(kind, rows)| Some(all(&[kind.rows, &rows?]))).collect();
    any(&conditions)
}

fn standing(kind: &Kind, reach: Reach) -> Option<String> {
    // A trigger leaves out what `Reach::OTHERS` leaves out.
    if reach.includes(Relation::Foreign) {
        return Some("true".to_owned());
    }
    let within = Relation::ALL.into_iter().filter(|relation| reach.includes(*relation));
    any(&within.filter_map(|relation| kind.standing(relation)).collect::<Vec<_>>())
}

fn any(conditions: &[String]) -> Option<String> {
    match conditions {
        [] => None,
        [only] => Some(only.clone()),
        several => Some(several.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" OR ")),
    }
}

/// All of these; what is always true is left out.
pub(super) fn all(conditions: &[&str]) -> String {
    let real: Vec<&str> = conditions.iter().copied().filter(|condition| *condition != "true").collect();
    match &real[..] {
        [] => "true".to_owned(),
        [only] => (*only).to_owned(),
        several => several
            .iter()
            .map(|one| if one.contains(" OR ") { format!("({one})") } else { (*one).to_owned() })
            .collect::<Vec<_>>()
            .join(" AND "),
    }
}

/// Whether the condition leaves out deleted rows by itself.
pub(super) fn hides_deleted(condition: &str) -> bool {
    condition.ends_with("deleted_at IS NULL") && !condition.contains(" OR ")
}

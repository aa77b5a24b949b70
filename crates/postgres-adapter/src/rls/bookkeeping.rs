//! The rights to what the program keeps beside its resources.

use std::fmt::Write;

use kairo_domain::{ActorRole, LeadEntryKind, Notice, Reach, Resource, Verb, reach};

use super::condition::settings;
use super::{rights, role_name, tables};

/// The rights to everything that is no table of a resource.
pub(super) fn render(sql: &mut String) {
    colleagues(sql);
    journal(sql);
    lead_timeline(sql);
    idempotency(sql);
    for table in tables::PRIVATE {
        private(sql, table);
    }
    letters(sql);
}

fn colleagues(sql: &mut String) {
    sql.push_str("\n-- kairo.colleagues\n");
    for role in ActorRole::ALL {
        if !reach(role, Resource::Colleague, Verb::Read).is_nothing() {
            let _ = writeln!(sql, "GRANT SELECT ON kairo.colleagues TO {};", role_name(role));
        }
    }
}

/// Everybody writes their own lines, and the program itself those of whoever it acts for; who reads which is the
/// policy's business.
fn journal(sql: &mut String) {
    sql.push_str("\n-- kairo.journal\n");
    let own = format!("actor_id = {}", settings::USER);
    let honest = honest();
    let all = [&["seq"], tables::JOURNAL].concat();
    for role in ActorRole::ALL {
        let within = |verb| {
            let reach = reach(role, Resource::Audit, verb);
            match (reach == Reach::EVERYTHING, reach.is_nothing()) {
                (true, _) => Some("true"),
                (false, false) => Some(own.as_str()),
                (false, true) => None,
            }
        };
        if let Some(rows) = within(Verb::Read) {
            rights(sql, "kairo.journal", role, "SELECT", &all, &format!("USING ({rows})"));
        }
        let written = if role == ActorRole::System { "true" } else { honest.as_str() };
        rights(sql, "kairo.journal", role, "INSERT", tables::JOURNAL, &format!("WITH CHECK ({written})"));
        if let Some(rows) = within(Verb::Purge) {
            rights(sql, "kairo.journal", role, "DELETE", &[], &format!("USING ({rows})"));
        }
    }
}

/// Who may read a lead reads what happened to it. Who may do something to a lead tells of it, in their own name, the
/// program itself included. Nothing that was told is changed, and all of it goes with the lead.
fn lead_timeline(sql: &mut String) {
    sql.push_str("\n-- kairo.lead_timeline\n");
    let (name, honest) = ("kairo.lead_timeline", honest());
    for role in ActorRole::ALL {
        let may = |verb| !reach(role, Resource::Lead, verb).is_nothing();
        if may(Verb::Read) {
            rights(sql, name, role, "SELECT", tables::LEAD_TIMELINE, "USING (true)");
        }
        let told = LeadEntryKind::ALL.into_iter().filter(|kind| may(kind.verb()));
        let told: Vec<_> = told.map(|kind| format!("'{}'", kind.as_str())).collect();
        if !told.is_empty() {
            let check = format!("WITH CHECK (kind IN ({}) AND {honest})", told.join(", "));
            rights(sql, name, role, "INSERT", tables::LEAD_TIMELINE, &check);
        }
    }
}

/// What is made in the name of whoever acts.
fn honest() -> String {
    format!("actor = {} AND actor_id IS NOT DISTINCT FROM {}", settings::ACTOR, settings::ACTOR_ID)
}

/// The program itself clears away what expired.
fn idempotency(sql: &mut String) {
    sql.push_str("\n-- kairo.idempotency_keys\n");
    let own = format!("starts_with(scope, {})", settings::SCOPE);
    for role in ActorRole::ALL {
        let rows = if role == ActorRole::System { "true" } else { own.as_str() };
        let name = "kairo.idempotency_keys";
        rights(sql, name, role, "SELECT", tables::IDEMPOTENCY, &format!("USING ({rows})"));
        rights(sql, name, role, "INSERT", tables::IDEMPOTENCY, &format!("WITH CHECK ({rows})"));
        rights(sql, name, role, "DELETE", &[], &format!("USING ({rows})"));
        if role == ActorRole::System {
            // To lock a row takes the right to change it. Nothing that was changed passes.
            rights(sql, name, role, "UPDATE", &["expires_at"], "USING (true) WITH CHECK (false)");
        }
    }
}

fn private(sql: &mut String, table: &str) {
    let _ = writeln!(sql, "\n-- {table}");
    for (command, clauses) in [
        ("SELECT", "USING (true)"),
        ("INSERT", "WITH CHECK (true)"),
        ("UPDATE", "USING (true) WITH CHECK (true)"),
        ("DELETE", "USING (true)"),
    ] {
        rights(sql, table, ActorRole::System, command, &[], clauses);
    }
}

/// What somebody does may owe somebody a letter, and only of such letters may it be: notices to oneself, and what goes to
/// those whom one may invite or make. Nobody reads what was posted.
fn letters(sql: &mut String) {
    let words: Vec<_> = Notice::ALL.iter().map(|notice| format!("'{}'", notice.word())).collect();
    let to_oneself =
        format!("kind IN ({}) AND subject = {} AND address IS NULL", words.join(", "), settings::USER);
    for role in ActorRole::ALL {
        let others = match role {
            // It has every right to the table.
            ActorRole::System | ActorRole::Anonymous => continue,
            ActorRole::Client => "",
            ActorRole::Team => " OR (kind = 'invitation' AND address IS NULL)",
            ActorRole::Admin => " OR (kind IN ('invitation', 'welcome') AND address IS NULL)",
        };
        let check = format!("WITH CHECK (({to_oneself}){others})");
        rights(sql, "kairo.letters", role, "INSERT", tables::POSTED, &check);
    }
}

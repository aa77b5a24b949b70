//! The rights to what belongs to automations and runs: they follow those to the automation or run itself.

use std::fmt::Write;

use kairo_domain::{ActorRole, Reach, Resource, Verb, reach};

use super::condition::settings;
use super::{rights, tables};

/// The rights to versions of flows, to steps and to triggers.
pub(super) fn render(sql: &mut String) {
    versions(sql);
    steps(sql);
    triggers(sql);
}

/// A trigger of the table writes them; nobody else does.
fn versions(sql: &mut String) {
    let name = heading(sql, "kairo.automation_versions");
    for role in ActorRole::ALL {
        if let Some(rows) = of_automations(role, Verb::Read) {
            rights(sql, name, role, "SELECT", &[], &format!("USING ({rows})"));
        }
    }
}

/// Whoever makes a run makes the steps that it begins with. All others come by way of a function.
fn steps(sql: &mut String) {
    let name = heading(sql, "kairo.automation_run_steps");
    for role in ActorRole::ALL {
        let within = |verb| match reach(role, Resource::Run, verb) {
            Reach::EVERYTHING => Some("true".to_owned()),
            reach if reach.is_nothing() => None,
            _ => Some(format!(
                "EXISTS (SELECT FROM public.automation_runs AS run JOIN public.automations AS flow \
                 ON flow.id = run.automation_id WHERE run.id = run_id AND flow.user_id = {})",
                settings::USER
            )),
        };
        if let Some(rows) = within(Verb::Read) {
            rights(sql, name, role, "SELECT", &[], &format!("USING ({rows})"));
        }
        if let Some(rows) = within(Verb::Create) {
            rights(sql, name, role, "INSERT", &[], &format!("WITH CHECK ({rows})"));
        }
    }
}

/// Whoever may change an automation replaces its triggers, and does not see their tokens again.
fn triggers(sql: &mut String) {
    let name = heading(sql, "kairo.automation_triggers");
    let given = [tables::TRIGGER, tables::TOKEN].concat();
    for role in ActorRole::ALL {
        let is_program = role == ActorRole::System;
        if let Some(rows) = of_automations(role, Verb::Read) {
            let seen = if is_program { &[] } else { tables::TRIGGER };
            rights(sql, name, role, "SELECT", seen, &format!("USING ({rows})"));
        }
        if let Some(rows) = of_automations(role, Verb::Update) {
            rights(sql, name, role, "INSERT", &given, &format!("WITH CHECK ({rows})"));
            rights(sql, name, role, "DELETE", &[], &format!("USING ({rows})"));
        }
        if is_program {
            let changed = ["next_at", "is_over", "sealed_token"];
            rights(sql, name, role, "UPDATE", &changed, "USING (true) WITH CHECK (true)");
        }
    }
}

/// Rows of automations within the reach of a verb. Asked one by one: a list of all that is somebody's would be made for
/// every statement.
fn of_automations(role: ActorRole, verb: Verb) -> Option<String> {
    match reach(role, Resource::Automation, verb) {
        Reach::EVERYTHING => Some("true".to_owned()),
        reach if reach.is_nothing() => None,
        _ => Some(format!(
            "EXISTS (SELECT FROM public.automations AS flow WHERE flow.id = automation_id AND flow.user_id = {})",
            settings::USER
        )),
    }
}

fn heading(sql: &mut String, name: &'static str) -> &'static str {
    let _ = writeln!(sql, "\n-- {name}");
    name
}

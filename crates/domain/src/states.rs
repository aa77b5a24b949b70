//! The state machines as a page of the documentation.

use std::fmt::Display;

use crate::{AutomationStatus, LeadStatus, RunPhase};

/// The state machines as Markdown with one diagram each.
pub fn render_states() -> String {
    let mut page = String::from(
        "# State machines\n\nGenerated from the `next()` tables in `crates/domain`; do not edit.\n\
         Whatever is not drawn is refused, staying included.\n",
    );
    let notes =
        "LOST is entered and left only with a reason; CONVERTED is entered only through the conversion.";
    machine(&mut page, "Lead", notes, LeadStatus::ALL, LeadStatus::next);
    let notes =
        "ACTIVE is entered only when the flow has no fault; only an ACTIVE automation fires its triggers.";
    machine(&mut page, "Automation", notes, AutomationStatus::ALL, AutomationStatus::next);
    machine(
        &mut page,
        "Run",
        "What the status column shows stands in the second table.",
        RunPhase::ALL,
        RunPhase::next,
    );
    page.push_str("\n| phase | status |\n|---|---|\n");
    for phase in RunPhase::ALL {
        page.push_str(&format!("| {phase} | {} |\n", phase.status()));
    }
    page
}

fn machine<S: Copy + Display + PartialEq, const N: usize>(
    page: &mut String,
    name: &str,
    notes: &str,
    all: [S; N],
    next: fn(S) -> &'static [S],
) {
    page.push_str(&format!(
        "\n## {name}\n\n{notes}\n\n```mermaid\nstateDiagram-v2\n    [*] --> {}\n",
        all[0]
    ));
    for from in all {
        for to in next(from) {
            page.push_str(&format!("    {from} --> {to}\n"));
        }
        if next(from).is_empty() {
            page.push_str(&format!("    {from} --> [*]\n"));
        }
    }
    page.push_str("```\n\n| from | may go to |\n|---|---|\n");
    for from in all {
        let targets: Vec<String> = next(from).iter().map(ToString::to_string).collect();
        page.push_str(&format!(
            "| {from} | {} |\n",
            if targets.is_empty() { "–".into() } else { targets.join(", ") }
        ));
    }
}

/// The node kinds a flow may use; `note` and `group` are drawing only.
const KINDS: &[&str] = &[
    "trigger.manual",
    "trigger.webhook",
    "trigger.schedule",
    "trigger.event",
    "http.request",
    "email.send",
    "transform",
    "if",
    "switch",
    "filter",
    "forEach",
    "merge",
    "wait",
    "approval",
    "subflow",
    "respond",
    "lead.create",
    "lead.move",
    "lead.note",
    "company.create",
    "project.publish",
    "asset.tag",
    "fail",
    "stop",
    "note",
    "group",
];

/// Whether the catalogue of node kinds has this one.
pub fn is_known_kind(kind: &str) -> bool {
    KINDS.contains(&kind)
}

pub(crate) fn is_trigger(kind: &str) -> bool {
    kind.starts_with("trigger.")
}

pub(crate) fn is_drawing(kind: &str) -> bool {
    matches!(kind, "note" | "group")
}

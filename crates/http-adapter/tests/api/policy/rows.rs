//! What is compared with the policy.

use kairo_domain::{Resource, Verb};

/// An operation on one thing, what it does in the words of the policy, and what it answers when that is allowed.
pub(super) struct Row {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) does: (Resource, Verb),
    pub(super) granted: u16,
}

const fn row(method: &'static str, path: &'static str, does: (Resource, Verb), granted: u16) -> Row {
    Row { method, path, does, granted }
}

const CHANGE_ROLE: (Resource, Verb) = (Resource::User, Verb::ChangeRole);
const SEE_FLOW: (Resource, Verb) = (Resource::Automation, Verb::Read);
const DRAW_FLOW: (Resource, Verb) = (Resource::Automation, Verb::Update);
const MOVE_FLOW: (Resource, Verb) = (Resource::Automation, Verb::Move);

pub(super) const ROWS: &[Row] = &[
    row("GET", "/users/{id}", (Resource::User, Verb::Read), 200),
    row("PATCH", "/users/{id}", (Resource::User, Verb::Update), 200),
    row("DELETE", "/users/{id}", (Resource::User, Verb::Delete), 204),
    row("PUT", "/users/{id}/role", CHANGE_ROLE, 200),
    row("PUT", "/users/{id}/company", CHANGE_ROLE, 200),
    row("POST", "/users/{id}/suspend", CHANGE_ROLE, 200),
    row("POST", "/users/{id}/reactivate", CHANGE_ROLE, 200),
    row("DELETE", "/users/{id}/two-factor", CHANGE_ROLE, 204),
    row("GET", "/users/{id}/sessions", (Resource::Session, Verb::Read), 200),
    row("DELETE", "/users/{id}/sessions/{session}", (Resource::Session, Verb::Delete), 204),
    row("GET", "/users/{id}/api-keys", (Resource::ApiKey, Verb::Read), 200),
    row("DELETE", "/users/{id}/api-keys/{key}", (Resource::ApiKey, Verb::Delete), 204),
    row("GET", "/companies/{id}", (Resource::Company, Verb::Read), 200),
    row("PATCH", "/companies/{id}", (Resource::Company, Verb::Update), 200),
    row("DELETE", "/companies/{id}", (Resource::Company, Verb::Delete), 204),
    row("GET", "/invitations/{id}", (Resource::ClientInvitation, Verb::Read), 200),
    row("DELETE", "/invitations/{id}", (Resource::ClientInvitation, Verb::Delete), 204),
    row("POST", "/invitations/{id}/resend", (Resource::ClientInvitation, Verb::Delete), 200),
    row("GET", "/invitations/{staff}", (Resource::StaffInvitation, Verb::Read), 200),
    row("DELETE", "/invitations/{staff}", (Resource::StaffInvitation, Verb::Delete), 204),
    row("POST", "/invitations/{staff}/resend", (Resource::StaffInvitation, Verb::Delete), 200),
    row("GET", "/credentials/{id}", (Resource::Credential, Verb::Read), 200),
    row("PATCH", "/credentials/{id}", (Resource::Credential, Verb::Update), 200),
    row("PUT", "/credentials/{id}/secret", (Resource::Credential, Verb::Update), 200),
    row("DELETE", "/credentials/{id}", (Resource::Credential, Verb::Purge), 204),
    row("GET", "/automations/{id}", SEE_FLOW, 200),
    row("PATCH", "/automations/{id}", (Resource::Automation, Verb::Update), 200),
    row("DELETE", "/automations/{id}", (Resource::Automation, Verb::Delete), 204),
    row("GET", "/automations/{id}/flow", SEE_FLOW, 200),
    row("PUT", "/automations/{id}/flow", DRAW_FLOW, 200),
    row("GET", "/automations/{id}/versions", SEE_FLOW, 200),
    row("GET", "/automations/{id}/versions/compare", SEE_FLOW, 200),
    row("GET", "/automations/{id}/versions/{number}", SEE_FLOW, 200),
    row("POST", "/automations/{id}/versions/{number}/restore", DRAW_FLOW, 200),
    row("POST", "/automations/{id}/activate", MOVE_FLOW, 200),
    row("POST", "/automations/{id}/pause", MOVE_FLOW, 200),
    row("POST", "/automations/{id}/archive", MOVE_FLOW, 200),
    row("POST", "/automations/{id}/restore", MOVE_FLOW, 200),
    // The copy is the caller's own, so whoever sees a flow may have one like it.
    row("POST", "/automations/{id}/duplicate", SEE_FLOW, 201),
    row("GET", "/automations/{id}/export", SEE_FLOW, 200),
    row("POST", "/automations/{id}/dry-run", SEE_FLOW, 200),
    row("GET", "/automations/{id}/triggers", SEE_FLOW, 200),
    row("POST", "/automations/{id}/triggers/{node}/rotate", DRAW_FLOW, 200),
    row("POST", "/automations/{id}/run", (Resource::Automation, Verb::Run), 201),
    row("GET", "/automations/{id}/runs", SEE_FLOW, 200),
    row("GET", "/automations/{id}/figures", SEE_FLOW, 200),
    row("GET", "/runs/{id}", (Resource::Run, Verb::Read), 200),
    row("GET", "/runs/{id}/steps", (Resource::Run, Verb::Read), 200),
    row("GET", "/runs/{id}/events", (Resource::Run, Verb::Read), 200),
    row("POST", "/runs/{id}/cancel", (Resource::Run, Verb::Update), 200),
    row("POST", "/runs/{id}/retry", (Resource::Run, Verb::Update), 201),
];

/// The lists, what they are of, and the member that says which thing a row is.
pub(super) const LISTS: &[(&str, Resource, &str)] = &[
    ("/users", Resource::User, "id"),
    ("/colleagues", Resource::Colleague, "id"),
    ("/companies", Resource::Company, "id"),
    ("/invitations", Resource::ClientInvitation, "id"),
    ("/invitations", Resource::StaffInvitation, "id"),
    ("/audit", Resource::Audit, "actorId"),
    ("/credentials", Resource::Credential, "id"),
    ("/automations", Resource::Automation, "id"),
    ("/runs", Resource::Run, "id"),
];

/// What can be made, of which kind it is, and the kind that whoever sees any of the collection sees.
pub(super) const MADE: &[(&str, &str, Resource, Resource)] = &[
    ("/users", r#"{"email": "n@studio.example"}"#, Resource::User, Resource::User),
    ("/users", r#"{"email": "n@studio.example", "role": "ADMIN"}"#, Resource::User, Resource::User),
    ("/companies", r#"{"name": "Engines"}"#, Resource::Company, Resource::Company),
    (
        "/invitations",
        r#"{"email": "n@studio.example"}"#,
        Resource::ClientInvitation,
        Resource::ClientInvitation,
    ),
    (
        "/invitations",
        r#"{"email": "n@studio.example", "role": "TEAM"}"#,
        Resource::StaffInvitation,
        Resource::ClientInvitation,
    ),
    (
        "/credentials",
        r#"{"name": "erp", "secret": {"kind": "bearer", "token": "a-token-of-the-erp"}}"#,
        Resource::Credential,
        Resource::Credential,
    ),
    ("/automations", r#"{"title": "Welcome"}"#, Resource::Automation, Resource::Automation),
    (
        "/automations/import",
        r#"{"kairo": "automation", "formatVersion": 1, "title": "a", "flow": {"nodes": [], "edges": []}}"#,
        Resource::Automation,
        Resource::Automation,
    ),
];

/// What is about no thing, and for everybody who is signed in.
pub(super) const ABOUT_NOTHING: &[(&str, &str)] =
    &[("GET", "/automations/nodes"), ("POST", "/automations/validate")];

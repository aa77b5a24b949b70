//! What the program keeps beside the nine tables.

use kairo_domain::{Resource, Verb};

use super::Class::{Blind, Derived, Fixed, Ordinary, Program, Sealed, Under, Upkeep};
use super::{CREATED_AT, ID, Kind, Table};

/// The tables whose rights are those of resources. Rows of the first two never change but in how they end.
pub(crate) static OWN: [Table; 3] = [
    Table {
        schema: "kairo",
        name: "invitations",
        kinds: &[
            Kind { resource: Resource::ClientInvitation, rows: "role = 'CLIENT'" },
            Kind { resource: Resource::StaffInvitation, rows: "role <> 'CLIENT'" },
        ],
        columns: &[
            ID,
            ("email", Fixed),
            ("role", Fixed),
            ("company_id", Fixed),
            ("invited_by", Fixed),
            CREATED_AT,
            // Who may invite may do it again.
            ("expires_at", Under(Verb::Create, "true")),
            ("accepted_at", Under(Verb::Create, "accepted_at IS NULL")),
            ("revoked_at", Under(Verb::Delete, "revoked_at IS NULL")),
            ("email_folded", Derived),
        ],
    },
    Table {
        schema: "kairo",
        name: "api_keys",
        kinds: &[Kind::of(Resource::ApiKey)],
        columns: &[
            ID,
            ("user_id", Fixed),
            ("name", Fixed),
            ("prefix", Fixed),
            ("digest", Sealed),
            ("scopes", Fixed),
            ("expires_at", Fixed),
            CREATED_AT,
            ("last_used_at", Program("last_used_at IS NULL")),
            ("revoked_at", Under(Verb::Delete, "revoked_at IS NULL")),
        ],
    },
    Table {
        schema: "kairo",
        name: "credentials",
        kinds: &[Kind::of(Resource::Credential)],
        columns: &[
            ID,
            ("user_id", Fixed),
            ("name", Ordinary),
            ("kind", Fixed),
            ("sealed", Blind),
            CREATED_AT,
            ("updated_at", Upkeep),
            ("last_used_at", Program("last_used_at IS NULL")),
            ("version", Upkeep),
        ],
    },
];

/// The columns of the journal that are written; its number is the database's.
pub(crate) const JOURNAL: &[&str] = &[
    "at",
    "actor",
    "actor_id",
    "role",
    "verb",
    "resource",
    "subject",
    "event",
    "body",
    "company_id",
    "request_id",
    "address",
    "agent",
];

/// The columns of the idempotency keys.
pub(crate) const IDEMPOTENCY: &[&str] =
    &["scope", "key", "body_digest", "status", "headers", "body", "created_at", "expires_at"];

/// The columns of a letter as it is posted; how often it was tried is the sender's business.
pub(crate) const POSTED: &[&str] = &["id", "kind", "subject", "address", "created_at", "due_at"];

/// The columns of a trigger that whoever sees the automation sees as well.
pub(crate) const TRIGGER: &[&str] =
    &["automation_id", "node", "kind", "cron", "zone", "missed", "next_at", "event"];

/// The columns of a trigger that only the program itself sees; whoever registers it writes them.
pub(crate) const TOKEN: &[&str] = &["token_digest", "sealed_token"];

/// The tables that nobody but the program itself reads and writes.
pub(crate) const PRIVATE: [&str; 10] = [
    "kairo.sign_ups",
    "kairo.email_changes",
    "kairo.one_time_tokens",
    "kairo.second_factors",
    "kairo.attempts",
    "kairo.revocations",
    "kairo.letters",
    "kairo.run_claims",
    "kairo.run_line",
    "kairo.uncounted_runs",
];

/// The columns of the timeline of a lead.
pub(crate) const LEAD_TIMELINE: &[&str] =
    &["id", "lead_id", "at", "kind", "actor", "actor_id", "body", "text"];

/// Whatever else the rendered rights are about.
pub(crate) const BOOKKEEPING: [&str; 9] = [
    "kairo.journal",
    "kairo.lead_timeline",
    "kairo.idempotency_keys",
    "kairo.colleagues",
    "kairo.migrations",
    "kairo.rls_state",
    "kairo.automation_versions",
    "kairo.automation_run_steps",
    "kairo.automation_triggers",
];

use chrono::{DateTime, Utc};
use kairo_domain::{CompanyId, JournalEntry, JournalField, Redacted};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::query::Listed;

/// Who acted.
#[derive(ToSchema)]
#[schema(as = ActorKind, rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum ActorWord {
    Visitor,
    User,
    Automation,
    System,
    Direct,
}

/// One line of the audit log.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditEntry)]
pub(crate) struct EntryView {
    /// Its place in the log; later lines have greater numbers, gaps are possible.
    seq: i64,
    /// When it happened.
    at: DateTime<Utc>,
    /// The kind of actor; `direct` stands for changes made in SQL.
    #[schema(value_type = ActorWord)]
    actor: String,
    /// The user or automation that acted.
    #[schema(required = true)]
    actor_id: Option<Uuid>,
    /// The role it acted with; null for changes made in SQL.
    #[schema(required = true)]
    role: Option<String>,
    /// What was permitted or refused.
    verb: String,
    /// The kind of thing.
    resource: String,
    /// The thing.
    #[schema(required = true)]
    subject: Option<Uuid>,
    /// What happened; names that end in `.refused` are of what did not.
    #[schema(example = "user.suspended")]
    event: String,
    /// What else is to be known of it.
    #[schema(value_type = Object)]
    body: Value,
    /// The company it belongs to.
    #[schema(required = true)]
    company_id: Option<Uuid>,
    /// The `X-Request-Id` of the request it came with; `run:` and the id of the run that did it.
    #[schema(required = true)]
    request_id: Option<String>,
    /// The network address it came from.
    #[schema(required = true)]
    address: Option<String>,
    /// The program it came from, as that calls itself.
    #[schema(required = true)]
    agent: Option<String>,
}

impl From<&JournalEntry> for EntryView {
    fn from(entry: &JournalEntry) -> Self {
        let personal = |text: &Option<Redacted<String>>| text.as_ref().map(|text| text.expose().clone());
        Self {
            seq: entry.seq,
            at: entry.at,
            actor: entry.actor.clone(),
            actor_id: entry.actor_id,
            role: entry.role.clone(),
            verb: entry.verb.clone(),
            resource: entry.resource.clone(),
            subject: entry.subject,
            event: entry.event.clone(),
            body: entry.body.clone(),
            company_id: entry.company.map(CompanyId::uuid),
            request_id: entry.origin.request.clone(),
            address: personal(&entry.origin.address),
            agent: personal(&entry.origin.agent),
        }
    }
}

impl Listed for EntryView {
    type Field = JournalField;

    const NAME: &'static str = "audit";
    const PROPERTIES: &'static [&'static str] = &[
        "seq",
        "at",
        "actor",
        "actorId",
        "role",
        "verb",
        "resource",
        "subject",
        "event",
        "body",
        "companyId",
        "requestId",
        "address",
        "agent",
    ];
    const SEARCHED: bool = false;
}

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use deserr::Deserr;
use kairo_domain::{LeadEntry, LeadEntryField, LeadId, LeadNote, LeadNoteField, Message};
use kairo_use_cases::NoteLead;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::audit::ActorWord;
use crate::body::Faults;
use crate::query::Listed;

/// A note to be taken.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = NoteLead, rename_all = "camelCase", example = json!({"text": "Asked to be called again on Monday."}))]
pub(crate) struct NoteBody {
    /// What to write.
    #[schema(value_type = String, min_length = 1, max_length = 20000)]
    text: Message,
}

impl NoteBody {
    pub(super) fn into_order(self, lead: LeadId) -> NoteLead {
        NoteLead { lead, text: self.text }
    }
}

/// What happened to a lead.
#[derive(ToSchema)]
#[schema(as = LeadEntryKind, rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum Kind {
    Created,
    StatusChanged,
    Edited,
    Noted,
    Deleted,
}

/// What the team wrote down about a lead.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LeadNote)]
pub(crate) struct NoteView {
    /// Its id, which is also that of its entry in the timeline.
    id: Uuid,
    lead_id: Uuid,
    text: String,
    /// The kind of actor that wrote it.
    #[schema(value_type = ActorWord)]
    actor: String,
    /// The user or automation that wrote it.
    #[schema(required = true)]
    actor_id: Option<Uuid>,
    created_at: DateTime<Utc>,
}

/// One thing that happened to a lead.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LeadEntry)]
pub(crate) struct EntryView {
    /// Its id; that of the note for a note.
    id: Uuid,
    lead_id: Uuid,
    /// When it happened.
    at: DateTime<Utc>,
    /// What happened.
    #[schema(value_type = Kind)]
    kind: &'static str,
    /// The kind of actor; `direct` stands for changes made in SQL.
    #[schema(value_type = ActorWord)]
    actor: String,
    /// The user or automation that acted.
    #[schema(required = true)]
    actor_id: Option<Uuid>,
    /// What else is to be known of it: `source` of `created`; `from`, `to` and `reason` of `status_changed`; the names
    /// of the `fields` of `edited`.
    #[schema(value_type = Object)]
    body: Value,
    /// What a note says; null for everything else.
    #[schema(required = true)]
    text: Option<String>,
}

impl From<&LeadNote> for NoteView {
    fn from(note: &LeadNote) -> Self {
        Self {
            id: note.id.uuid(),
            lead_id: note.lead.uuid(),
            text: note.text.as_str().to_owned(),
            actor: note.actor.clone(),
            actor_id: note.actor_id,
            created_at: note.created_at,
        }
    }
}

impl From<&LeadEntry> for EntryView {
    fn from(entry: &LeadEntry) -> Self {
        Self {
            id: entry.id.uuid(),
            lead_id: entry.lead.uuid(),
            at: entry.at,
            kind: entry.kind.as_str(),
            actor: entry.actor.clone(),
            actor_id: entry.actor_id,
            body: entry.body.clone(),
            text: entry.text.as_ref().map(|text| text.as_str().to_owned()),
        }
    }
}

impl Listed for NoteView {
    type Field = LeadNoteField;

    const NAME: &'static str = "lead notes";
    const PROPERTIES: &'static [&'static str] = &["id", "leadId", "text", "actor", "actorId", "createdAt"];
    const SEARCHED: bool = false;
}

impl Listed for EntryView {
    type Field = LeadEntryField;

    const NAME: &'static str = "lead timeline";
    const PROPERTIES: &'static [&'static str] =
        &["id", "leadId", "at", "kind", "actor", "actorId", "body", "text"];
    const SEARCHED: bool = false;
}

#[cfg(test)]
mod tests;

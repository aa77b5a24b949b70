use kairo_domain::{
    Actor, LeadEntry, LeadEntryId, LeadEntryKind, LeadId, LeadNote, LeadNoteId, Message, Verb,
};
use serde_json::{Value, json};

use super::{Builder, next_id};
use crate::fakes::START;

impl Builder<LeadEntry> {
    /// The entry.
    pub fn build(self) -> LeadEntry {
        self.0
    }
}

/// An entry of this kind, made at [`START`]; a note says "Call again".
pub fn lead_entry(lead: LeadId, kind: LeadEntryKind, by: &Actor) -> Builder<LeadEntry> {
    if kind == LeadEntryKind::Noted {
        return noted(lead, by, "Call again");
    }
    Builder(LeadEntry {
        id: LeadEntryId::from_uuid(next_id()),
        lead,
        at: START,
        kind,
        actor: by.word().to_owned(),
        actor_id: by.journal_id(),
        body: body(kind.verb()),
        text: None,
    })
}

/// The entry of a note.
pub fn noted(lead: LeadId, by: &Actor, text: &str) -> Builder<LeadEntry> {
    Builder(LeadEntry::from(&LeadNote {
        id: LeadNoteId::from_uuid(next_id()),
        lead,
        actor: by.word().to_owned(),
        actor_id: by.journal_id(),
        text: Message::parse(text).unwrap(),
        created_at: START,
    }))
}

fn body(verb: Verb) -> Value {
    match verb {
        Verb::Create => json!({"source": "CHAT"}),
        Verb::Move => json!({"from": "NEW", "to": "LOST", "reason": "said \"no\""}),
        Verb::Update => json!({"fields": ["name", "phone"]}),
        _ => json!({}),
    }
}

mod field;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{Actor, Entity, Event, Id, LeadId, Message, Verb};

pub use field::{LeadEntryField, LeadNoteField};

/// The id of a note about a lead.
pub type LeadNoteId = Id<LeadNote>;

/// The id of an entry of a lead's timeline.
pub type LeadEntryId = Id<LeadEntry>;

impl Entity for LeadNote {
    const NAME: &'static str = "note";
}

impl Entity for LeadEntry {
    const NAME: &'static str = "timeline entry";
}

/// What the team wrote down about a lead. It is never edited, and goes with its lead.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadNote {
    /// Its id, which is also that of its entry in the timeline.
    pub id: LeadNoteId,
    /// The lead.
    pub lead: LeadId,
    /// The kind of actor that wrote it, one of [`JournalEntry::ACTORS`](crate::JournalEntry::ACTORS).
    pub actor: String,
    /// The user or automation that wrote it.
    pub actor_id: Option<Uuid>,
    /// What it says.
    pub text: Message,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// One thing that happened to a lead, as the team reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadEntry {
    /// Its id; that of the note for a note.
    pub id: LeadEntryId,
    /// The lead.
    pub lead: LeadId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What happened.
    pub kind: LeadEntryKind,
    /// The kind of actor, one of [`JournalEntry::ACTORS`](crate::JournalEntry::ACTORS).
    pub actor: String,
    /// The user or automation that acted.
    pub actor_id: Option<Uuid>,
    /// What else is to be known of it, as in the journal.
    pub body: Value,
    /// What a note says; nothing else has a text.
    pub text: Option<Message>,
}

/// What happened to a lead. Its word is the name of the event without `lead.`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadEntryKind {
    /// It came in.
    Created,
    /// It changed its status.
    StatusChanged,
    /// It was edited.
    Edited,
    /// Something was written down about it.
    Noted,
    /// It was taken out of sight.
    Deleted,
}

impl LeadEntryKind {
    /// Every kind, in the order in which a lead meets them.
    pub const ALL: [Self; 5] = [Self::Created, Self::StatusChanged, Self::Edited, Self::Noted, Self::Deleted];
    /// The words, in the same order.
    pub const WORDS: [&'static str; 5] = ["created", "status_changed", "edited", "noted", "deleted"];

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::StatusChanged => "status_changed",
            Self::Edited => "edited",
            Self::Noted => "noted",
            Self::Deleted => "deleted",
        }
    }

    /// The kind with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// What one has to be permitted to do to a lead to tell this of it.
    pub const fn verb(self) -> Verb {
        match self {
            Self::Created => Verb::Create,
            Self::StatusChanged => Verb::Move,
            Self::Edited | Self::Noted => Verb::Update,
            Self::Deleted => Verb::Delete,
        }
    }

    fn of(event: &Event) -> Option<Self> {
        Self::named(event.name().strip_prefix("lead.")?)
    }
}

impl LeadEntry {
    /// The entry of an event. `None` for what happened to something else than a lead, and for notes: an event is
    /// without the text, so a note is told from the note itself.
    pub fn of(id: LeadEntryId, by: &Actor, event: &Event, at: DateTime<Utc>) -> Option<Self> {
        let kind = LeadEntryKind::of(event).filter(|kind| *kind != LeadEntryKind::Noted)?;
        Some(Self {
            id,
            lead: LeadId::from_uuid(event.subject()),
            at,
            kind,
            actor: by.word().to_owned(),
            actor_id: by.journal_id(),
            body: event.body(),
            text: None,
        })
    }

    /// Whether this actor is who acted.
    pub fn is_by(&self, actor: &Actor) -> bool {
        (self.actor.as_str(), self.actor_id) == (actor.word(), actor.journal_id())
    }
}

impl LeadNote {
    /// The event that tells of it.
    pub const fn event(&self) -> Event {
        Event::LeadNoted { lead: self.lead, note: self.id }
    }
}

impl From<&LeadNote> for LeadEntry {
    fn from(note: &LeadNote) -> Self {
        Self {
            id: LeadEntryId::from_uuid(note.id.uuid()),
            lead: note.lead,
            at: note.created_at,
            kind: LeadEntryKind::Noted,
            actor: note.actor.clone(),
            actor_id: note.actor_id,
            body: Value::Object(serde_json::Map::new()),
            text: Some(note.text.clone()),
        }
    }
}

#[cfg(test)]
mod tests;

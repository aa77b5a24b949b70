use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// One line of the journal: who did what to which thing, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEntry {
    /// Its place in the journal; later entries have greater numbers, gaps are possible.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The kind of actor: `visitor`, `user`, `automation`, `system`, or `direct` for changes made in SQL.
    pub actor: String,
    /// The user or automation that acted.
    pub actor_id: Option<Uuid>,
    /// The verb that was permitted.
    pub verb: String,
    /// The kind of thing.
    pub resource: String,
    /// The thing.
    pub subject: Option<Uuid>,
    /// The event's stable name.
    pub event: String,
    /// What else is to be known of it.
    pub body: Value,
}

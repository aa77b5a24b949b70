mod field;

use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

use crate::{CompanyId, Redacted, Resource, Verb};

pub use field::JournalField;

/// One line of the journal: who did what to which thing, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEntry {
    /// Its place in the journal; later entries have greater numbers, gaps are possible.
    pub seq: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The kind of actor, one of [`JournalEntry::ACTORS`].
    pub actor: String,
    /// The user or automation that acted.
    pub actor_id: Option<Uuid>,
    /// The role it acted with; absent for changes made in SQL.
    pub role: Option<String>,
    /// The verb that was permitted or refused.
    pub verb: String,
    /// The kind of thing.
    pub resource: String,
    /// The thing.
    pub subject: Option<Uuid>,
    /// The event's stable name.
    pub event: String,
    /// What else is to be known of it.
    pub body: Value,
    /// The company whose members may learn of it.
    pub company: Option<CompanyId>,
    /// Where it came from.
    pub origin: Origin,
}

/// Where something came from; all of it personal data but the request's name.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Origin {
    /// The name of the request, as its caller can quote it.
    pub request: Option<String>,
    /// The network address.
    pub address: Option<Redacted<String>>,
    /// The program, as it calls itself.
    pub agent: Option<Redacted<String>>,
}

/// Something that was asked for and not done, worth remembering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What was asked for.
    pub verb: Verb,
    /// Of what kind of thing.
    pub resource: Resource,
    /// Of which thing, if it is known.
    pub subject: Option<Uuid>,
    /// Why not, as a stable word: `forbidden`, `password`, `second_factor`, `wait` and so on.
    pub why: &'static str,
}

impl JournalEntry {
    /// The kinds of actors; `direct` stands for changes made in SQL.
    pub const ACTORS: [&'static str; 5] = ["visitor", "user", "automation", "system", "direct"];
}

impl Refused {
    /// The stable name of the event: `session.refused`.
    pub fn event(&self) -> String {
        format!("{}.refused", self.resource.as_str().replace(' ', "_").to_lowercase())
    }
}

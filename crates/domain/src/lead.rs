mod event;
mod field;
mod status;
mod timeline;

use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{
    Actor, Change, CompanyName, Email, Entity, Facts, Id, IllegalTransition, Message, Metadata, Patch,
    PersonName, Phone, Reason, Resource, Subject, UtmTag, Version,
};

pub use event::{LeadDeleted, LeadEdited, LeadMoved};
pub use field::{LeadField, LeadFilter};
pub use status::LeadStatus;
pub use timeline::{
    LeadEntry, LeadEntryField, LeadEntryId, LeadEntryKind, LeadNote, LeadNoteField, LeadNoteId,
};

/// The id of a lead.
pub type LeadId = Id<Lead>;

impl Entity for Lead {
    const NAME: &'static str = "lead";
}

/// A contact form submission, and what the team made of it.
///
/// Its fields can be read directly; only its verbs change them.
#[derive(Clone, Debug, PartialEq)]
pub struct Lead {
    record: LeadRecord,
}

/// Everything a store keeps of a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadRecord {
    /// Its id.
    pub id: LeadId,
    /// What the visitor wrote.
    pub details: LeadDetails,
    /// Where it stands.
    pub status: LeadStatus,
    /// Why it was lost or reopened, if it was.
    pub status_reason: Option<Reason>,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was taken out of sight.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: Version,
}

/// What a visitor writes into a contact form, and where the visit came from.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadDetails {
    /// Who writes.
    pub name: PersonName,
    /// Where to answer.
    pub email: Email,
    /// What they write.
    pub message: Message,
    /// Where to call.
    pub phone: Option<Phone>,
    /// For which company they write.
    pub company: Option<CompanyName>,
    /// Through which door they came.
    pub source: Option<LeadSource>,
    /// Campaign tag `utm_source`, untrusted.
    pub utm_source: Option<UtmTag>,
    /// Campaign tag `utm_medium`, untrusted.
    pub utm_medium: Option<UtmTag>,
    /// Campaign tag `utm_campaign`, untrusted.
    pub utm_campaign: Option<UtmTag>,
    /// Any further context without personal data.
    pub metadata: Option<Metadata>,
}

/// Through which door a lead came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadSource {
    /// The contact form.
    ContactForm,
    /// A sign-up on the platform.
    PlatformSignup,
    /// The chat.
    Chat,
}

/// What the team changes about a lead.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct LeadPatch {
    /// Who writes.
    pub name: Change<PersonName>,
    /// Where to answer.
    pub email: Change<Email>,
    /// What they write.
    pub message: Change<Message>,
    /// Where to call.
    pub phone: Patch<Phone>,
    /// For which company they write.
    pub company: Patch<CompanyName>,
    /// Through which door they came.
    pub source: Patch<LeadSource>,
    /// Campaign tag `utm_source`.
    pub utm_source: Patch<UtmTag>,
    /// Campaign tag `utm_medium`.
    pub utm_medium: Patch<UtmTag>,
    /// Campaign tag `utm_campaign`.
    pub utm_campaign: Patch<UtmTag>,
    /// Any further context without personal data.
    pub metadata: Patch<Metadata>,
}

/// Why a lead was not moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoveRefused {
    /// The machine has no such edge.
    #[error("{0}")]
    Illegal(IllegalTransition<LeadStatus>),
    /// A lead is converted by its own verb, which also makes the company.
    #[error("a lead becomes CONVERTED through its conversion (`/convert`), not by a status change")]
    NeedsConversion(IllegalTransition<LeadStatus>),
    /// Losing and reopening a lead need a reason.
    #[error("moving a lead from {from} to {to} needs a reason")]
    ReasonMissing {
        /// Where the lead stands.
        from: LeadStatus,
        /// Where it was asked to go.
        to: LeadStatus,
    },
}

impl Lead {
    /// A lead as it comes in.
    pub fn capture(id: LeadId, details: LeadDetails, at: DateTime<Utc>) -> Self {
        Self::restore(LeadRecord {
            id,
            details,
            status: LeadStatus::New,
            status_reason: None,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            version: Version::FIRST,
        })
    }

    /// Rebuilds a lead from storage.
    pub const fn restore(record: LeadRecord) -> Self {
        Self { record }
    }

    /// Moves the lead along the machine.
    ///
    /// # Errors
    /// [`MoveRefused`]; the lead is then unchanged.
    pub fn move_to(
        &mut self,
        to: LeadStatus,
        reason: Option<Reason>,
        at: DateTime<Utc>,
    ) -> Result<LeadMoved, MoveRefused> {
        let from = self.status;
        let illegal = || IllegalTransition { from, to, allowed: from.targets() };
        if to == LeadStatus::Converted {
            return Err(MoveRefused::NeedsConversion(illegal()));
        }
        if !from.next().contains(&to) {
            return Err(MoveRefused::Illegal(illegal()));
        }
        if from.needs_reason(to) && reason.is_none() {
            return Err(MoveRefused::ReasonMissing { from, to });
        }
        self.record.status = to;
        self.record.status_reason.clone_from(&reason);
        self.touch(at);
        Ok(LeadMoved { lead: self.id, from, to, reason })
    }

    /// Edits what is known of the lead. `None` when the edit changes nothing: then there is no new version.
    pub fn edit(&mut self, patch: LeadPatch, at: DateTime<Utc>) -> Option<LeadEdited> {
        let details = &mut self.record.details;
        let fields = [
            ("name", patch.name.apply(&mut details.name)),
            ("email", patch.email.apply(&mut details.email)),
            ("message", patch.message.apply(&mut details.message)),
            ("phone", patch.phone.apply(&mut details.phone)),
            ("company", patch.company.apply(&mut details.company)),
            ("source", patch.source.apply(&mut details.source)),
            ("utmSource", patch.utm_source.apply(&mut details.utm_source)),
            ("utmMedium", patch.utm_medium.apply(&mut details.utm_medium)),
            ("utmCampaign", patch.utm_campaign.apply(&mut details.utm_campaign)),
            ("metadata", patch.metadata.apply(&mut details.metadata)),
        ];
        let fields: Vec<_> =
            fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect();
        if fields.is_empty() {
            return None;
        }
        self.touch(at);
        Some(LeadEdited { lead: self.id, fields })
    }

    /// Writes something down about the lead. The lead itself stays as it is, so there is no new version.
    pub fn note(&self, id: LeadNoteId, by: &Actor, text: Message, at: DateTime<Utc>) -> LeadNote {
        LeadNote {
            id,
            lead: self.id,
            actor: by.word().to_owned(),
            actor_id: by.journal_id(),
            text,
            created_at: at,
        }
    }

    /// Takes the lead out of sight; the purge removes it after the retention period.
    pub fn delete(&mut self, at: DateTime<Utc>) -> LeadDeleted {
        self.record.deleted_at = Some(at);
        self.touch(at);
        LeadDeleted { lead: self.id }
    }

    fn touch(&mut self, at: DateTime<Utc>) {
        self.record.updated_at = at;
        self.record.version = self.record.version.next();
    }
}

impl Deref for Lead {
    type Target = LeadRecord;

    fn deref(&self) -> &LeadRecord {
        &self.record
    }
}

impl Subject for Lead {
    fn facts(&self) -> Facts {
        Facts::of(Resource::Lead, self.id.uuid())
    }
}

impl LeadSource {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::ContactForm, Self::PlatformSignup, Self::Chat];
    /// The words, in the same order.
    pub const WORDS: [&'static str; 3] = ["CONTACT_FORM", "PLATFORM_SIGNUP", "CHAT"];

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ContactForm => "CONTACT_FORM",
            Self::PlatformSignup => "PLATFORM_SIGNUP",
            Self::Chat => "CHAT",
        }
    }

    /// The source with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

#[cfg(test)]
mod tests;

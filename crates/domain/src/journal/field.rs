use uuid::Uuid;

use crate::filter::{ORDERED, SAME};
use crate::{Field, FieldKind, FieldValue, Fields, JournalEntry, Operator};

/// A field that lists of the journal filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JournalField {
    /// `seq`
    Seq,
    /// `at`
    At,
    /// `actor`
    Actor,
    /// `actorId`
    ActorId,
    /// `companyId`
    CompanyId,
    /// `resource`
    Resource,
    /// `subject`
    Subject,
    /// `event`
    Event,
}

impl Field for JournalField {
    const ALL: &'static [Self] = &[
        Self::Seq,
        Self::At,
        Self::Actor,
        Self::ActorId,
        Self::CompanyId,
        Self::Resource,
        Self::Subject,
        Self::Event,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Seq => "seq",
            Self::At => "at",
            Self::Actor => "actor",
            Self::ActorId => "actorId",
            Self::CompanyId => "companyId",
            Self::Resource => "resource",
            Self::Subject => "subject",
            Self::Event => "event",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Seq => FieldKind::Number,
            Self::At => FieldKind::Time,
            Self::Actor => FieldKind::Word(&JournalEntry::ACTORS),
            Self::ActorId => FieldKind::Id,
            Self::CompanyId => FieldKind::Id,
            Self::Resource => FieldKind::Text,
            Self::Subject => FieldKind::Id,
            Self::Event => FieldKind::Text,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::Seq => ORDERED,
            Self::At => ORDERED,
            Self::Actor => SAME,
            Self::ActorId => SAME,
            Self::CompanyId => SAME,
            Self::Resource => SAME,
            Self::Subject => SAME,
            Self::Event => SAME,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::Seq)
    }
}

impl Fields<JournalField> for JournalEntry {
    /// The number again: no two entries share one.
    fn tie_breaker(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.seq.unsigned_abs()))
    }

    fn field(&self, field: JournalField) -> Option<FieldValue> {
        match field {
            JournalField::Seq => Some(FieldValue::Number(self.seq)),
            JournalField::At => Some(FieldValue::Time(self.at)),
            JournalField::Actor => Some(FieldValue::text(&self.actor)),
            JournalField::ActorId => self.actor_id.map(FieldValue::Id),
            JournalField::CompanyId => self.company.map(|company| FieldValue::Id(company.uuid())),
            JournalField::Resource => Some(FieldValue::text(&self.resource)),
            JournalField::Subject => self.subject.map(FieldValue::Id),
            JournalField::Event => Some(FieldValue::text(&self.event)),
        }
    }
}

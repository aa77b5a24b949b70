use uuid::Uuid;

use crate::filter::{CHOICE, ORDERED};
use crate::{Field, FieldKind, FieldValue, Fields, LeadEntry, LeadEntryKind, LeadNote, Operator};

/// A field that timelines of leads filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadEntryField {
    /// `leadId`; a timeline is always that of one lead, so no operator asks for it.
    LeadId,
    /// `kind`
    Kind,
    /// `at`
    At,
}

/// A field that lists of notes filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadNoteField {
    /// `leadId`; notes are always those about one lead, so no operator asks for it.
    LeadId,
    /// `createdAt`
    CreatedAt,
}

impl Field for LeadEntryField {
    const ALL: &'static [Self] = &[Self::LeadId, Self::Kind, Self::At];

    fn name(self) -> &'static str {
        match self {
            Self::LeadId => "leadId",
            Self::Kind => "kind",
            Self::At => "at",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::LeadId => FieldKind::Id,
            Self::Kind => FieldKind::Word(&LeadEntryKind::WORDS),
            Self::At => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::LeadId => &[],
            Self::Kind => CHOICE,
            Self::At => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::At)
    }
}

impl Field for LeadNoteField {
    const ALL: &'static [Self] = &[Self::LeadId, Self::CreatedAt];

    fn name(self) -> &'static str {
        match self {
            Self::LeadId => "leadId",
            Self::CreatedAt => "createdAt",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::LeadId => FieldKind::Id,
            Self::CreatedAt => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::LeadId => &[],
            Self::CreatedAt => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::CreatedAt)
    }
}

impl Fields<LeadEntryField> for LeadEntry {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: LeadEntryField) -> Option<FieldValue> {
        Some(match field {
            LeadEntryField::LeadId => FieldValue::Id(self.lead.uuid()),
            LeadEntryField::Kind => FieldValue::text(self.kind.as_str()),
            LeadEntryField::At => FieldValue::Time(self.at),
        })
    }
}

impl Fields<LeadNoteField> for LeadNote {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: LeadNoteField) -> Option<FieldValue> {
        Some(match field {
            LeadNoteField::LeadId => FieldValue::Id(self.lead.uuid()),
            LeadNoteField::CreatedAt => FieldValue::Time(self.created_at),
        })
    }
}

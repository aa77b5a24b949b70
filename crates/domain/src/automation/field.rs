use uuid::Uuid;

use crate::filter::{CHOICE, ORDERED, SAME};
use crate::{Automation, AutomationStatus, Field, FieldKind, FieldValue, Fields, Operator};

/// A field that lists of automations filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AutomationField {
    /// `status`
    Status,
    /// `userId`
    UserId,
    /// `createdAt`
    CreatedAt,
}

impl Field for AutomationField {
    const ALL: &'static [Self] = &[Self::Status, Self::UserId, Self::CreatedAt];

    fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::UserId => "userId",
            Self::CreatedAt => "createdAt",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Status => FieldKind::Word(&AutomationStatus::WORDS),
            Self::UserId => FieldKind::Id,
            Self::CreatedAt => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::Status => CHOICE,
            Self::UserId => SAME,
            Self::CreatedAt => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::CreatedAt)
    }
}

impl Fields<AutomationField> for Automation {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: AutomationField) -> Option<FieldValue> {
        Some(match field {
            AutomationField::Status => FieldValue::text(self.status.as_str()),
            AutomationField::UserId => FieldValue::Id(self.owner.uuid()),
            AutomationField::CreatedAt => FieldValue::Time(self.created_at),
        })
    }
}

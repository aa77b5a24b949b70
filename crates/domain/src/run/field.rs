use uuid::Uuid;

use crate::filter::{CHOICE, ORDERED, SAME};
use crate::{Field, FieldKind, FieldValue, Fields, Operator, Run, RunStatus};

/// A field that lists of runs filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunField {
    /// `status`
    Status,
    /// `automationId`
    AutomationId,
    /// `startedAt`
    StartedAt,
}

impl Field for RunField {
    const ALL: &'static [Self] = &[Self::Status, Self::AutomationId, Self::StartedAt];

    fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::AutomationId => "automationId",
            Self::StartedAt => "startedAt",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Status => FieldKind::Word(&RunStatus::WORDS),
            Self::AutomationId => FieldKind::Id,
            Self::StartedAt => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::Status => CHOICE,
            Self::AutomationId => SAME,
            Self::StartedAt => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::StartedAt)
    }
}

impl Fields<RunField> for Run {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: RunField) -> Option<FieldValue> {
        Some(match field {
            RunField::Status => FieldValue::text(self.phase().status().as_str()),
            RunField::AutomationId => FieldValue::Id(self.automation.uuid()),
            RunField::StartedAt => FieldValue::Time(self.started_at),
        })
    }
}

use uuid::Uuid;

use crate::filter::{CHOICE, ORDERED, SAME};
use crate::{Credential, CredentialKind, Field, FieldKind, FieldValue, Fields, Operator};

/// A field that lists of credentials filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CredentialField {
    /// `name`
    Name,
    /// `kind`
    Kind,
    /// `ownerId`
    OwnerId,
    /// `createdAt`
    CreatedAt,
    /// `updatedAt`
    UpdatedAt,
}

impl Field for CredentialField {
    const ALL: &'static [Self] = &[Self::Name, Self::Kind, Self::OwnerId, Self::CreatedAt, Self::UpdatedAt];

    fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kind => "kind",
            Self::OwnerId => "ownerId",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Name => FieldKind::Text,
            Self::Kind => FieldKind::Word(&CredentialKind::WORDS),
            Self::OwnerId => FieldKind::Id,
            Self::CreatedAt | Self::UpdatedAt => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::Name | Self::OwnerId => SAME,
            Self::Kind => CHOICE,
            Self::CreatedAt | Self::UpdatedAt => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::Name | Self::CreatedAt | Self::UpdatedAt)
    }
}

impl Fields<CredentialField> for Credential {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: CredentialField) -> Option<FieldValue> {
        Some(match field {
            CredentialField::Name => FieldValue::text(self.name.as_str()),
            CredentialField::Kind => FieldValue::text(self.kind.as_str()),
            CredentialField::OwnerId => FieldValue::Id(self.owner.uuid()),
            CredentialField::CreatedAt => FieldValue::Time(self.created_at),
            CredentialField::UpdatedAt => FieldValue::Time(self.updated_at),
        })
    }
}

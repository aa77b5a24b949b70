use uuid::Uuid;

use crate::filter::{OPTIONAL, ORDERED, SAME};
use crate::{Field, FieldKind, FieldValue, Fields, Invitation, Operator, Role};

/// A field that lists of invitations filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InvitationField {
    /// `email`
    Email,
    /// `role`
    Role,
    /// `companyId`
    CompanyId,
    /// `createdAt`
    CreatedAt,
    /// `expiresAt`
    ExpiresAt,
}

impl Field for InvitationField {
    const ALL: &'static [Self] =
        &[Self::Email, Self::Role, Self::CompanyId, Self::CreatedAt, Self::ExpiresAt];

    fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Role => "role",
            Self::CompanyId => "companyId",
            Self::CreatedAt => "createdAt",
            Self::ExpiresAt => "expiresAt",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Email => FieldKind::Caseless,
            Self::Role => FieldKind::Word(&Role::WORDS),
            Self::CompanyId => FieldKind::Id,
            Self::CreatedAt => FieldKind::Time,
            Self::ExpiresAt => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::Email => SAME,
            Self::Role => SAME,
            Self::CompanyId => OPTIONAL,
            Self::CreatedAt => ORDERED,
            Self::ExpiresAt => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::CreatedAt | Self::ExpiresAt)
    }
}

impl Fields<InvitationField> for Invitation {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: InvitationField) -> Option<FieldValue> {
        match field {
            InvitationField::Email => Some(FieldValue::text(self.email.as_str())),
            InvitationField::Role => Some(FieldValue::text(self.role.as_str())),
            InvitationField::CompanyId => self.company.map(|company| FieldValue::Id(company.uuid())),
            InvitationField::CreatedAt => Some(FieldValue::Time(self.created_at)),
            InvitationField::ExpiresAt => Some(FieldValue::Time(self.expires_at)),
        }
    }
}

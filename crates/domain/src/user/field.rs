use uuid::Uuid;

use crate::filter::{CHOICE, OPTIONAL, ORDERED, PART, SAME};
use crate::{Field, FieldKind, FieldValue, Fields, Operator, Role, User};

/// A field that lists of users filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UserField {
    /// `email`
    Email,
    /// `name`
    Name,
    /// `role`
    Role,
    /// `companyId`
    CompanyId,
    /// `suspendedAt`
    SuspendedAt,
    /// `createdAt`
    CreatedAt,
    /// `updatedAt`
    UpdatedAt,
}

impl Field for UserField {
    const ALL: &'static [Self] = &[
        Self::Email,
        Self::Name,
        Self::Role,
        Self::CompanyId,
        Self::SuspendedAt,
        Self::CreatedAt,
        Self::UpdatedAt,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Name => "name",
            Self::Role => "role",
            Self::CompanyId => "companyId",
            Self::SuspendedAt => "suspendedAt",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Email => FieldKind::Caseless,
            Self::Name => FieldKind::Text,
            Self::Role => FieldKind::Word(&Role::WORDS),
            Self::CompanyId => FieldKind::Id,
            Self::SuspendedAt => FieldKind::Time,
            Self::CreatedAt => FieldKind::Time,
            Self::UpdatedAt => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::Email => SAME,
            Self::Name => PART,
            Self::Role => CHOICE,
            Self::CompanyId => OPTIONAL,
            Self::SuspendedAt => &[Operator::Null],
            Self::CreatedAt => ORDERED,
            Self::UpdatedAt => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::Email | Self::CreatedAt | Self::UpdatedAt)
    }
}

impl Fields<UserField> for User {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: UserField) -> Option<FieldValue> {
        match field {
            UserField::Email => Some(FieldValue::text(self.email.as_str())),
            UserField::Name => self.name.as_ref().map(|name| FieldValue::text(name.as_str())),
            UserField::Role => Some(FieldValue::text(self.role.as_str())),
            UserField::CompanyId => self.company.map(|company| FieldValue::Id(company.uuid())),
            UserField::SuspendedAt => self.suspended_at.map(FieldValue::Time),
            UserField::CreatedAt => Some(FieldValue::Time(self.created_at)),
            UserField::UpdatedAt => Some(FieldValue::Time(self.updated_at)),
        }
    }

    fn search_text(&self) -> String {
        let name = self.name.as_ref().map_or("", |name| name.as_str());
        [name, self.email.as_str()].join(" ")
    }
}

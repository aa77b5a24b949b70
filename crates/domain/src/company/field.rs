use uuid::Uuid;

use crate::filter::{OPTIONAL, ORDERED};
use crate::{Company, Field, FieldKind, FieldValue, Fields, Operator};

/// A field that lists of companies filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CompanyField {
    /// `name`
    Name,
    /// `industry`
    Industry,
    /// `createdAt`
    CreatedAt,
    /// `updatedAt`
    UpdatedAt,
}

impl Field for CompanyField {
    const ALL: &'static [Self] = &[Self::Name, Self::Industry, Self::CreatedAt, Self::UpdatedAt];

    fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Industry => "industry",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Name => FieldKind::Text,
            Self::Industry => FieldKind::Text,
            Self::CreatedAt => FieldKind::Time,
            Self::UpdatedAt => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::Name => &[Operator::Equal, Operator::In, Operator::Contains, Operator::StartsWith],
            Self::Industry => OPTIONAL,
            Self::CreatedAt => ORDERED,
            Self::UpdatedAt => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::Name | Self::CreatedAt | Self::UpdatedAt)
    }
}

impl Fields<CompanyField> for Company {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: CompanyField) -> Option<FieldValue> {
        let details = &self.details;
        match field {
            CompanyField::Name => Some(FieldValue::text(details.name.as_str())),
            CompanyField::Industry => details.industry.as_ref().map(|line| FieldValue::text(line.as_str())),
            CompanyField::CreatedAt => Some(FieldValue::Time(self.created_at)),
            CompanyField::UpdatedAt => Some(FieldValue::Time(self.updated_at)),
        }
    }

    fn search_text(&self) -> String {
        self.details.name.as_str().to_owned()
    }
}

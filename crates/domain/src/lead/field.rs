use uuid::Uuid;

use crate::filter::{CHOICE, OPTIONAL, ORDERED};
use crate::{Field, FieldKind, FieldValue, Fields, Filter, Lead, LeadSource, LeadStatus, Operator};

/// A field that lists of leads filter or sort by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeadField {
    /// `status`
    Status,
    /// `email`
    Email,
    /// `name`
    Name,
    /// `company`
    Company,
    /// `source`
    Source,
    /// `utmSource`
    UtmSource,
    /// `utmCampaign`
    UtmCampaign,
    /// `createdAt`
    CreatedAt,
    /// `updatedAt`
    UpdatedAt,
}

/// Which leads a list shows; it searches name, e-mail, company and message.
pub type LeadFilter = Filter<LeadField>;

impl Field for LeadField {
    const ALL: &'static [Self] = &[
        Self::Status,
        Self::Email,
        Self::Name,
        Self::Company,
        Self::Source,
        Self::UtmSource,
        Self::UtmCampaign,
        Self::CreatedAt,
        Self::UpdatedAt,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Email => "email",
            Self::Name => "name",
            Self::Company => "company",
            Self::Source => "source",
            Self::UtmSource => "utmSource",
            Self::UtmCampaign => "utmCampaign",
            Self::CreatedAt => "createdAt",
            Self::UpdatedAt => "updatedAt",
        }
    }

    fn kind(self) -> FieldKind {
        match self {
            Self::Status => FieldKind::Word(&LeadStatus::WORDS),
            Self::Source => FieldKind::Word(&LeadSource::WORDS),
            Self::Email => FieldKind::Caseless,
            Self::Name | Self::Company | Self::UtmSource | Self::UtmCampaign => FieldKind::Text,
            Self::CreatedAt | Self::UpdatedAt => FieldKind::Time,
        }
    }

    fn operators(self) -> &'static [Operator] {
        match self {
            Self::Status => CHOICE,
            Self::Email => &[Operator::Equal, Operator::In],
            Self::Name => &[Operator::Equal, Operator::In, Operator::Contains, Operator::StartsWith],
            Self::Company => &[Operator::Contains, Operator::StartsWith, Operator::Null],
            Self::Source | Self::UtmSource | Self::UtmCampaign => OPTIONAL,
            Self::CreatedAt | Self::UpdatedAt => ORDERED,
        }
    }

    fn sortable(self) -> bool {
        matches!(self, Self::Name | Self::CreatedAt | Self::UpdatedAt)
    }
}

impl Fields<LeadField> for Lead {
    fn tie_breaker(&self) -> Uuid {
        self.id.uuid()
    }

    fn field(&self, field: LeadField) -> Option<FieldValue> {
        let details = &self.details;
        let text = |text: &str| FieldValue::Text(text.to_owned());
        match field {
            LeadField::Status => Some(text(self.status.as_str())),
            LeadField::Email => Some(text(details.email.as_str())),
            LeadField::Name => Some(text(details.name.as_str())),
            LeadField::Company => details.company.as_ref().map(|company| text(company.as_str())),
            LeadField::Source => details.source.map(|source| text(source.as_str())),
            LeadField::UtmSource => details.utm_source.as_ref().map(|tag| text(tag.as_str())),
            LeadField::UtmCampaign => details.utm_campaign.as_ref().map(|tag| text(tag.as_str())),
            LeadField::CreatedAt => Some(FieldValue::Time(self.created_at)),
            LeadField::UpdatedAt => Some(FieldValue::Time(self.updated_at)),
        }
    }

    fn search_text(&self) -> String {
        let details = &self.details;
        let company = details.company.as_ref().map_or("", |company| company.as_str());
        [details.name.as_str(), details.email.as_str(), company, details.message.as_str()].join(" ")
    }
}

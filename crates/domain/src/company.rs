use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{CompanyName, Entity, Facts, HttpUrl, Id, Metadata, Resource, Subject, Title, Version};

/// The id of a company.
pub type CompanyId = Id<Company>;

impl Entity for Company {
    const NAME: &'static str = "company";
}

/// A client organization.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    record: CompanyRecord,
}

/// Everything a store keeps of a company.
#[derive(Clone, Debug, PartialEq)]
pub struct CompanyRecord {
    /// Its id.
    pub id: CompanyId,
    /// What is known of it.
    pub details: CompanyDetails,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was taken out of sight.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: Version,
}

/// What is known of a company.
#[derive(Clone, Debug, PartialEq)]
pub struct CompanyDetails {
    /// Its name.
    pub name: CompanyName,
    /// Its website.
    pub website: Option<HttpUrl>,
    /// Its line of business.
    pub industry: Option<Title>,
    /// Its logo.
    pub logo_url: Option<HttpUrl>,
    /// Any further context without personal data.
    pub metadata: Option<Metadata>,
}

impl Company {
    /// A new company.
    pub fn create(id: CompanyId, details: CompanyDetails, at: DateTime<Utc>) -> Self {
        Self::restore(CompanyRecord {
            id,
            details,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            version: Version::FIRST,
        })
    }

    /// Rebuilds a company from storage.
    pub const fn restore(record: CompanyRecord) -> Self {
        Self { record }
    }

    /// Renames the company.
    pub fn rename(&mut self, name: CompanyName, at: DateTime<Utc>) {
        self.record.details.name = name;
        self.touch(at);
    }

    /// Takes the company out of sight.
    pub fn delete(&mut self, at: DateTime<Utc>) {
        self.record.deleted_at = Some(at);
        self.touch(at);
    }

    fn touch(&mut self, at: DateTime<Utc>) {
        self.record.updated_at = at;
        self.record.version = self.record.version.next();
    }
}

impl Deref for Company {
    type Target = CompanyRecord;

    fn deref(&self) -> &CompanyRecord {
        &self.record
    }
}

impl Subject for Company {
    fn facts(&self) -> Facts {
        Facts { company: Some(self.id), ..Facts::of(Resource::Company, self.id.uuid()) }
    }
}

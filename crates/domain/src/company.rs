mod field;

use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{
    Change, CompanyName, Entity, Facts, HttpUrl, Id, Metadata, Patch, Resource, Subject, Title, Version,
};

pub use field::CompanyField;

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

/// What the team changes about a company.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct CompanyPatch {
    /// Its name.
    pub name: Change<CompanyName>,
    /// Its website.
    pub website: Patch<HttpUrl>,
    /// Its line of business.
    pub industry: Patch<Title>,
    /// Its logo.
    pub logo_url: Patch<HttpUrl>,
    /// Any further context without personal data; replaced as a whole.
    pub metadata: Patch<Metadata>,
}

/// A company was edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyEdited {
    /// The company.
    pub company: CompanyId,
    /// The public names of the fields that changed.
    pub fields: Vec<&'static str>,
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

    /// Edits what is known of the company. `None` when the edit changes nothing: then there is no new version.
    pub fn edit(&mut self, patch: CompanyPatch, at: DateTime<Utc>) -> Option<CompanyEdited> {
        let details = &mut self.record.details;
        let fields = [
            ("name", patch.name.apply(&mut details.name)),
            ("website", patch.website.apply(&mut details.website)),
            ("industry", patch.industry.apply(&mut details.industry)),
            ("logoUrl", patch.logo_url.apply(&mut details.logo_url)),
            ("metadata", patch.metadata.apply(&mut details.metadata)),
        ];
        let fields: Vec<_> =
            fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect();
        if fields.is_empty() {
            return None;
        }
        self.touch(at);
        Some(CompanyEdited { company: self.id, fields })
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

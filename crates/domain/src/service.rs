use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{
    Content, Entity, Facts, HttpUrl, Id, Message, Resource, Slug, Subject, Title, Version, Visibility,
};

/// The id of a service.
pub type ServiceId = Id<Service>;

impl Entity for Service {
    const NAME: &'static str = "service";
}

/// Something the studio offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    record: ServiceRecord,
}

/// Everything a store keeps of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceRecord {
    /// Its id.
    pub id: ServiceId,
    /// Its place in URLs, unique.
    pub slug: Slug,
    /// Its title.
    pub title: Title,
    /// One line under the title.
    pub tagline: Option<Title>,
    /// What it is, in a few sentences.
    pub description: Message,
    /// Its page.
    pub content: Content,
    /// Its icon.
    pub icon_url: Option<HttpUrl>,
    /// The model of its planet.
    pub planet_model_url: Option<HttpUrl>,
    /// Its place in the list; services without one come last.
    pub featured_order: Option<i32>,
    /// Whether visitors see it.
    pub visibility: Visibility,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was taken out of sight.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: Version,
}

impl Service {
    /// Rebuilds a service from storage.
    pub const fn restore(record: ServiceRecord) -> Self {
        Self { record }
    }
}

impl Deref for Service {
    type Target = ServiceRecord;

    fn deref(&self) -> &ServiceRecord {
        &self.record
    }
}

impl Subject for Service {
    fn facts(&self) -> Facts {
        let public = self.visibility == Visibility::Public && self.deleted_at.is_none();
        Facts { public, ..Facts::of(Resource::Service, self.id.uuid()) }
    }
}

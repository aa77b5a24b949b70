use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{
    CompanyId, Content, Entity, Facts, Id, Message, Metrics, Resource, Slug, Subject, Tag, Title, Version,
};

/// The id of a project.
pub type ProjectId = Id<Project>;

impl Entity for Project {
    const NAME: &'static str = "project";
}

/// Whether content is shown to visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// Visitors see it.
    Public,
    /// Only those who work with it see it.
    Private,
}

/// A case study or a client's project.
#[derive(Clone, Debug, PartialEq)]
pub struct Project {
    record: ProjectRecord,
}

/// Everything a store keeps of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectRecord {
    /// Its id.
    pub id: ProjectId,
    /// The client it was made for.
    pub company: Option<CompanyId>,
    /// Its place in URLs, unique.
    pub slug: Slug,
    /// Its title.
    pub title: Title,
    /// What it was about, in a few sentences.
    pub summary: Message,
    /// URL or path of a 3D model or image.
    pub hero_asset: Option<String>,
    /// Its page.
    pub content: Content,
    /// Its results.
    pub metrics: Option<Metrics>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Whether visitors see it.
    pub visibility: Visibility,
    /// Whether it stands out in lists.
    pub featured: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was taken out of sight.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: Version,
}

impl Project {
    /// Rebuilds a project from storage.
    pub const fn restore(record: ProjectRecord) -> Self {
        Self { record }
    }

    /// Shows the project to visitors or hides it; `false` when it already was so.
    pub fn set_visibility(&mut self, visibility: Visibility, at: DateTime<Utc>) -> bool {
        if self.visibility == visibility {
            return false;
        }
        self.record.visibility = visibility;
        self.record.updated_at = at;
        self.record.version = self.record.version.next();
        true
    }
}

impl Deref for Project {
    type Target = ProjectRecord;

    fn deref(&self) -> &ProjectRecord {
        &self.record
    }
}

impl Subject for Project {
    fn facts(&self) -> Facts {
        Facts {
            company: self.company,
            public: self.visibility == Visibility::Public && self.deleted_at.is_none(),
            ..Facts::of(Resource::Project, self.id.uuid())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_deleted_project_is_not_public_and_showing_it_twice_is_no_version() {
        let at = DateTime::UNIX_EPOCH;
        let mut project = Project::restore(ProjectRecord {
            id: Id::from_uuid(Uuid::from_u128(1)),
            company: None,
            slug: Slug::parse("planet").unwrap(),
            title: Title::parse("A planet").unwrap(),
            summary: Message::parse("We built one.").unwrap(),
            hero_asset: None,
            content: Content::parse(json!([])).unwrap(),
            metrics: None,
            tags: Vec::new(),
            visibility: Visibility::Private,
            featured: false,
            created_at: at,
            updated_at: at,
            deleted_at: None,
            version: Version::FIRST,
        });
        assert!(project.set_visibility(Visibility::Public, at));
        assert!(!project.set_visibility(Visibility::Public, at));
        assert_eq!((project.version.number(), project.facts().public), (2, true));
        let deleted = ProjectRecord { deleted_at: Some(at), ..ProjectRecord::clone(&project) };
        assert!(!Project::restore(deleted).facts().public);
    }
}

use std::fmt;
use std::ops::Deref;

use chrono::{DateTime, Utc};

use crate::{CompanyId, Entity, Facts, Id, Metadata, Resource, Subject, Tag, UserId, Version, Visibility};

/// The id of an asset.
pub type AssetId = Id<Asset>;

impl Entity for Asset {
    const NAME: &'static str = "asset";
}

/// What a file is, decided from its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AssetKind {
    /// A 3D model.
    Model,
    /// A texture of a model.
    Texture,
    /// An image.
    Image,
    /// A video.
    Video,
}

/// A file that the studio or a client uploaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Asset {
    record: AssetRecord,
}

/// Everything a store keeps of an asset; its bytes are elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct AssetRecord {
    /// Its id.
    pub id: AssetId,
    /// Its name as uploaded.
    pub filename: String,
    /// Where its bytes are served.
    pub url: String,
    /// What it is.
    pub kind: AssetKind,
    /// How large it is, in bytes.
    pub size_bytes: Option<u64>,
    /// Its media type.
    pub mime_type: Option<String>,
    /// What was measured in it: `width`, `height`, `vertices`, `lodLevel`.
    pub metadata: Option<Metadata>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Who uploaded it.
    pub created_by: Option<UserId>,
    /// The company it belongs to; private without one means staff and its creator only.
    pub company: Option<CompanyId>,
    /// Whether visitors see it.
    pub visibility: Visibility,
    /// When it was uploaded.
    pub created_at: DateTime<Utc>,
    /// When it was taken out of sight.
    pub deleted_at: Option<DateTime<Utc>>,
    /// How often it was changed.
    pub version: Version,
}

impl Asset {
    /// Rebuilds an asset from storage.
    pub const fn restore(record: AssetRecord) -> Self {
        Self { record }
    }
}

impl Deref for Asset {
    type Target = AssetRecord;

    fn deref(&self) -> &AssetRecord {
        &self.record
    }
}

impl Subject for Asset {
    fn facts(&self) -> Facts {
        Facts {
            owner: self.created_by,
            company: self.company,
            public: self.visibility == Visibility::Public && self.deleted_at.is_none(),
            ..Facts::of(Resource::Asset, self.id.uuid())
        }
    }
}

impl AssetKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Model, Self::Texture, Self::Image, Self::Video];

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Model => "MODEL",
            Self::Texture => "TEXTURE",
            Self::Image => "IMAGE",
            Self::Video => "VIDEO",
        }
    }

    /// The kind with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for AssetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

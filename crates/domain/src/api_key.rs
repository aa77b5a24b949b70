use chrono::{DateTime, TimeDelta, Utc};

use crate::{Entity, Facts, Id, Resource, Scopes, Subject, Title, TokenDigest, UserId};

/// The id of an API key.
pub type ApiKeyId = Id<ApiKey>;

impl Entity for ApiKey {
    const NAME: &'static str = "API key";
}

/// What a program signs in with instead of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// Whose it is.
    pub user: UserId,
    /// What it is called.
    pub name: Title,
    /// How it begins, so that its owner recognizes it.
    pub prefix: String,
    /// What is stored of it; zeros for everybody but the program itself.
    pub digest: TokenDigest,
    /// What it may do.
    pub scopes: Scopes,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it was ended on purpose.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    /// The longest life of a key.
    pub const MAX_LIFETIME: TimeDelta = TimeDelta::days(366);
    /// The life of a key for which none is asked.
    pub const LIFETIME: TimeDelta = TimeDelta::days(90);
    /// How exact [`ApiKey::last_used_at`] is: more would cost a write for each request.
    const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

    /// Whether the key can still be used.
    pub fn is_alive(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }

    /// Whether this use is worth noting.
    pub fn is_use_news(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|last| now - last >= Self::USE_NOTED_EVERY)
    }

    /// Ends the key; ending it twice changes nothing.
    pub fn revoke(&mut self, at: DateTime<Utc>) {
        self.revoked_at.get_or_insert(at);
    }
}

impl Subject for ApiKey {
    fn facts(&self) -> Facts {
        Facts { owner: Some(self.user), ..Facts::of(Resource::ApiKey, self.id.uuid()) }
    }
}

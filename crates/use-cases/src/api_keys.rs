use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, ApiKey, ApiKeyId, Event, Facts, Letter, Notice, Redacted, Resource, Scopes, Title, User,
    UserActor, UserId, Verb, Via,
};

use crate::Error;
use crate::desk::{Asked, Desk};
use crate::retry::retry;

/// How every key begins, so that one that leaked is recognized.
const MARK: &str = "kairo_";
/// How much of a key stays known.
const PREFIX: usize = MARK.len() + 8;

/// How many living keys a user may have.
const MOST: usize = 50;

/// What programs sign in with.
#[derive(Clone)]
pub struct ApiKeys {
    pub(crate) desk: Desk,
}

/// A key to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateApiKey {
    /// What it is called.
    pub name: Title,
    /// What it may do.
    pub scopes: Scopes,
    /// When it ends; after 90 days unless told, and after 366 at the latest.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key that was just made, with the secret that is shown this once.
#[derive(Clone, Debug, PartialEq)]
pub struct NewApiKey {
    /// The key.
    pub key: ApiKey,
    /// What the program presents.
    pub secret: Redacted<String>,
}

impl ApiKeys {
    /// Whether a bearer token is meant to be an API key.
    pub fn is_one(token: &str) -> bool {
        token.starts_with(MARK)
    }

    /// The keys of a user that have not ended, the latest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may see no key of this user.
    pub async fn list(&self, actor: &Actor, user: UserId) -> Result<Vec<ApiKey>, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        work.users().get(user).await?.ok_or_else(|| Error::missing(user))?;
        let facts = Facts { owner: Some(user), ..Facts::of(Resource::ApiKey, user.uuid()) };
        actor.may(Verb::Read, &facts)?;
        let now = self.desk.now();
        let keys = work.api_keys().of_user(user).await?;
        Ok(keys.into_iter().filter(|key| key.is_alive(now)).collect())
    }

    /// Makes a key for the actor. Its secret is handed out here and never again.
    ///
    /// # Errors
    /// [`Error::Invalid`] without a scope or with an end that is past or too far, [`Error::Forbidden`] for API keys.
    pub async fn create(&self, actor: &Actor, order: CreateApiKey) -> Result<NewApiKey, Error> {
        let (desk, order) = (&self.desk, &order);
        let asked = Asked::for_new(Resource::ApiKey);
        desk.order(actor, asked, || async move {
            let user = desk.in_person(actor, asked)?;
            let now = desk.now();
            let expires_at = self.end_of(order, now)?;
            let (random, _) = desk.ports.tokens.next();
            let secret = format!("{MARK}{}", random.expose());
            let key = ApiKey {
                id: desk.new_id(),
                user,
                name: order.name.clone(),
                prefix: secret.chars().take(PREFIX).collect(),
                digest: desk.ports.tokens.digest(&secret),
                scopes: order.scopes,
                expires_at,
                created_at: now,
                last_used_at: None,
                revoked_at: None,
            };
            let permit = actor.may(Verb::Create, &key)?;
            let mut work = desk.begin(actor).await?;
            let alive = work.api_keys().of_user(user).await?.into_iter().filter(|key| key.is_alive(now));
            if alive.count() >= MOST {
                let message = format!("there are {MOST} keys already: revoke one first");
                return Err(Error::invalid("", "too_many", message));
            }
            work.api_keys().add(&permit, &key).await?;
            work.journal().record(&permit, &Event::ApiKeyCreated { key: key.id }, now).await?;
            let notice = Letter::Notice(user, Notice::ApiKeyCreated);
            work.letters().post(desk.new_id(), &notice, now).await?;
            work.commit().await?;
            Ok(NewApiKey { key, secret: Redacted::new(secret) })
        })
        .await
    }

    /// Ends a key of a user at once. Users end their own, administrators anybody's.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the user has no such key within the actor's reach, or it has ended.
    pub async fn revoke(&self, actor: &Actor, user: UserId, id: ApiKeyId) -> Result<(), Error> {
        let desk = &self.desk;
        let asked = Asked::of(Verb::Delete, Resource::ApiKey, id.uuid());
        desk.order(actor, asked, || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let key = work.api_keys().get(id).await?;
            let key = key.filter(|key| key.user == user && key.revoked_at.is_none());
            let mut key = key.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Delete, &key)?;
            desk.in_person(actor, asked)?;
            key.revoke(now);
            work.api_keys().revoke(&permit, &key).await?;
            work.journal().record(&permit, &Event::ApiKeyRevoked { key: id }, now).await?;
            Ok(work.commit().await?)
        })
        .await
    }

    /// Who presents this key. It is looked up each time, so that an ended key ends at once; that it was used is noted
    /// once a minute.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the key does not hold.
    pub async fn authenticate(&self, secret: &str) -> Result<Actor, Error> {
        let desk = &self.desk;
        let refused = || Error::Unauthenticated("the API key is not valid");
        let digest = &desk.ports.tokens.digest(secret);
        let now = desk.now();
        let mut work = desk.begin_read(&Actor::System).await?;
        let key = work.api_keys().find_by_digest(digest).await?;
        let key = key.filter(|key| key.is_alive(now)).ok_or_else(refused)?;
        let user = work.users().get(key.user).await?.filter(User::may_sign_in).ok_or_else(refused)?;
        drop(work);
        if key.is_use_news(now) {
            retry(|| async move {
                let mut work = desk.begin(&Actor::System).await?;
                work.api_keys().note_use(key.id, now).await?;
                Ok(work.commit().await?)
            })
            .await?;
        }
        let via = Via::ApiKey(key.id, key.scopes);
        Ok(Actor::User(UserActor { id: user.id, role: user.role, company: user.company, via }))
    }

    fn end_of(&self, order: &CreateApiKey, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        if order.scopes.is_empty() {
            return Err(Error::invalid("/scopes", "empty", "must name at least one scope"));
        }
        let end = order.expires_at.unwrap_or(now + ApiKey::LIFETIME);
        if end <= now || end > now + ApiKey::MAX_LIFETIME {
            let message = "must be in the future, and at most 366 days away";
            return Err(Error::invalid("/expiresAt", "out_of_range", message));
        }
        Ok(end)
    }
}

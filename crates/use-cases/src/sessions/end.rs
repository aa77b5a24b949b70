use chrono::{DateTime, Utc};
use kairo_domain::{Actor, Event, Permit, Resource, Session, SessionId, UserId, Verb};
use kairo_ports::{StoreError, UnitOfWork};

use super::Sessions;
use super::refresh::find;
use crate::Error;
use crate::desk::Asked;
use crate::retry::retry;

/// Which of the own sessions are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that asks.
    This,
    /// All but the one that asks.
    Others,
    /// All of them.
    All,
}

/// Some of the own sessions to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndOwn {
    /// Which.
    pub which: Which,
}

impl Sessions {
    /// Ends some of the actor's own sessions, and tells how many. Their access tokens hold nowhere within a second.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the actor is nobody who is signed in, [`Error::Forbidden`] for API keys.
    pub async fn end_own(&self, actor: &Actor, order: EndOwn) -> Result<usize, Error> {
        let desk = &self.desk;
        let user = actor.user().ok_or(Error::Unauthenticated("sign in first"))?;
        let own = actor.session();
        let asked = Asked::of(Verb::Delete, Resource::Session, user.uuid());
        let ended = desk
            .order(actor, asked, || async move {
                desk.in_person(actor, asked)?;
                let now = desk.now();
                let mut work = desk.begin(actor).await?;
                let is_meant = |session: SessionId| match order.which {
                    Which::This => own == Some(session),
                    Which::Others => own != Some(session),
                    Which::All => true,
                };
                let ended = end_all(&mut *work, actor, user, is_meant, now).await?;
                work.commit().await?;
                Ok(ended)
            })
            .await?;
        desk.ended(ended.iter().copied());
        Ok(ended.len())
    }

    /// Ends a session of a user. Users end their own, administrators anybody's.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the user has no such session within the actor's reach, or it has ended.
    pub async fn end(&self, actor: &Actor, user: UserId, id: SessionId) -> Result<(), Error> {
        let desk = &self.desk;
        desk.order(actor, Asked::of(Verb::Delete, Resource::Session, id.uuid()), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let session = work.sessions().get(id).await?.filter(|session| session.user == user);
            let mut session = session.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Delete, &session)?;
            if session.revoked_at.is_some() {
                return Err(Error::missing(id));
            }
            end_one(&mut *work, &permit, &mut session, now).await?;
            Ok(work.commit().await?)
        })
        .await?;
        desk.ended([id]);
        Ok(())
    }

    /// Ends the session of a refresh token, used or not: whoever holds one may be without an access token that holds.
    /// That there is nothing left to end is no error.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn end_by_refresh(&self, token: &str) -> Result<(), Error> {
        let desk = &self.desk;
        let digest = &desk.ports.refresh_tokens.digest(token);
        let ended = retry(|| async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            let session = find(desk, &mut *work, token, digest).await?;
            let Some(mut session) = session.filter(|session| session.is_alive(now)) else { return Ok(None) };
            let permit = Actor::System.may(Verb::Delete, &session)?;
            end_one(&mut *work, &permit, &mut session, now).await?;
            work.commit().await?;
            Ok(Some(session.id))
        })
        .await?;
        desk.ended(ended);
        Ok(())
    }
}

/// Ends those sessions of a user that are meant, and tells which they were.
pub(crate) async fn end_all(
    work: &mut dyn UnitOfWork,
    actor: &Actor,
    user: UserId,
    is_meant: impl Fn(SessionId) -> bool + Send,
    now: DateTime<Utc>,
) -> Result<Vec<SessionId>, Error> {
    let mut ended = Vec::new();
    for mut session in work.sessions().of_user(user).await? {
        if !is_meant(session.id) {
            continue;
        }
        let permit = actor.may(Verb::Delete, &session)?;
        end_one(work, &permit, &mut session, now).await?;
        ended.push(session.id);
    }
    Ok(ended)
}

async fn end_one(
    work: &mut dyn UnitOfWork,
    permit: &Permit,
    session: &mut Session,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    session.revoke(now);
    work.sessions().revoke(permit, session).await.map_err(ended_meanwhile)?;
    Ok(work.journal().record(permit, &Event::SessionRevoked { session: session.id }, now).await?)
}

/// Somebody else ended it first: the order starts over, and no longer meets it.
pub(crate) fn ended_meanwhile(error: StoreError) -> Error {
    match error {
        StoreError::Stale => StoreError::Contention(None).into(),
        other => other.into(),
    }
}

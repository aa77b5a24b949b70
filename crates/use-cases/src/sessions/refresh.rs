use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, Event, Letter, Notice, Presented, Redacted, Session, SessionId, TokenDigest, User, Verb,
};
use kairo_ports::UnitOfWork;

use super::end::ended_meanwhile;
use super::{Sessions, SignedIn};
use crate::Error;
use crate::desk::Desk;
use crate::retry::retry;

/// What came of a refresh token.
enum Came {
    /// The token that follows.
    Next(Box<Next>),
    /// It was used before by somebody else, and its session is ended.
    Ended(SessionId),
}

/// The token that follows another.
struct Next {
    user: User,
    session: Session,
    token: Redacted<String>,
    now: DateTime<Utc>,
}

const REFUSED: Error = Error::Unauthenticated("the refresh token is not valid: sign in again");

impl Sessions {
    /// Gives the next pair of tokens for a refresh token, which is then used. A token that was just used is answered
    /// with the same successor again, as long as that was not used: the first answer may have been lost. Any other
    /// used token ends its session, since somebody else has a copy.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] whatever was wrong with it.
    pub async fn refresh(&self, token: &str) -> Result<SignedIn, Error> {
        let desk = &self.desk;
        let digest = &desk.ports.refresh_tokens.digest(token);
        let came = retry(|| async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            let session = find(desk, &mut *work, token, digest).await?;
            let session = session.filter(|session| session.is_alive(now)).ok_or(REFUSED)?;
            let user = work.users().get(session.user).await?.filter(User::may_sign_in).ok_or(REFUSED)?;
            match session.presented(digest, now) {
                Presented::Current => rotate(desk, work, user, session, token, now).await,
                Presented::JustUsed => {
                    let token = successor(desk, token, &session.refresh_digest)?;
                    Ok(Came::Next(Box::new(Next { user, session, token, now })))
                }
                Presented::Spent => end_reused(desk, work, session, now).await,
            }
        })
        .await?;
        match came {
            Came::Next(next) => {
                let Next { user, session, token, now } = *next;
                desk.signed_in(user, &session, token, now)
            }
            Came::Ended(session) => {
                desk.ended([session]);
                Err(REFUSED)
            }
        }
    }
}

/// The session whose token this is or was. Tokens older than the last are not stored; they name their session
/// themselves, and nobody else can make one that does.
pub(super) async fn find(
    desk: &Desk,
    work: &mut dyn UnitOfWork,
    token: &str,
    digest: &TokenDigest,
) -> Result<Option<Session>, Error> {
    if let Some(session) = work.sessions().find_by_digest(digest).await? {
        return Ok(Some(session));
    }
    match desk.ports.refresh_tokens.session_of(token) {
        Some(session) => Ok(work.sessions().get(session).await?),
        None => Ok(None),
    }
}

async fn rotate(
    desk: &Desk,
    mut work: Box<dyn UnitOfWork>,
    user: User,
    mut session: Session,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Came, Error> {
    let (next, digest) = desk.ports.refresh_tokens.successors(token).into_iter().next().ok_or(REFUSED)?;
    let before = session.refresh_digest.clone();
    session.rotate(digest, now);
    let permit = Actor::System.may(Verb::Update, &session)?;
    work.sessions().rotate(&permit, &session, &before).await?;
    work.commit().await?;
    Ok(Came::Next(Box::new(Next { user, session, token: next, now })))
}

/// The very successor that was given before, also if the key has changed since.
fn successor(desk: &Desk, token: &str, given: &TokenDigest) -> Result<Redacted<String>, Error> {
    let candidates = desk.ports.refresh_tokens.successors(token);
    candidates.into_iter().find(|(_, digest)| digest == given).map(|(token, _)| token).ok_or(REFUSED)
}

async fn end_reused(
    desk: &Desk,
    mut work: Box<dyn UnitOfWork>,
    mut session: Session,
    now: DateTime<Utc>,
) -> Result<Came, Error> {
    let permit = Actor::System.may(Verb::Delete, &session)?;
    session.revoke(now);
    work.sessions().revoke(&permit, &session).await.map_err(ended_meanwhile)?;
    let event = Event::SessionReused { session: session.id, user: session.user };
    work.journal().record(&permit, &event, now).await?;
    let notice = Letter::Notice(session.user, Notice::SessionReused);
    work.letters().post(desk.new_id(), &notice, now).await?;
    work.commit().await?;
    Ok(Came::Ended(session.id))
}

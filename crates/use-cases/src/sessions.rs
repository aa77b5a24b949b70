mod end;
mod refresh;
mod sign_in;

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    Actor, Facts, Redacted, Resource, Session, SessionId, User, UserActor, UserId, Verb, Via,
};
use kairo_ports::{AccessClaims, PublishedKey};

use crate::Error;
use crate::desk::Desk;

pub use end::{EndOwn, Which};
pub use sign_in::SignIn;

pub(crate) use end::end_all;

/// Signing in and out, and who a token stands for.
#[derive(Clone)]
pub struct Sessions {
    pub(crate) desk: Desk,
}

/// Somebody is signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// Through which session.
    pub session: SessionId,
    /// The token to present with each request.
    pub access_token: Redacted<String>,
    /// For how long it is good.
    pub expires_in: TimeDelta,
    /// The token to get the next pair with; it is used once.
    pub refresh_token: Redacted<String>,
    /// Until when that can be done.
    pub refresh_expires_at: DateTime<Utc>,
}

impl Sessions {
    /// Who presents this access token. Nothing is read from the store: what was revoked is known from following its
    /// log.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the token does not hold.
    pub fn authenticate(&self, token: &str) -> Result<Actor, Error> {
        let claims = self.desk.ports.access_tokens.verify(token, self.desk.now())?;
        if !self.desk.live.holds(&claims) {
            return Err(Error::Unauthenticated("the access token was revoked"));
        }
        Ok(Actor::User(UserActor {
            id: claims.user,
            role: claims.role,
            company: claims.company,
            via: Via::Session(claims.session),
        }))
    }

    /// The session that a refresh token was made for, whether that can still be used or not; `None` for a token that was
    /// not made here. Nothing is read from the store.
    pub fn session_of(&self, token: &str) -> Option<SessionId> {
        self.desk.ports.refresh_tokens.session_of(token)
    }

    /// The keys that access tokens can be checked with.
    pub fn published_keys(&self) -> Vec<PublishedKey> {
        self.desk.ports.access_tokens.published_keys(self.desk.now())
    }

    /// Reads what other processes have revoked since the last time. To be called before the first request, whenever
    /// the store announces a revocation, and twice a second besides, in case an announcement is lost.
    ///
    /// # Errors
    /// Those of the store; the next call reads what this one missed.
    pub async fn follow_revocations(&self) -> Result<(), Error> {
        self.desk.follow().await
    }

    /// The sessions of a user that have not ended, the latest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the actor may see no session of this user.
    pub async fn list(&self, actor: &Actor, user: UserId) -> Result<Vec<Session>, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        work.users().get(user).await?.ok_or_else(|| Error::missing(user))?;
        let facts = Facts { owner: Some(user), ..Facts::of(Resource::Session, user.uuid()) };
        actor.may(Verb::Read, &facts)?;
        let sessions = work.sessions().of_user(user).await?;
        let now = self.desk.now();
        Ok(sessions.into_iter().filter(|session| session.is_alive(now)).collect())
    }
}

impl Desk {
    /// When the last access token that exists now is over.
    pub(crate) fn token_end(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + self.ports.access_tokens.lifetime() + TimeDelta::minutes(1)
    }

    /// Takes over what the store says was revoked since the last time.
    pub(crate) async fn follow(&self) -> Result<(), Error> {
        let _one_at_a_time = self.live.following.lock().await;
        let mark = self.live.mark();
        let mut work = self.begin_read(&Actor::System).await?;
        let (news, mark) = work.revocations().since(mark.as_ref()).await?;
        let now = self.now();
        self.live.follow(&news, mark, now, self.token_end(now));
        Ok(())
    }

    /// Takes over at once that this process has ended sessions, and committed it.
    pub(crate) fn ended(&self, sessions: impl IntoIterator<Item = SessionId>) {
        let until = self.token_end(self.now());
        for session in sessions {
            self.live.end(session, until);
        }
    }

    /// The pair of tokens for a session.
    fn signed_in(
        &self,
        user: User,
        session: &Session,
        refresh_token: Redacted<String>,
        now: DateTime<Utc>,
    ) -> Result<SignedIn, Error> {
        let claims =
            AccessClaims { user: user.id, session: session.id, role: user.role, company: user.company };
        let tokens = &self.ports.access_tokens;
        Ok(SignedIn {
            access_token: tokens.issue(&claims, now)?,
            expires_in: tokens.lifetime(),
            session: session.id,
            refresh_token,
            refresh_expires_at: session.expires_at,
            user,
        })
    }
}

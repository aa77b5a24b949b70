use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Actor, Email, Event, Id, Redacted, Session, User, UserActor, Verb};
use kairo_ports::{AccessClaims, Credentials};

use crate::retry::retry;
use crate::{Error, Ports};

/// How long a session lives without being used.
const SESSION_LIFETIME: TimeDelta = TimeDelta::days(30);

/// Signing in, and who a token stands for.
#[derive(Clone)]
pub struct Sessions {
    pub(crate) ports: Arc<Ports>,
}

/// An address and a password, and where they come from.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    /// Who says they are signing in.
    pub email: Email,
    /// With what they prove it.
    pub password: Redacted<String>,
    /// From which address; personal data.
    pub ip_address: Option<Redacted<String>>,
    /// With which program; personal data.
    pub user_agent: Option<Redacted<String>>,
}

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The token to present with each request.
    pub access_token: Redacted<String>,
    /// For how long it is good.
    pub expires_in: TimeDelta,
}

impl Sessions {
    /// Checks a password and opens a session. An unknown address takes as long as a wrong password.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] whatever was wrong, [`Error::Busy`] when too many sign in at once.
    pub async fn sign_in(&self, order: SignIn) -> Result<SignedIn, Error> {
        let known = self.find_credentials(&order.email).await?;
        let hash = known.as_ref().map(|credentials| &credentials.password_hash);
        let fits = self.ports.passwords.verify(&order.password, hash).await?;
        let user = known.filter(|credentials| fits && credentials.user.may_sign_in());
        let user = user.ok_or(Error::Unauthenticated("the address or the password is wrong"))?.user;
        let now = self.ports.clock.now();
        let session = self.open(&user, &order, now).await?;
        let claims =
            AccessClaims { user: user.id, session: session.id, role: user.role, company: user.company };
        let access_token = self.ports.access_tokens.issue(&claims, now)?;
        Ok(SignedIn { user, access_token, expires_in: self.ports.access_tokens.lifetime() })
    }

    /// Who presents this access token. Nothing is read from the store.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the token does not hold.
    pub fn authenticate(&self, token: &str) -> Result<Actor, Error> {
        let claims = self.ports.access_tokens.verify(token, self.ports.clock.now())?;
        Ok(Actor::User(UserActor {
            id: claims.user,
            role: claims.role,
            company: claims.company,
            session: Some(claims.session),
        }))
    }

    async fn find_credentials(&self, email: &Email) -> Result<Option<Credentials>, Error> {
        let mut work = self.ports.store.begin_read(&Actor::System).await?;
        Ok(work.users().find_credentials(email).await?)
    }

    async fn open(&self, user: &User, order: &SignIn, now: DateTime<Utc>) -> Result<Session, Error> {
        retry(|| async move {
            let actor = Actor::System;
            let mut work = self.ports.store.begin(&actor).await?;
            let session = Session {
                id: Id::from_uuid(self.ports.ids.next()),
                user: user.id,
                // Nothing redeems it yet: the token itself is thrown away.
                refresh_digest: self.ports.tokens.next().1,
                expires_at: now + SESSION_LIFETIME,
                ip_address: order.ip_address.clone(),
                user_agent: order.user_agent.clone(),
                created_at: now,
                last_used_at: None,
                revoked_at: None,
            };
            let permit = actor.may(Verb::Create, &session)?;
            work.sessions().add(&permit, &session).await?;
            let event = Event::SessionOpened { session: session.id, user: user.id };
            work.journal().record(&permit, &event, now).await?;
            work.commit().await?;
            Ok(session)
        })
        .await
    }
}

use std::sync::Arc;

use chrono::{DateTime, Utc};
use kairo_domain::{Actor, Email, Event, Id, NewPassword, NewUser, User, UserId, Verb, Verified};
use kairo_ports::UnitOfWork;

use crate::retry::retry;
use crate::{Error, Ports};

/// What is done with users.
#[derive(Clone)]
pub struct Users {
    pub(crate) ports: Arc<Ports>,
}

/// A user to be made by somebody who vouches for the address.
#[derive(Clone, Debug, PartialEq)]
pub struct CreateUser {
    /// Who it is.
    pub user: NewUser,
    /// The password to sign in with.
    pub password: NewPassword,
}

/// Another password for a user, set by the program's operator.
#[derive(Clone, Debug, PartialEq)]
pub struct ResetPassword {
    /// Whose.
    pub email: Email,
    /// The new password.
    pub password: NewPassword,
}

impl Users {
    /// Makes a user with a password. Only the program itself may set passwords of others.
    ///
    /// # Errors
    /// [`Error::Taken`] when the address is in use, [`Error::Forbidden`] unless the actor may.
    pub async fn create(&self, actor: &Actor, order: CreateUser) -> Result<User, Error> {
        let hash = self.ports.passwords.hash(order.password.secret()).await?;
        let (order, hash) = (&order, &hash);
        retry(|| async move {
            let now = self.ports.clock.now();
            let mut work = self.ports.store.begin(actor).await?;
            let id = Id::from_uuid(self.ports.ids.next());
            let user = User::create(id, order.user.clone(), Verified::Yes, now);
            let permit = actor.may(Verb::Create, &user)?;
            work.users().add(&permit, &user).await?;
            work.users().set_password_hash(&permit, user.id, hash).await?;
            work.journal().record(&permit, &Event::UserCreated { user: user.id }, now).await?;
            work.commit().await?;
            Ok(user)
        })
        .await
    }

    /// Sets another password for a user and ends the user's sessions. Only the program itself may.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nobody has this address.
    pub async fn reset_password(&self, actor: &Actor, order: ResetPassword) -> Result<User, Error> {
        let hash = self.ports.passwords.hash(order.password.secret()).await?;
        let (order, hash) = (&order, &hash);
        retry(|| async move {
            let now = self.ports.clock.now();
            let mut work = self.ports.store.begin(actor).await?;
            let user = work.users().find_by_email(&order.email).await?;
            let user = user.ok_or(Error::NotFound { what: "user" })?;
            let permit = actor.may(Verb::Update, &user)?;
            work.users().set_password_hash(&permit, user.id, hash).await?;
            work.journal().record(&permit, &Event::PasswordReset { user: user.id }, now).await?;
            end_sessions(&mut *work, actor, user.id, now).await?;
            work.commit().await?;
            Ok(user)
        })
        .await
    }

    /// Shows the actor's own account.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when the actor is no user, or the account is gone or suspended.
    pub async fn me(&self, actor: &Actor) -> Result<User, Error> {
        let gone = || Error::Unauthenticated("sign in first");
        let id = actor.user().ok_or_else(gone)?;
        let mut work = self.ports.store.begin_read(actor).await?;
        let user = work.users().get(id).await?.filter(User::may_sign_in).ok_or_else(gone)?;
        actor.may(Verb::Read, &user)?;
        Ok(user)
    }
}

async fn end_sessions(
    work: &mut dyn UnitOfWork,
    actor: &Actor,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    for mut session in work.sessions().of_user(user).await? {
        let permit = actor.may(Verb::Delete, &session)?;
        session.revoke(now);
        work.sessions().revoke(&permit, &session).await?;
        work.journal().record(&permit, &Event::SessionRevoked { session: session.id }, now).await?;
    }
    Ok(())
}

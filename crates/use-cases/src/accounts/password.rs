use kairo_domain::{
    AccountChange, Actor, Email, Event, Letter, NewPassword, Notice, Purpose, Redacted, Refused, Resource,
    Revocation, SessionId, TokenDigest, User, Verb,
};
use kairo_ports::{PasswordHash, UnitOfWork};

use super::Accounts;
use crate::Error;
use crate::desk::Desk;
use crate::proof::{Claimed, own_account};
use crate::retry::retry;
use crate::sessions::end_all;
use crate::two_factor::prove_own;

/// Another password for the own account.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePassword {
    /// The password until now.
    pub current: Redacted<String>,
    /// The password from now on.
    pub new: NewPassword,
}

/// Another password, by the token that was mailed.
#[derive(Clone, Debug, PartialEq)]
pub struct RedeemReset {
    /// The token.
    pub token: Redacted<String>,
    /// The password from now on.
    pub new: NewPassword,
}

impl Accounts {
    /// Changes the actor's own password, and ends all sessions but the one that asks.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `/currentPassword` when that is wrong, [`Error::RateLimited`] after failures.
    pub async fn change_password(&self, actor: &Actor, order: ChangePassword) -> Result<(), Error> {
        let desk = &self.desk;
        let id = actor.user().ok_or(Error::Unauthenticated("sign in first"))?;
        let id = desk.in_person(actor, own_account(id))?;
        let user = &prove_own(desk, actor, id, &order.current, "/currentPassword").await?;
        let hash = &desk.ports.passwords.hash(order.new.secret()).await?;
        let ended = desk
            .order(actor, own_account(id), || async move {
                let (kept, work) = (actor.session(), desk.begin(&Actor::System).await?);
                write_password(desk, work, actor, user, hash, |session| Some(session) != kept).await
            })
            .await?;
        desk.learn(ended);
        Ok(())
    }

    /// Asks for the mail to set another password. The answer, its time included, is the same whether the address has
    /// an account or not.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn forgot_password(&self, email: Email) -> Result<(), Error> {
        let (desk, email) = (&self.desk, &email);
        retry(|| async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            let known = work.users().find_by_email(email).await?;
            work.letters().post(desk.new_id(), &Letter::ResetPassword(email.clone()), now).await?;
            match known {
                Some(user) => {
                    let permit = Actor::System.may(Verb::Update, &user)?;
                    let event = Event::Account { user: user.id, change: AccountChange::PasswordForgotten };
                    work.journal().record_for(&Actor::Visitor, &permit, &event, now).await?;
                }
                None => {
                    let refused = Refused {
                        verb: Verb::Update,
                        resource: Resource::User,
                        subject: None,
                        why: "unknown_address",
                    };
                    work.journal().record_refusal(&Actor::Visitor, &refused, now).await?;
                }
            }
            Ok(work.commit().await?)
        })
        .await
    }

    /// Sets another password by the token that was mailed, and ends all sessions. A second factor is still asked for
    /// at the next sign-in.
    ///
    /// # Errors
    /// [`Error::TokenInvalid`] when the token is not good, or not any more.
    pub async fn reset_password(&self, order: RedeemReset) -> Result<(), Error> {
        let desk = &self.desk;
        let digest = &desk.ports.tokens.digest(order.token.expose());
        // Looked at before the costly hash, so that made-up tokens cost next to nothing.
        let mut work = desk.begin_read(&Actor::System).await?;
        let user = &user_of(desk, &mut *work, digest).await?;
        drop(work);
        let hash = &desk.ports.passwords.hash(order.new.secret()).await?;
        let ended = retry(|| async move {
            let mut work = desk.begin(&Actor::System).await?;
            work.one_time_tokens().take(digest).await.map_err(Error::of_token)?;
            let user =
                work.users().get(user.id).await?.filter(User::may_sign_in).ok_or(Error::TokenInvalid)?;
            work.one_time_tokens().discard(Purpose::PasswordReset(user.id)).await?;
            work.attempts().forget(Claimed::new(desk, &user.email).account()).await?;
            write_password(desk, work, &Actor::Visitor, &user, hash, |_| true).await
        })
        .await?;
        desk.learn(ended);
        Ok(())
    }
}

/// Whose password the token resets.
async fn user_of(desk: &Desk, work: &mut dyn UnitOfWork, digest: &TokenDigest) -> Result<User, Error> {
    let token = desk.good_token(work, digest).await?;
    let Purpose::PasswordReset(user) = token.purpose else { return Err(Error::TokenInvalid) };
    work.users().get(user).await?.filter(User::may_sign_in).ok_or(Error::TokenInvalid)
}

/// The end of both ways to another password: it is written, sessions end, and the owner is told.
async fn write_password(
    desk: &Desk,
    mut work: Box<dyn UnitOfWork>,
    actor: &Actor,
    user: &User,
    hash: &PasswordHash,
    is_ended: impl Fn(SessionId) -> bool + Send,
) -> Result<Vec<Revocation>, Error> {
    let now = desk.now();
    let permit = Actor::System.may(Verb::Update, user)?;
    work.users().set_password_hash(&permit, user.id, hash).await?;
    let event = Event::Account { user: user.id, change: AccountChange::PasswordChanged };
    work.journal().record_for(actor, &permit, &event, now).await?;
    let ended = end_all(&mut *work, &Actor::System, user.id, is_ended, now).await?;
    let notice = Letter::Notice(user.id, Notice::PasswordChanged);
    work.letters().post(desk.new_id(), &notice, now).await?;
    work.commit().await?;
    Ok(ended.into_iter().map(Revocation::Session).collect())
}

use kairo_domain::{
    AccountChange, Actor, Email, Event, Letter, NewPassword, Notice, Purpose, Redacted, Refused, Resource,
    SessionId, TokenDigest, User, UserId, Verb,
};
use kairo_ports::{PasswordHash, UnitOfWork};

use super::Accounts;
use crate::Error;
use crate::desk::Desk;
use crate::proof::{CHANGED, Claimed, own_account, prove_own, still_proven};
use crate::retry::retry;
use crate::sessions::end_all;

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
        let proven = &prove_own(desk, actor, &order.current, "/currentPassword").await?;
        let user = &proven.user;
        let hash = &desk.ports.passwords.hash(order.new.secret()).await?;
        let ended = desk
            .order(actor, own_account(user.id), || async move {
                let (kept, mut work) = (actor.session(), desk.begin(&Actor::System).await?);
                still_proven(&mut *work, proven).await?.ok_or(CHANGED)?;
                write_password(desk, work, actor, user, hash, |session| Some(session) != kept).await
            })
            .await?;
        desk.ended(ended);
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
        let asked = own_account(user.id);
        let ended = desk
            .order(&Actor::Visitor, asked, || async move {
                let mut work = desk.begin(&Actor::System).await?;
                // Held first: whoever signs in by the password until now comes before, and is ended, or after, and is
                // refused.
                work.users().password_hash(user.id).await?;
                work.one_time_tokens().take(digest).await.map_err(Error::of_token)?;
                let user =
                    work.users().get(user.id).await?.filter(User::may_sign_in).ok_or(Error::TokenInvalid)?;
                Claimed::by_visitor(desk, &user.email).forgive(&mut *work).await?;
                end_api_keys(desk, &mut *work, user.id).await?;
                write_password(desk, work, &Actor::Visitor, &user, hash, |_| true).await
            })
            .await?;
        desk.ended(ended);
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
) -> Result<Vec<SessionId>, Error> {
    let now = desk.now();
    let permit = Actor::System.may(Verb::Update, user)?;
    work.users().set_password_hash(&permit, user.id, hash).await?;
    // What was mailed before is void: who asked for it may not be who has the account now.
    work.one_time_tokens().discard(Purpose::PasswordReset(user.id)).await?;
    work.email_changes().remove_of(user.id).await?;
    let event = Event::Account { user: user.id, change: AccountChange::PasswordChanged };
    work.journal().record_for(actor, &permit, &event, now).await?;
    let ended = end_all(&mut *work, &Actor::System, user.id, is_ended, now).await?;
    let notice = Letter::Notice(user.id, Notice::PasswordChanged);
    work.letters().post(desk.new_id(), &notice, now).await?;
    work.commit().await?;
    Ok(ended)
}

/// Whoever resets a password may have been robbed of the account: what a thief has made must not stay.
async fn end_api_keys(desk: &Desk, work: &mut dyn UnitOfWork, user: UserId) -> Result<(), Error> {
    let now = desk.now();
    for mut key in work.api_keys().of_user(user).await? {
        let permit = Actor::System.may(Verb::Delete, &key)?;
        key.revoke(now);
        work.api_keys().revoke(&permit, &key).await?;
        work.journal().record(&permit, &Event::ApiKeyRevoked { key: key.id }, now).await?;
    }
    Ok(())
}

use kairo_domain::{
    AccountChange, Actor, Email, EmailChange, EmailChangeId, Event, Letter, Notice, Purpose, Redacted,
    Resource, Side, SignUpId, TokenDigest, User, Verb, Verified,
};
use kairo_ports::UnitOfWork;

use super::Accounts;
use crate::Error;
use crate::desk::Asked;
use crate::proof::{CHANGED, own_account, prove_own, still_proven};

/// Another address for the own account.
#[derive(Clone, Debug, PartialEq)]
pub struct AskEmailChange {
    /// The address to have.
    pub email: Email,
    /// The password, once more.
    pub password: Redacted<String>,
}

/// A mailed token that proves an address.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifyAddress {
    /// The token.
    pub token: Redacted<String>,
    /// The password of the sign-up, where it is one.
    pub password: Option<Redacted<String>>,
}

/// What a mailed token has proven.
#[derive(Clone, Debug, PartialEq)]
pub enum AddressVerified {
    /// The address of a sign-up: there is an account now.
    AccountMade(User),
    /// One of the two addresses of a change; the other one has yet to be confirmed.
    OneSide,
    /// Both addresses: the account has the new one now.
    AddressChanged(User),
}

impl Accounts {
    /// Asks for another address. Both addresses are mailed a link, and both have to be followed. Whether the new
    /// address has an account is not told.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `/password` when that is wrong, [`Error::RateLimited`] after failures.
    pub async fn ask_email_change(&self, actor: &Actor, order: AskEmailChange) -> Result<(), Error> {
        let (desk, order) = (&self.desk, &order);
        let proven = &prove_own(desk, actor, &order.password, "/password").await?;
        let (user, id) = (&proven.user, proven.user.id);
        desk.order(actor, own_account(id), || async move {
            let now = desk.now();
            let permit = actor.may(Verb::Update, user)?;
            let mut work = desk.begin(&Actor::System).await?;
            still_proven(&mut *work, proven).await?.ok_or(CHANGED)?;
            let change = EmailChange {
                id: desk.new_id(),
                user: id,
                new_email: order.email.clone(),
                created_at: now,
                expires_at: now + EmailChange::LIFETIME,
                old_confirmed_at: None,
                new_confirmed_at: None,
            };
            work.email_changes().add(&change).await?;
            for letter in [Letter::ConfirmOldAddress(change.id), Letter::ConfirmNewAddress(change.id)] {
                work.letters().post(desk.new_id(), &letter, now).await?;
            }
            let event = Event::Account { user: id, change: AccountChange::EmailChangeAsked };
            work.journal().record_for(actor, &permit, &event, now).await?;
            Ok(work.commit().await?)
        })
        .await
    }

    /// Redeems the token of a mail that proves an address: of a sign-up, or of a change. A sign-up also asks for its
    /// password: anybody may ask for an account in another's name, and the one who reads the mail must not make good a
    /// password that somebody else has chosen.
    ///
    /// # Errors
    /// [`Error::TokenInvalid`] when the token is not good, or not any more; [`Error::Invalid`] at `/password` when it is
    /// not that of the sign-up.
    pub async fn verify_address(&self, order: VerifyAddress) -> Result<AddressVerified, Error> {
        let desk = &self.desk;
        let digest = &desk.ports.tokens.digest(order.token.expose());
        self.prove_sign_up(digest, order.password.as_ref()).await?;
        let asked = Asked::for_new(Resource::User);
        desk.order(&Actor::Visitor, asked, || async move {
            let mut work = desk.begin(&Actor::System).await?;
            let token = desk.good_token(&mut *work, digest).await?;
            match token.purpose {
                Purpose::SignUp(sign_up) => self.make_account(work, digest, sign_up).await,
                Purpose::OldAddress(change) => self.confirm(work, digest, change, Side::Old).await,
                Purpose::NewAddress(change) => self.confirm(work, digest, change, Side::New).await,
                Purpose::PasswordReset(_) | Purpose::Invitation(_) => Err(Error::TokenInvalid),
            }
        })
        .await
    }

    async fn prove_sign_up(
        &self,
        digest: &TokenDigest,
        password: Option<&Redacted<String>>,
    ) -> Result<(), Error> {
        let desk = &self.desk;
        let mut work = desk.begin_read(&Actor::System).await?;
        let Purpose::SignUp(id) = desk.good_token(&mut *work, digest).await?.purpose else { return Ok(()) };
        let (_, hash) = work.sign_ups().get(id).await?.ok_or(Error::TokenInvalid)?;
        drop(work);
        let missing = || Error::invalid("/password", "required", "must be the password of the sign-up");
        if desk.ports.passwords.verify(password.ok_or_else(missing)?, Some(&hash)).await? {
            return Ok(());
        }
        Err(Error::invalid("/password", "wrong", "is not the password that this sign-up was made with"))
    }

    async fn make_account(
        &self,
        mut work: Box<dyn UnitOfWork>,
        digest: &TokenDigest,
        id: SignUpId,
    ) -> Result<AddressVerified, Error> {
        let now = self.desk.now();
        work.one_time_tokens().take(digest).await.map_err(Error::of_token)?;
        let (sign_up, hash) = work.sign_ups().get(id).await?.ok_or(Error::TokenInvalid)?;
        let user = sign_up.user(Verified::Yes, now);
        let permit = Actor::System.may(Verb::Create, &user)?;
        work.users().add(&permit, &user).await.map_err(Error::of_taken)?;
        work.users().set_password_hash(&permit, user.id, &hash).await?;
        work.sign_ups().remove(&sign_up).await?;
        let event = Event::UserCreated { user: user.id };
        work.journal().record_for(&Actor::Visitor, &permit, &event, now).await?;
        work.commit().await?;
        Ok(AddressVerified::AccountMade(user))
    }

    async fn confirm(
        &self,
        mut work: Box<dyn UnitOfWork>,
        digest: &TokenDigest,
        id: EmailChangeId,
        side: Side,
    ) -> Result<AddressVerified, Error> {
        let now = self.desk.now();
        work.one_time_tokens().take(digest).await.map_err(Error::of_token)?;
        let mut change = work.email_changes().get(id).await?.ok_or(Error::TokenInvalid)?;
        let mut user = work.users().get(change.user).await?.ok_or(Error::TokenInvalid)?;
        let permit = Actor::System.may(Verb::Update, &user)?;
        if !change.confirm(side, now) {
            work.email_changes().save(&change).await?;
            let event = Event::Account { user: user.id, change: AccountChange::EmailChangeConfirmed };
            work.journal().record_for(&Actor::Visitor, &permit, &event, now).await?;
            work.commit().await?;
            return Ok(AddressVerified::OneSide);
        }
        let changed = user.change_email(change.new_email.clone(), now);
        work.users().save(&permit, &user).await.map_err(Error::of_taken)?;
        work.email_changes().remove_of(user.id).await?;
        // A link that waits in the old mailbox must not open the account to whoever reads that.
        work.one_time_tokens().discard(Purpose::PasswordReset(user.id)).await?;
        let event = Event::Account { user: user.id, change: changed };
        work.journal().record_for(&Actor::Visitor, &permit, &event, now).await?;
        let notice = Letter::Notice(user.id, Notice::AddressChanged);
        work.letters().post(self.desk.new_id(), &notice, now).await?;
        work.commit().await?;
        Ok(AddressVerified::AddressChanged(user))
    }
}

use kairo_domain::{
    AccountChange, Actor, Event, Letter, Notice, Redacted, Resource, SecondFactor, UserId, Verb,
};

use crate::Error;
use crate::desk::{Asked, Desk};
use crate::proof::{CHANGED, in_person, own, own_account, prove_own, still_proven};

/// The second factor of users.
#[derive(Clone)]
pub struct TwoFactor {
    pub(crate) desk: Desk,
}

/// How a user's second factor stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TwoFactorStatus {
    /// Whether signing in asks for a code.
    pub is_on: bool,
    /// How many recovery codes are left.
    pub recovery_codes_left: usize,
}

/// What an authenticator app needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct SharedSecret {
    /// The secret, as it is typed (base32).
    pub secret: Redacted<String>,
    /// The `otpauth://` URL, as it is shown as a QR code.
    pub url: Redacted<String>,
}

/// What a code turned out to be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum CodeKind {
    App,
    Recovery,
}

impl CodeKind {
    /// Takes a code of the app or a recovery code, once.
    pub(crate) fn take(
        desk: &Desk,
        factor: &mut SecondFactor,
        code: &Redacted<String>,
    ) -> Result<Option<Self>, Error> {
        let secret = desk.ports.vault.open(&factor.sealed_secret, &place(factor.user))?;
        let codes = &desk.ports.codes;
        if let Some(step) = codes.step_of(&secret, code.expose(), desk.now()) {
            return Ok(factor.take_step(step).then_some(Self::App));
        }
        let digest = codes.digest_of_recovery_code(code.expose());
        Ok(factor.take_recovery(&digest).then_some(Self::Recovery))
    }
}

/// What a user's secret is sealed for: copied to another user's row, it does not open.
pub(crate) fn place(user: UserId) -> String {
    format!("second_factor:{user}")
}

impl TwoFactor {
    /// How the actor's own second factor stands.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for visitors, [`Error::Forbidden`] for API keys.
    pub async fn status(&self, actor: &Actor) -> Result<TwoFactorStatus, Error> {
        let user = in_person(&self.desk, actor).await?;
        let mut work = self.desk.begin_read(&Actor::System).await?;
        let factor = work.second_factors().get(user).await?.filter(SecondFactor::is_on);
        Ok(TwoFactorStatus {
            is_on: factor.is_some(),
            recovery_codes_left: factor.map_or(0, |factor| factor.recovery.len()),
        })
    }

    /// Begins to set up an authenticator app. Signing in asks for its codes once the first one was confirmed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the password is wrong, [`Error::Taken`] when a second factor is on already.
    pub async fn begin(&self, actor: &Actor, password: &Redacted<String>) -> Result<SharedSecret, Error> {
        let desk = &self.desk;
        let proven = &prove_own(desk, actor, password, "/password").await?;
        let user = &proven.user;
        let secret = desk.ports.codes.new_secret();
        let (secret_text, url) = desk.ports.codes.shown(&secret, user.email.as_str());
        let sealed = &desk.ports.vault.seal(&secret, &place(user.id))?;
        desk.order(actor, own_account(user.id), || async move {
            let mut work = desk.begin(&Actor::System).await?;
            still_proven(&mut *work, proven).await?.ok_or(CHANGED)?;
            if work.second_factors().get(user.id).await?.is_some_and(|factor| factor.is_on()) {
                return Err(Error::Taken { what: "twoFactor" });
            }
            let factor = SecondFactor {
                user: user.id,
                sealed_secret: sealed.clone(),
                created_at: desk.now(),
                confirmed_at: None,
                last_step: None,
                recovery: Vec::new(),
            };
            work.second_factors().put(&factor).await?;
            let permit = actor.may(Verb::Update, user)?;
            let event = Event::Account { user: user.id, change: AccountChange::SecondFactorBegun };
            work.journal().record_for(actor, &permit, &event, desk.now()).await?;
            Ok(work.commit().await?)
        })
        .await?;
        Ok(SharedSecret { secret: secret_text, url })
    }

    /// Confirms the app with a first code, and hands out the recovery codes; they are not shown again.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `/code` when it is wrong, [`Error::NotFound`] when nothing was begun.
    pub async fn confirm(
        &self,
        actor: &Actor,
        code: &Redacted<String>,
    ) -> Result<Vec<Redacted<String>>, Error> {
        let desk = &self.desk;
        let user = in_person(desk, actor).await?;
        desk.order(actor, own_account(user), || async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            let factor = work.second_factors().get(user).await?;
            let nothing_begun = Error::NotFound { what: "second factor to confirm" };
            let mut factor = factor.filter(|factor| !factor.is_on()).ok_or(nothing_begun)?;
            if CodeKind::take(desk, &mut factor, code)? != Some(CodeKind::App) {
                return Err(wrong_code());
            }
            factor.confirmed_at = Some(now);
            let shown = renew(desk, &mut factor);
            work.second_factors().put(&factor).await?;
            let permit = actor.may(Verb::Update, &own(&mut *work, user).await?)?;
            let event = Event::Account { user, change: AccountChange::SecondFactorOn };
            work.journal().record_for(actor, &permit, &event, now).await?;
            let notice = Letter::Notice(user, Notice::SecondFactorOn);
            work.letters().post(desk.new_id(), &notice, now).await?;
            work.commit().await?;
            Ok(shown)
        })
        .await
    }

    /// Makes new recovery codes in the place of the old ones, and hands them out.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the password is wrong, [`Error::NotFound`] when no second factor is on.
    pub async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        password: &Redacted<String>,
    ) -> Result<Vec<Redacted<String>>, Error> {
        let desk = &self.desk;
        let proven = &prove_own(desk, actor, password, "/password").await?;
        let user = &proven.user;
        desk.order(actor, own_account(user.id), || async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            still_proven(&mut *work, proven).await?.ok_or(CHANGED)?;
            let factor = work.second_factors().get(user.id).await?.filter(SecondFactor::is_on);
            let mut factor = factor.ok_or(Error::NotFound { what: "second factor" })?;
            let shown = renew(desk, &mut factor);
            work.second_factors().put(&factor).await?;
            let permit = actor.may(Verb::Update, user)?;
            let event = Event::Account { user: user.id, change: AccountChange::RecoveryCodesMade };
            work.journal().record_for(actor, &permit, &event, now).await?;
            work.commit().await?;
            Ok(shown)
        })
        .await
    }

    /// Switches the actor's own second factor off.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the password is wrong, [`Error::NotFound`] when there is none.
    pub async fn remove(&self, actor: &Actor, password: &Redacted<String>) -> Result<(), Error> {
        let proven = prove_own(&self.desk, actor, password, "/password").await?;
        self.switch_off(actor, proven.user.id, Verb::Update).await
    }

    /// Switches somebody's second factor off: the app and the recovery codes are gone. For administrators.
    ///
    /// # Errors
    /// [`Error::Forbidden`] or [`Error::NotFound`] unless the actor may decide about the user.
    pub async fn reset(&self, actor: &Actor, user: UserId) -> Result<(), Error> {
        self.switch_off(actor, user, Verb::ChangeRole).await
    }

    async fn switch_off(&self, actor: &Actor, id: UserId, verb: Verb) -> Result<(), Error> {
        let desk = &self.desk;
        let asked = Asked::of(verb, Resource::User, id.uuid());
        desk.order(actor, asked, || async move {
            let now = desk.now();
            let mut seen = desk.begin_read(actor).await?;
            let user = seen.users().get(id).await?.ok_or_else(|| Error::missing(id))?;
            drop(seen);
            let permit = actor.may(verb, &user)?;
            desk.in_person(actor, asked)?;
            let mut work = desk.begin(&Actor::System).await?;
            if work.second_factors().get(id).await?.is_none() {
                return Err(Error::NotFound { what: "second factor" });
            }
            work.second_factors().remove(id).await?;
            let event = Event::Account { user: id, change: AccountChange::SecondFactorOff };
            work.journal().record_for(actor, &permit, &event, now).await?;
            let notice = Letter::Notice(id, Notice::SecondFactorOff);
            work.letters().post(desk.new_id(), &notice, now).await?;
            Ok(work.commit().await?)
        })
        .await
    }
}

fn wrong_code() -> Error {
    Error::invalid("/code", "wrong", "is not the code that the app shows now")
}

/// New recovery codes, as they are shown once.
fn renew(desk: &Desk, factor: &mut SecondFactor) -> Vec<Redacted<String>> {
    let made = (0..SecondFactor::RECOVERY_CODES).map(|_| desk.ports.codes.new_recovery_code());
    let (shown, kept) = made.unzip();
    factor.recovery = kept;
    shown
}

use std::net::IpAddr;

use kairo_domain::{Actor, AttemptsOf, Email, Redacted, Refused, Resource, TokenDigest, User, UserId, Verb};
use kairo_ports::{Credentials, UnitOfWork};

use crate::Error;
use crate::desk::{Asked, Desk};
use crate::retry::retry;

/// An account that somebody says is theirs, and how failures to prove it are counted and remembered.
pub(crate) struct Claimed<'a> {
    email: &'a Email,
    keys: Vec<TokenDigest>,
    actor: &'a Actor,
    asked: Asked,
}

impl<'a> Claimed<'a> {
    /// Somebody who wants to sign in.
    pub(crate) fn by_visitor(desk: &Desk, email: &'a Email) -> Self {
        Self::by(desk, &Actor::Visitor, Asked::for_new(Resource::Session), email)
    }

    /// Somebody who asks for this, and has to prove the account for it.
    pub(crate) fn by(desk: &Desk, actor: &'a Actor, asked: Asked, email: &'a Email) -> Self {
        let digest = |text: String| desk.ports.tokens.digest(&text);
        let account = digest(format!("account:{}", email.folded()));
        let address = desk.origin.address.as_ref().map(|address| network(address.expose()));
        let address = address.map(|network| digest(format!("address:{network}")));
        Self { email, keys: std::iter::once(account).chain(address).collect(), actor, asked }
    }

    /// Checks a password. An account that is unknown, suspended or has no password takes exactly as much work as any
    /// other; whoever fails again and again has to wait.
    ///
    /// The attempt counts as failed before the password is looked at, so that many at once are not one; what is proven
    /// takes it back with [`Claimed::succeeded`].
    ///
    /// `None` when the password does not fit; that is recorded.
    pub(crate) async fn prove(
        &self,
        desk: &Desk,
        password: &Redacted<String>,
    ) -> Result<Option<Credentials>, Error> {
        // Before anything is read: of a flood, only as many cost anything as there are places.
        let _place = desk.proofs.enter(desk.ports.passwords.capacity())?;
        let known = desk.order(self.actor, self.asked, || self.count(desk)).await?;
        let hash = known.as_ref().map(|credentials| &credentials.password_hash);
        let fits = desk.ports.passwords.verify(password, hash).await?;
        let subject = known.as_ref().map(|credentials| credentials.user.clone());
        let proven = known.filter(|credentials| fits && credentials.user.may_sign_in());
        if proven.is_none() {
            self.failed(desk, subject.as_ref(), "password").await?;
        }
        Ok(proven)
    }

    /// The account was proven: its failures are forgotten, and this attempt was none.
    pub(crate) async fn succeeded(&self, work: &mut dyn UnitOfWork) -> Result<(), Error> {
        work.attempts().take_back(&self.keys).await?;
        self.forgive(work).await
    }

    /// The password is right, and more is asked for: this attempt was no failure, and is remembered.
    pub(crate) async fn half_proven(
        &self,
        desk: &Desk,
        user: UserId,
        asked_for: &Error,
    ) -> Result<(), Error> {
        retry(|| async move {
            let mut work = desk.begin(&Actor::System).await?;
            work.attempts().take_back(&self.keys).await?;
            Ok(work.commit().await?)
        })
        .await?;
        let asked = Asked::of(Verb::Create, Resource::Session, user.uuid());
        desk.remember(self.actor, asked, asked_for).await
    }

    /// The account was proven by other means: its failures are forgotten.
    pub(crate) async fn forgive(&self, work: &mut dyn UnitOfWork) -> Result<(), Error> {
        Ok(work.attempts().forget(&self.keys[0]).await?)
    }

    /// Records a failure; it is counted already.
    pub(crate) async fn failed(
        &self,
        desk: &Desk,
        user: Option<&User>,
        why: &'static str,
    ) -> Result<(), Error> {
        let refused = self.asked.refused(why);
        let refused = &Refused { subject: refused.subject.or(user.map(|user| user.id.uuid())), ..refused };
        retry(|| async move {
            let mut work = desk.begin(&Actor::System).await?;
            work.journal().record_refusal(self.actor, refused, desk.now()).await?;
            Ok(work.commit().await?)
        })
        .await
    }

    /// The account, unless this attempt has to wait. It counts as failed from here on.
    async fn count(&self, desk: &Desk) -> Result<Option<Credentials>, Error> {
        let now = desk.now();
        let mut work = desk.begin(&Actor::System).await?;
        let attempts = work.attempts().of(&self.keys).await?;
        let counted = attempts.into_iter().zip([AttemptsOf::Account, AttemptsOf::Address]);
        let waits = counted.filter_map(|(attempts, of)| attempts?.wait(of, now));
        if let Some(retry_after) = waits.max() {
            return Err(Error::RateLimited { retry_after });
        }
        work.attempts().failed(&self.keys, now).await?;
        let known = work.users().find_credentials(self.email).await?;
        work.commit().await?;
        Ok(known)
    }
}

/// What an address is counted as: of IPv6 its network, since whoever has one address there has all of its 2^64.
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => format!("{:x?}/64", &address.segments()[..4]),
        Ok(IpAddr::V4(_)) | Err(_) => address.to_owned(),
    }
}

/// The password that was proven is no longer the account's.
pub(crate) const CHANGED: Error = Error::Unauthenticated("the password was changed meanwhile: sign in again");

/// What somebody signed in asks for who changes their own account.
pub(crate) const fn own_account(user: UserId) -> Asked {
    Asked::of(Verb::Update, Resource::User, user.uuid())
}

/// The actor's own account with the hash that was proven, once its password was given again, in person.
pub(crate) async fn prove_own(
    desk: &Desk,
    actor: &Actor,
    password: &Redacted<String>,
    pointer: &str,
) -> Result<Credentials, Error> {
    let id = in_person(desk, actor).await?;
    let mut work = desk.begin_read(actor).await?;
    let user = own(&mut *work, id).await?;
    drop(work);
    let claimed = Claimed::by(desk, actor, own_account(id), &user.email);
    let proven = claimed.prove(desk, password).await?.filter(|known| known.user.id == id);
    let wrong = || Error::invalid(pointer, "wrong", "is not the password of this account");
    let proven = proven.ok_or_else(wrong)?;
    let claimed = &claimed;
    retry(|| async move {
        let mut work = desk.begin(&Actor::System).await?;
        claimed.succeeded(&mut *work).await?;
        Ok(work.commit().await?)
    })
    .await?;
    Ok(proven)
}

/// The user as they are now, held until the unit ends. A hash takes its time: who has changed the password, or was
/// suspended, meanwhile must not get anything by what was proven before.
pub(crate) async fn still_proven(
    work: &mut dyn UnitOfWork,
    known: &Credentials,
) -> Result<Option<User>, Error> {
    let hash = work.users().password_hash(known.user.id).await?;
    let user = work.users().get(known.user.id).await?.filter(User::may_sign_in);
    Ok(user.filter(|_| hash.as_ref() == Some(&known.password_hash)))
}

/// The user who acts in person; that a key tried is remembered.
pub(crate) async fn in_person(desk: &Desk, actor: &Actor) -> Result<UserId, Error> {
    let user = actor.user().ok_or(Error::Unauthenticated("sign in first"))?;
    desk.order(actor, own_account(user), || async move { desk.in_person(actor, own_account(user)) }).await
}

/// A user's own account, as long as it may sign in.
pub(crate) async fn own(work: &mut dyn UnitOfWork, id: UserId) -> Result<User, Error> {
    let user = work.users().get(id).await?.filter(User::may_sign_in);
    user.ok_or(Error::Unauthenticated("sign in first"))
}

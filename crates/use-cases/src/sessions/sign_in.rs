use kairo_domain::{
    AccountChange, Actor, Email, Event, Redacted, SecondFactor, Session, SessionId, User, UserActor, Verb,
    Via,
};
use kairo_ports::{Credentials, PasswordHash, UnitOfWork};

use super::{Sessions, SignedIn};
use crate::Error;
use crate::desk::Desk;
use crate::proof::{Claimed, still_proven};
use crate::retry::retry;
use crate::two_factor::CodeKind;

/// An address and a password, and a code where the account asks for one.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    /// Who says they are signing in.
    pub email: Email,
    /// With what they prove it.
    pub password: Redacted<String>,
    /// The code of the authenticator app, or a recovery code.
    pub code: Option<Redacted<String>>,
}

/// How the second factor of an account was met.
enum Met {
    /// There is none, or the code fits; a recovery code is used up now.
    Yes { recovery: bool },
    /// A code is needed.
    Missing,
    /// The code does not fit, or was used before.
    Wrong,
}

impl Sessions {
    /// Checks a password, and a code where the account asks for one, and opens a session. An unknown address takes as
    /// long as a wrong password. Whoever fails again and again has to wait, and nobody is locked out for good.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] whatever was wrong, [`Error::SecondFactorRequired`] when the password is right and a
    /// code is needed, [`Error::RateLimited`] after failures, [`Error::Busy`] when too many sign in at once.
    pub async fn sign_in(&self, order: SignIn) -> Result<SignedIn, Error> {
        let desk = &self.desk;
        let claimed = Claimed::by_visitor(desk, &order.email);
        let proven = claimed.prove(desk, &order.password).await?;
        let known = proven.ok_or(REFUSED)?;
        let rehashed = rehash(desk, &known, &order.password).await?;
        let proof = &Proof { known, rehashed, code: order.code.clone() };
        let opened = retry(|| open(desk, &claimed, proof)).await;
        if let Err(error @ Error::SecondFactorRequired) = &opened {
            claimed.half_proven(desk, proof.known.user.id, error).await?;
        }
        match opened? {
            Some(signed_in) => Ok(signed_in),
            None => {
                claimed.failed(desk, Some(&proof.known.user), "second_factor").await?;
                Err(Error::Unauthenticated("the code is wrong or was used already"))
            }
        }
    }
}

const REFUSED: Error = Error::Unauthenticated("the address or the password is wrong");

/// What somebody who signs in has shown.
struct Proof {
    /// Whose password it is, and the hash that it fits.
    known: Credentials,
    /// Another hash of it, to be kept from now on.
    rehashed: Option<PasswordHash>,
    code: Option<Redacted<String>>,
}

/// Opens the session; `None` when the code does not fit.
async fn open(desk: &Desk, claimed: &Claimed<'_>, proof: &Proof) -> Result<Option<SignedIn>, Error> {
    let now = desk.now();
    let mut work = desk.begin(&Actor::System).await?;
    let user = still_proven(&mut *work, &proof.known).await?.ok_or(REFUSED)?;
    let recovery = match second_factor(desk, &mut *work, &user, proof.code.as_ref()).await? {
        Met::Yes { recovery } => recovery,
        Met::Missing => return Err(Error::SecondFactorRequired),
        Met::Wrong => return Ok(None),
    };
    let id = desk.new_id();
    let (token, digest) = desk.ports.refresh_tokens.first(id);
    let session = Session::open(id, user.id, digest, &desk.origin, now);
    let permit = Actor::System.may(Verb::Create, &session)?;
    work.sessions().add(&permit, &session).await?;
    claimed.succeeded(&mut *work).await?;
    let actor = actor_of(&user, session.id);
    let event = Event::SessionOpened { session: session.id, user: user.id };
    work.journal().record_for(&actor, &permit, &event, now).await?;
    if let Some(hash) = &proof.rehashed {
        let permit = Actor::System.may(Verb::Update, &user)?;
        work.users().set_password_hash(&permit, user.id, hash).await?;
    }
    if recovery {
        let permit = Actor::System.may(Verb::Update, &user)?;
        let event = Event::Account { user: user.id, change: AccountChange::RecoveryCodeUsed };
        work.journal().record_for(&actor, &permit, &event, now).await?;
    }
    work.commit().await?;
    desk.signed_in(user, &session, token, now).map(Some)
}

fn actor_of(user: &User, session: SessionId) -> Actor {
    let via = Via::Session(session);
    Actor::User(UserActor { id: user.id, role: user.role, company: user.company, via })
}

/// Another hash of the password, when the stored one was made with other parameters than new ones are.
async fn rehash(
    desk: &Desk,
    known: &Credentials,
    password: &Redacted<String>,
) -> Result<Option<PasswordHash>, Error> {
    if !desk.ports.passwords.is_outdated(&known.password_hash) {
        return Ok(None);
    }
    Ok(Some(desk.ports.passwords.hash(password).await?))
}

async fn second_factor(
    desk: &Desk,
    work: &mut dyn UnitOfWork,
    user: &User,
    code: Option<&Redacted<String>>,
) -> Result<Met, Error> {
    let factor = work.second_factors().get(user.id).await?;
    let Some(mut factor) = factor.filter(SecondFactor::is_on) else {
        return Ok(Met::Yes { recovery: false });
    };
    let Some(code) = code else { return Ok(Met::Missing) };
    let Some(taken) = CodeKind::take(desk, &mut factor, code)? else { return Ok(Met::Wrong) };
    work.second_factors().put(&factor).await?;
    Ok(Met::Yes { recovery: taken == CodeKind::Recovery })
}

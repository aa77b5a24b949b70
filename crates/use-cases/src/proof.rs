use kairo_domain::{Actor, AttemptsOf, Email, Redacted, Refused, Resource, TokenDigest, User, UserId, Verb};
use kairo_ports::Credentials;

use crate::Error;
use crate::desk::{Asked, Desk};
use crate::retry::retry;

/// An account that somebody says is theirs, and how failures to prove it are counted.
pub(crate) struct Claimed<'a> {
    email: &'a Email,
    keys: Vec<TokenDigest>,
}

impl<'a> Claimed<'a> {
    pub(crate) fn new(desk: &Desk, email: &'a Email) -> Self {
        let digest = |text: String| desk.ports.tokens.digest(&text);
        let account = digest(format!("account:{}", email.folded()));
        let address =
            desk.origin.address.as_ref().map(|address| digest(format!("address:{}", address.expose())));
        Self { email, keys: std::iter::once(account).chain(address).collect() }
    }

    /// What the failures of the account are counted under.
    pub(crate) fn account(&self) -> &TokenDigest {
        &self.keys[0]
    }

    /// Checks a password. An account that is unknown, suspended or has no password takes exactly as much work as any
    /// other; whoever fails again and again has to wait.
    ///
    /// `None` when the password does not fit; that is recorded and counted.
    pub(crate) async fn prove(
        &self,
        desk: &Desk,
        password: &Redacted<String>,
    ) -> Result<Option<Credentials>, Error> {
        // Before anything is read: of a flood, only as many cost anything as there are places.
        let _place = desk.proofs.enter(desk.ports.passwords.capacity())?;
        let known = self.look_up(desk).await?;
        let hash = known.as_ref().map(|credentials| &credentials.password_hash);
        let fits = desk.ports.passwords.verify(password, hash).await?;
        let subject = known.as_ref().map(|credentials| credentials.user.clone());
        let proven = known.filter(|credentials| fits && credentials.user.may_sign_in());
        if proven.is_none() {
            self.failed(desk, subject.as_ref(), "password").await?;
        }
        Ok(proven)
    }

    /// Counts and records a failure.
    pub(crate) async fn failed(
        &self,
        desk: &Desk,
        user: Option<&User>,
        why: &'static str,
    ) -> Result<(), Error> {
        let subject = user.map(|user| user.id.uuid());
        let refused = &Refused { verb: Verb::Create, resource: Resource::Session, subject, why };
        retry(|| async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            work.attempts().failed(&self.keys, now).await?;
            work.journal().record_refusal(&Actor::Visitor, refused, now).await?;
            Ok(work.commit().await?)
        })
        .await
    }

    /// The account, unless its next attempt has to wait.
    async fn look_up(&self, desk: &Desk) -> Result<Option<Credentials>, Error> {
        let mut work = desk.begin_read(&Actor::System).await?;
        let attempts = work.attempts().of(&self.keys).await?;
        let known = work.users().find_credentials(self.email).await?;
        let now = desk.now();
        let counted = attempts.into_iter().zip([AttemptsOf::Account, AttemptsOf::Address]);
        let waits = counted.filter_map(|(attempts, of)| attempts?.wait(of, now));
        match waits.max() {
            Some(retry_after) => Err(Error::RateLimited { retry_after }),
            None => Ok(known),
        }
    }
}

/// The order that failures to prove a password are remembered as when somebody signed in changes their account.
pub(crate) const fn own_account(user: UserId) -> Asked {
    Asked::of(Verb::Update, Resource::User, user.uuid())
}

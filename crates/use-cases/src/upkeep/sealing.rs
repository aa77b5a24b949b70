use kairo_domain::{Actor, Credential, Redacted, SecondFactor, Trigger, TriggerOn, UserId};
use kairo_ports::{UnitOfWork, VaultError};

use super::{BATCH, Upkeep};
use crate::retry::retry;
use crate::{Error, automations, credentials, two_factor};

/// What came of encrypting everything anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealedAnew {
    /// How many secrets are encrypted with the key that is used now.
    pub sealed: u64,
    /// The places of those that open with no key at hand, and stay as they are.
    pub unreadable: Vec<String>,
}

impl SealedAnew {
    /// Counts a secret as what came of it.
    fn count(&mut self, place: String, is_sealed: bool) {
        match is_sealed {
            true => self.sealed += 1,
            false => self.unreadable.push(place),
        }
    }

    fn add(&mut self, more: Self) {
        self.sealed += more.sealed;
        self.unreadable.extend(more.unreadable);
    }
}

impl Upkeep {
    /// Encrypts every secret at rest with the key that is used now, and tells what came of it; unless some are unreadable,
    /// an older key is needed for nothing after that.
    ///
    /// # Errors
    /// [`Error::Broken`] when the cryptography fails; those of the store. What was done before stays done, and it can be
    /// run again.
    pub async fn seal_anew(&self) -> Result<SealedAnew, Error> {
        let mut all = self.seal_factors().await?;
        all.add(self.seal_credentials().await?);
        all.add(self.seal_hooks().await?);
        Ok(all)
    }

    async fn seal_factors(&self) -> Result<SealedAnew, Error> {
        let (mut all, mut last) = (SealedAnew::default(), None);
        loop {
            let (batch, done) = retry(|| async move {
                let (mut work, mut done) = (self.desk.begin(&Actor::System).await?, SealedAnew::default());
                let batch = work.second_factors().after(last, BATCH).await?;
                for factor in &batch {
                    let is_sealed = self.seal_factor(&mut *work, factor.user).await?;
                    done.count(two_factor::place(factor.user), is_sealed);
                }
                work.commit().await?;
                Ok((batch, done))
            })
            .await?;
            all.add(done);
            last = batch.last().map(|factor| factor.user);
            if batch.len() < usize::from(BATCH) {
                return Ok(all);
            }
        }
    }

    async fn seal_credentials(&self) -> Result<SealedAnew, Error> {
        let (mut all, mut last) = (SealedAnew::default(), None);
        loop {
            let (batch, done) = retry(|| async move {
                let (mut work, mut done) = (self.desk.begin(&Actor::System).await?, SealedAnew::default());
                let batch = work.credentials().after(last, BATCH).await?;
                for credential in &batch {
                    let is_sealed = self.seal_credential(&mut *work, credential).await?;
                    done.count(credentials::place(credential.id), is_sealed);
                }
                work.commit().await?;
                Ok((batch, done))
            })
            .await?;
            all.add(done);
            last = batch.last().map(|credential| credential.id);
            if batch.len() < usize::from(BATCH) {
                return Ok(all);
            }
        }
    }

    async fn seal_hooks(&self) -> Result<SealedAnew, Error> {
        let (mut all, mut last) = (SealedAnew::default(), None);
        loop {
            let after = &last;
            let (batch, done) = retry(|| async move {
                let (mut work, mut done) = (self.desk.begin(&Actor::System).await?, SealedAnew::default());
                let batch = work.triggers().hooks_after(after.clone(), BATCH).await?;
                for hook in &batch {
                    let is_sealed = self.seal_hook(&mut *work, hook).await?;
                    done.count(automations::hooks::place(hook.automation, &hook.node), is_sealed);
                }
                work.commit().await?;
                Ok((batch, done))
            })
            .await?;
            all.add(done);
            if batch.len() < usize::from(BATCH) {
                return Ok(all);
            }
            last = batch.into_iter().last().map(|hook| (hook.automation, hook.node));
        }
    }

    async fn seal_factor(&self, work: &mut dyn UnitOfWork, user: UserId) -> Result<bool, Error> {
        // Read again, and held: somebody may be signing in with it.
        let Some(factor) = work.second_factors().get(user).await? else { return Ok(true) };
        let Some(sealed_secret) = self.anew(&factor.sealed_secret, &two_factor::place(user))? else {
            return Ok(false);
        };
        work.second_factors().put(&SecondFactor { sealed_secret, ..factor }).await?;
        Ok(true)
    }

    async fn seal_credential(
        &self,
        work: &mut dyn UnitOfWork,
        credential: &Credential,
    ) -> Result<bool, Error> {
        let Some(sealed) = self.anew(&credential.sealed, &credentials::place(credential.id))? else {
            return Ok(false);
        };
        // Whoever replaced the secret meanwhile is in the way, and all of it is done again.
        work.credentials().reseal(credential, &sealed).await?;
        Ok(true)
    }

    /// One that got another address meanwhile has a token that is sealed with the present key.
    async fn seal_hook(&self, work: &mut dyn UnitOfWork, hook: &Trigger) -> Result<bool, Error> {
        let TriggerOn::Webhook { digest, sealed_token } = &hook.on else { return Ok(true) };
        let place = automations::hooks::place(hook.automation, &hook.node);
        let Some(sealed_token) = self.anew(sealed_token, &place)? else { return Ok(false) };
        let on = TriggerOn::Webhook { digest: digest.clone(), sealed_token };
        work.triggers().reseal(&Trigger { on, ..hook.clone() }).await?;
        Ok(true)
    }

    /// The value, sealed with the present key; `None` when no key opens it.
    fn anew(&self, sealed: &Redacted<String>, place: &str) -> Result<Option<Redacted<String>>, Error> {
        let vault = &self.desk.ports.vault;
        match vault.open(sealed, place) {
            Ok(opened) => Ok(Some(vault.seal(&opened, place)?)),
            Err(VaultError::Unreadable) => Ok(None),
            Err(error @ VaultError::Broken(_)) => Err(error.into()),
        }
    }
}

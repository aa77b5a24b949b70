use chrono::TimeDelta;
use kairo_domain::{Actor, Credential, SecondFactor, UserId};
use kairo_ports::UnitOfWork;

use crate::Error;
use crate::desk::Desk;
use crate::retry::retry;
use crate::{credentials, two_factor};

mod hooks;
mod runs;

/// How many rows one transaction removes or writes anew, so that it holds no lock for long.
const BATCH: u16 = 500;
/// For how long what has ended is kept, so that its owner can still see that it ended.
const KEPT_FOR: TimeDelta = TimeDelta::days(1);

/// What the program does by itself, now and then.
#[derive(Clone)]
pub struct Upkeep {
    pub(crate) desk: Desk,
}

impl Upkeep {
    /// Forgets what has expired: answers under idempotency keys, sessions, API keys, sign-ups, mailed tokens, counted
    /// failures, and runs that their automation keeps no longer; and tells how many rows that were. Any number of
    /// processes may do this at once.
    ///
    /// # Errors
    /// Those of the store; what was forgotten before stays forgotten.
    pub async fn purge(&self) -> Result<u64, Error> {
        Ok(self.purge_expired().await? + self.purge_runs().await?)
    }

    async fn purge_expired(&self) -> Result<u64, Error> {
        let mut purged = 0;
        loop {
            let (answers, ended) = retry(|| async move {
                let now = self.desk.now();
                let mut work = self.desk.begin(&Actor::System).await?;
                let answers = work.idempotency().purge(now, u32::from(BATCH)).await?;
                let ended = work.expired().purge(now - KEPT_FOR, u32::from(BATCH)).await?;
                work.commit().await?;
                Ok((answers, ended))
            })
            .await?;
            purged += answers + ended;
            if answers < u64::from(BATCH) && ended < u64::from(BATCH) {
                return Ok(purged);
            }
        }
    }

    /// Encrypts every secret at rest with the key that is used now, and tells how many there were; after that an older
    /// key is needed for nothing.
    ///
    /// # Errors
    /// [`Error::Broken`] when a secret cannot be opened with the keys at hand; those of the store. What was done
    /// before stays done, and it can be run again.
    pub async fn seal_anew(&self) -> Result<u64, Error> {
        Ok(self.seal_factors().await? + self.seal_credentials().await? + self.seal_hooks().await?)
    }

    async fn seal_factors(&self) -> Result<u64, Error> {
        let mut sealed = 0;
        let mut last = None;
        loop {
            let batch = retry(|| async move {
                let mut work = self.desk.begin(&Actor::System).await?;
                let batch = work.second_factors().after(last, BATCH).await?;
                for factor in &batch {
                    self.seal_factor(&mut *work, factor.user).await?;
                }
                work.commit().await?;
                Ok(batch)
            })
            .await?;
            sealed += batch.len() as u64;
            last = batch.last().map(|factor| factor.user);
            if batch.len() < usize::from(BATCH) {
                return Ok(sealed);
            }
        }
    }

    async fn seal_credentials(&self) -> Result<u64, Error> {
        let mut sealed = 0;
        let mut last = None;
        loop {
            let batch = retry(|| async move {
                let mut work = self.desk.begin(&Actor::System).await?;
                let batch = work.credentials().after(last, BATCH).await?;
                for credential in &batch {
                    self.seal_credential(&mut *work, credential).await?;
                }
                work.commit().await?;
                Ok(batch)
            })
            .await?;
            sealed += batch.len() as u64;
            last = batch.last().map(|credential| credential.id);
            if batch.len() < usize::from(BATCH) {
                return Ok(sealed);
            }
        }
    }

    async fn seal_credential(&self, work: &mut dyn UnitOfWork, credential: &Credential) -> Result<(), Error> {
        let place = credentials::place(credential.id);
        let secret = self.desk.ports.vault.open(&credential.sealed, &place)?;
        let sealed = self.desk.ports.vault.seal(&secret, &place)?;
        // Whoever replaced the secret meanwhile is in the way, and all of it is done again.
        Ok(work.credentials().reseal(credential, &sealed).await?)
    }

    async fn seal_factor(&self, work: &mut dyn UnitOfWork, user: UserId) -> Result<(), Error> {
        // Read again, and held: somebody may be signing in with it.
        let Some(factor) = work.second_factors().get(user).await? else { return Ok(()) };
        let place = two_factor::place(user);
        let secret = self.desk.ports.vault.open(&factor.sealed_secret, &place)?;
        let sealed_secret = self.desk.ports.vault.seal(&secret, &place)?;
        let sealed = SecondFactor { sealed_secret, ..factor };
        Ok(work.second_factors().put(&sealed).await?)
    }
}

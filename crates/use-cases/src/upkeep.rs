use chrono::TimeDelta;
use kairo_domain::Actor;

use crate::Error;
use crate::desk::Desk;
use crate::retry::retry;

mod runs;
mod sealing;

pub use sealing::SealedAnew;

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
}

use std::sync::Arc;

use kairo_domain::Actor;

use crate::retry::retry;
use crate::{Error, Ports};

/// How many rows one transaction of a purge removes, so that it holds no lock for long.
const BATCH: u32 = 500;

/// What the program does by itself, now and then.
#[derive(Clone)]
pub struct Upkeep {
    pub(crate) ports: Arc<Ports>,
}

impl Upkeep {
    /// Forgets the answers under idempotency keys that have expired, and tells how many. Any number of processes
    /// may do this at once.
    ///
    /// # Errors
    /// Those of the store; what was forgotten before stays forgotten.
    pub async fn purge(&self) -> Result<u64, Error> {
        let mut purged = 0;
        loop {
            let batch = retry(|| async move {
                let mut work = self.ports.store.begin(&Actor::System).await?;
                let batch = work.idempotency().purge(self.ports.clock.now(), BATCH).await?;
                work.commit().await?;
                Ok(batch)
            })
            .await?;
            purged += batch;
            if batch < u64::from(BATCH) {
                return Ok(purged);
            }
        }
    }
}

use kairo_domain::Actor;

use super::{BATCH, Upkeep};
use crate::Error;
use crate::retry::retry;

impl Upkeep {
    /// Removes ended runs that their automation keeps no longer. A run has steps, so each batch is a unit of its own.
    pub(super) async fn purge_runs(&self) -> Result<u64, Error> {
        let mut purged = 0;
        loop {
            let runs = retry(|| async move {
                let now = self.desk.now();
                let mut work = self.desk.begin(&Actor::System).await?;
                let runs = work.progress().purge(now, BATCH).await?;
                work.commit().await?;
                Ok(runs)
            })
            .await?;
            purged += runs;
            if runs < u64::from(BATCH) {
                return Ok(purged);
            }
        }
    }
}

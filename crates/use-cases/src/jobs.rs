use kairo_domain::{Actor, Job};

use crate::desk::Desk;
use crate::engine::drive;
use crate::retry::retry;
use crate::{Error, Firings};

/// How many lost runs are found again at a time.
const PORTION: u16 = 200;
/// For how long an open run may be untouched until somebody looks whether it still has a job.
const UNTOUCHED: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// What workers do.
#[derive(Clone)]
pub struct Jobs {
    pub(crate) desk: Desk,
}

impl Jobs {
    /// Does a job. Doing it again, or two at once, changes nothing more.
    ///
    /// # Errors
    /// Those of the store; the job is then to be delivered again.
    pub async fn perform(&self, job: &Job) -> Result<(), Error> {
        match job {
            Job::DriveRun(run) => drive(&self.desk, *run).await,
            Job::DispatchEvent(seq) => Firings { desk: self.desk.clone() }.dispatch(*seq).await,
        }
    }

    /// Gives open runs that have no job a new one, and tells how many there were: none, unless somebody emptied the
    /// queue.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn sweep(&self) -> Result<usize, Error> {
        let desk = &self.desk;
        retry(|| async move {
            let now = desk.now();
            let mut work = desk.begin(&Actor::System).await?;
            let idle = work.progress().idle(now - UNTOUCHED, PORTION).await?;
            let keys: Vec<String> = idle.iter().map(|run| Job::DriveRun(*run).key()).collect();
            let pending = work.queue().pending(&keys).await?;
            let mut lost = 0;
            for run in idle {
                let job = Job::DriveRun(run);
                if !pending.contains(&job.key()) {
                    work.queue().enqueue(&job, now).await?;
                    lost += 1;
                }
            }
            work.commit().await?;
            Ok(lost)
        })
        .await
    }
}

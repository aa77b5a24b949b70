use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Actor, Job};
use kairo_ports::IdleRun;

use crate::desk::Desk;
use crate::engine::drive;
use crate::retry::retry;
use crate::{Error, Firings};

/// How many runs are looked at at a time.
const PORTION: u16 = 200;
/// How many counts are added up at a time.
const COUNTS: u16 = 10_000;
/// For how long an open run may be untouched until somebody looks whether it still has a job.
const UNTOUCHED: TimeDelta = TimeDelta::seconds(60);

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

    /// Adds up how often automations were run, for those who read the database directly.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn settle_counts(&self) -> Result<(), Error> {
        loop {
            let settled = retry(|| async move {
                let mut work = self.desk.begin(&Actor::System).await?;
                let settled = work.automations().settle_counts(COUNTS).await?;
                work.commit().await?;
                Ok(settled)
            });
            if settled.await? < u64::from(COUNTS) {
                return Ok(());
            }
        }
    }

    /// Gives open runs that have no job a new one, and tells how many there were: none, unless somebody emptied the
    /// queue.
    ///
    /// # Errors
    /// Those of the store; what was found before has its job.
    pub async fn sweep(&self) -> Result<usize, Error> {
        let since = self.desk.now() - UNTOUCHED;
        let mut lost = 0;
        let mut last = None;
        loop {
            let (idle, lost_here) = retry(|| self.sweep_after(since, last)).await?;
            lost += lost_here;
            last = idle.last().copied();
            if idle.len() < usize::from(PORTION) {
                return Ok(lost);
            }
        }
    }

    /// Does so with the next portion of runs that are untouched since an instant.
    async fn sweep_after(
        &self,
        since: DateTime<Utc>,
        last: Option<IdleRun>,
    ) -> Result<(Vec<IdleRun>, usize), Error> {
        let mut work = self.desk.begin(&Actor::System).await?;
        let idle = work.progress().idle(since, last, PORTION).await?;
        let jobs: Vec<Job> = idle.iter().map(|run| Job::DriveRun(run.id)).collect();
        let keys: Vec<String> = jobs.iter().map(|job| job.key()).collect();
        let pending = work.queue().pending(&keys).await?;
        let mut lost = 0;
        for (job, key) in jobs.iter().zip(&keys) {
            if !pending.contains(key) {
                work.queue().enqueue(job, self.desk.now()).await?;
                lost += 1;
            }
        }
        work.commit().await?;
        Ok((idle, lost))
    }
}

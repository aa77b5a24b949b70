use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Actor, Job, Run, RunPhase};
use kairo_ports::{IdleRun, RunLimits};

use crate::desk::Desk;
use crate::engine::drive;
use crate::retry::retry;
use crate::slots::Slots;
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
    desk: Desk,
    slots: Slots,
    limits: RunLimits,
}

/// How much is worked on at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkBounds {
    /// How many jobs a process works on; those that wait for an answer from outside, or for what is computed elsewhere, are
    /// not among them.
    pub at_a_time: u16,
    /// How many runs of one owner are in the hands of all processes together, those that wait for an answer included.
    pub per_owner: u16,
}

impl Default for WorkBounds {
    fn default() -> Self {
        Self { at_a_time: 16, per_owner: 48 }
    }
}

/// What came of a job, for those who count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Performed {
    /// It ended a run.
    RunEnded(RunEnd),
    /// It is done, and there is no more to say.
    Done,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunEnd {
    /// What fired it, one of [`Firing::WORDS`](kairo_domain::Firing::WORDS).
    pub fired_by: &'static str,
    /// In which way.
    pub phase: RunPhase,
    /// After how long, waits included.
    pub took: TimeDelta,
}

impl RunEnd {
    /// How this run ended, if it has.
    pub fn of(run: &Run) -> Option<Self> {
        let ending = run.state.ending()?;
        Some(Self { fired_by: run.firing.by, phase: run.phase(), took: ending.took })
    }
}

impl From<()> for Performed {
    fn from((): ()) -> Self {
        Self::Done
    }
}

impl From<Option<RunEnd>> for Performed {
    fn from(end: Option<RunEnd>) -> Self {
        end.map_or(Self::Done, Self::RunEnded)
    }
}

impl Jobs {
    pub(crate) fn new(desk: Desk) -> Self {
        let bounds = WorkBounds::default();
        let (slots, limits) =
            (Slots::new(bounds.at_a_time.into()), RunLimits { per_owner: bounds.per_owner });
        Self { desk, slots, limits }
    }

    /// Within other bounds. Clones share them, while jobs that a studio hands out later do not.
    #[must_use]
    pub fn within(self, bounds: WorkBounds) -> Self {
        let limits = RunLimits { per_owner: bounds.per_owner };
        Self { slots: Slots::new(bounds.at_a_time.into()), limits, ..self }
    }

    /// Does a job. Doing it again, or two at once, changes nothing more; whoever ended a run is told so, and nobody else.
    ///
    /// # Errors
    /// Those of the store; the job is then to be delivered again.
    pub async fn perform(&self, job: &Job) -> Result<Performed, Error> {
        self.deliver(job, None).await
    }

    /// Does a job that the queue has handed out under this number: of two workers that come for one run, one has nothing
    /// to do.
    ///
    /// # Errors
    /// Those of the store; the job is then to be delivered again.
    pub async fn perform_delivered(&self, job: &Job, delivery: i64) -> Result<Performed, Error> {
        self.deliver(job, Some(delivery)).await
    }

    async fn deliver(&self, job: &Job, delivery: Option<i64>) -> Result<Performed, Error> {
        let slot = self.slots.enter().await;
        match job {
            Job::DriveRun(run) => {
                drive(&self.desk, *run, self.limits, delivery, slot).await.map(Performed::from)
            }
            Job::DispatchEvent(seq) => {
                let firings = Firings { desk: self.desk.clone(), slot: Some(slot) };
                firings.dispatch(*seq).await.map(Performed::from)
            }
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
    /// queue. The first of every line, which has none, is asked to look whether there is a place for it.
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
        for ((run, job), key) in idle.iter().zip(&jobs).zip(&keys) {
            if !pending.contains(key) {
                work.queue().enqueue(job, self.desk.now()).await?;
                lost += usize::from(!run.is_in_line);
            }
        }
        work.commit().await?;
        Ok((idle, lost))
    }
}

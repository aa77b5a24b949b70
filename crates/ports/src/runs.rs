use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    AutomationId, AutomationSettings, Filter, Page, PageRequest, Permit, Run, RunField, RunId, Sort, Step,
    UserActor,
};

use crate::StoreError;

/// A run that a worker has taken, with everything it takes to go on but what it did before.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// The run as it stands since it was taken; its fence is the worker's proof.
    pub run: Run,
    /// The settings of its automation as they are now.
    pub settings: AutomationSettings,
    /// In whose name the run acts; `None` when its owner may not act any more.
    pub owner: Option<UserActor>,
    /// Whether it did anything before.
    pub has_steps: bool,
}

/// What a run did before, for whoever goes on with it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Replay {
    /// What was committed of it, in order. What a step took in is null, unless the step is held.
    pub steps: Vec<Step>,
    /// How many bytes of JSON that is left out.
    pub left_out: u64,
}

/// How a worker's wish to take a run ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Claiming {
    /// The worker has it.
    Taken(Box<Claimed>),
    /// As many runs of this automation, of which it is one, are worked on or stand in line before it as may be. It
    /// stands in line itself from now on, until it is taken or ends.
    InLine(AutomationId),
    /// As many runs of its owner are worked on as may be.
    Full,
    /// There is nothing to do: it has ended, waits for a later instant, is not there, or another worker is at it.
    Nothing,
}

/// How many runs may be worked on at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// Of one owner, whatever the automation.
    pub per_owner: u16,
}

/// An open run that nobody has touched for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleRun {
    /// When it was fired.
    pub started_at: DateTime<Utc>,
    /// The run.
    pub id: RunId,
    /// Whether it is the first in line of its automation: it has no job then.
    pub is_in_line: bool,
}

/// The runs of an automation in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct RunFigures {
    /// Those that have not ended.
    pub open: u64,
    /// Those that ended well.
    pub succeeded: u64,
    /// Those that ended otherwise.
    pub failed: u64,
    /// How long an ended one took in the middle.
    pub median: Option<TimeDelta>,
    /// How long all but the slowest twentieth of the ended ones took at most.
    pub p95: Option<TimeDelta>,
}

/// The runs that the actor of the unit can see.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RunRepository: Send {
    /// The run with this id.
    async fn get(&mut self, id: RunId) -> Result<Option<Run>, StoreError>;

    /// A page of the runs that pass the filter, in this order. What they took in and came to is left out: both are null.
    async fn list(
        &mut self,
        filter: &Filter<RunField>,
        sort: &Sort<RunField>,
        page: &PageRequest,
    ) -> Result<Page<Run>, StoreError>;

    /// The steps of a run after this number, in order.
    async fn steps(&mut self, run: RunId, after: u32, limit: u16) -> Result<Vec<Step>, StoreError>;

    /// The first step of a run that says what the webhook is to be [answered](Step::ANSWER), if it came to that.
    async fn answer_of(&mut self, run: RunId) -> Result<Option<Step>, StoreError>;

    /// Adds a run, with steps that it begins with, and tells whether it did: when the automation was fired with this
    /// key before, nothing is written.
    async fn add(&mut self, permit: &Permit, run: &Run, steps: &[Step]) -> Result<bool, StoreError>;

    /// Writes a run that a person ended. MUST fail with [`StoreError::Stale`] when it has ended meanwhile, or was taken
    /// or moved on since it was read.
    async fn end(&mut self, permit: &Permit, run: &Run) -> Result<(), StoreError>;

    /// The runs that steps of this one wait for and that have not ended.
    async fn children(&mut self, run: RunId) -> Result<Vec<Run>, StoreError>;

    /// Has the open sub-flow of one run waited for by the same step of another, and tells whether it is now: not one that
    /// has ended, or that another run waits for.
    async fn adopt(
        &mut self,
        permit: &Permit,
        child: RunId,
        from: RunId,
        by: RunId,
    ) -> Result<bool, StoreError>;

    /// The figures of an automation since an instant.
    async fn figures(
        &mut self,
        automation: AutomationId,
        since: DateTime<Utc>,
    ) -> Result<RunFigures, StoreError>;
}

/// The runs as workers drive them.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does. The methods other
/// than [`checkpoint`](Self::checkpoint) MUST fail with [`StoreError::Refused`] unless the actor of the unit is the
/// program itself.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait RunProgress: Send {
    /// Takes a run for a worker: its fence is raised, so whoever had it before can write nothing any more. `delivery` is the
    /// queue's number of the job that brings the worker here; there is nothing to do if another worker came with another
    /// job, and the queue knows that it is still at it. Without a number the run is taken from anybody.
    async fn claim(
        &mut self,
        run: RunId,
        limits: RunLimits,
        delivery: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Claiming, StoreError>;

    /// What a run did, to be replayed. It is no part of the claim: what cannot be read any more must count as a stall.
    async fn replay(&mut self, run: RunId) -> Result<Replay, StoreError>;

    /// Takes back that a run was taken in vain, when nothing but the store is to blame, and tells whether it did: not when
    /// somebody else has it by now. It does not count towards those that make it [given up](Run::MAX_STALLS) then; the
    /// time that was spent does count: it comes to at least `worked` in all.
    async fn pardon(&mut self, run: RunId, fence: u64, worked: TimeDelta) -> Result<bool, StoreError>;

    /// Has a run stand in line that is about to leave its place and wants it back.
    async fn stand_in_line(&mut self, run: RunId) -> Result<(), StoreError>;

    /// Those that stand in line of an automation and may be taken now, in the order in which they were fired: as many as
    /// there are places, and all of them when the automation has no limit any more.
    async fn next_in_line(&mut self, automation: AutomationId) -> Result<Vec<RunId>, StoreError>;

    /// Lets a run that waits for sub-flows go on now, and tells whether it did: not one that was let go on before, that a
    /// worker has, or that has ended. So of several sub-flows that end at once, one makes a job.
    async fn wake(&mut self, run: RunId, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Keeps what a run did, and where it stands now. The actor of the unit is the run's automation, or the program
    /// itself. MUST fail with [`StoreError::Stale`] unless the stored fence is that of the run, and when it has ended.
    /// Steps of a run that ends are [shortened](Step::shorten).
    async fn checkpoint(&mut self, run: &Run, steps: &[Step]) -> Result<(), StoreError>;

    /// The open runs that nobody has touched since an instant, the oldest first and then by id, those after the last one
    /// that was looked at. Left out are those that wait for a later instant or for a sub-flow that is open, unless they
    /// stand in line, and all that stand in line but the first of each line. Each of the others must have a job, or stand in
    /// line; one without was lost. To add, take and keep a run is to touch it, the last at the instant at which its latest
    /// step ended.
    async fn idle(
        &mut self,
        since: DateTime<Utc>,
        last: Option<IdleRun>,
        limit: u16,
    ) -> Result<Vec<IdleRun>, StoreError>;

    /// Removes ended runs whose automation keeps them no longer, at most so many, and tells how many they were. Those
    /// that another open unit is removing are passed over.
    async fn purge(&mut self, now: DateTime<Utc>, limit: u16) -> Result<u64, StoreError>;
}

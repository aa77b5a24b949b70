mod phase;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{AutomationId, Entity, Facts, Id, IllegalTransition, Resource, Subject, UserId};

pub use phase::{RunPhase, RunStatus};

/// The id of a run.
pub type RunId = Id<Run>;

impl Entity for Run {
    const NAME: &'static str = "run";
}

/// One execution of an automation.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    id: RunId,
    automation: AutomationId,
    owner: UserId,
    started_at: DateTime<Utc>,
    state: RunState,
}

/// Where a run stands. An end has its time; only a bad end has an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunState {
    /// Not ended.
    Open(OpenPhase),
    /// Ended well.
    Success(Ending),
    /// Ended otherwise.
    Failed {
        /// When, and after how long.
        ending: Ending,
        /// In which way.
        how: FailedPhase,
        /// Why, in a sentence for the owner.
        error: String,
    },
}

/// The phases of a run that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenPhase {
    /// Fired; no worker has it yet.
    Queued,
    /// A worker drives it.
    Running,
    /// Waits; no worker has it.
    Waiting,
}

/// The ways in which a run ends badly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedPhase {
    /// With an error.
    Failed,
    /// By a person.
    Cancelled,
    /// Because it took too long.
    TimedOut,
}

/// When a run ended, and after how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at: DateTime<Utc>,
    /// After how long; never negative.
    pub took: TimeDelta,
}

/// A run's machine said no.
pub type RunRefused = IllegalTransition<RunPhase>;

impl Run {
    /// A run that was fired.
    pub const fn queue(id: RunId, automation: AutomationId, owner: UserId, at: DateTime<Utc>) -> Self {
        Self { id, automation, owner, started_at: at, state: RunState::Open(OpenPhase::Queued) }
    }

    /// A worker takes the run, or takes it up again after a wait.
    ///
    /// # Errors
    /// [`RunRefused`] when it runs already or has ended.
    pub fn resume(&mut self) -> Result<(), RunRefused> {
        self.enter(RunPhase::Running, RunState::Open(OpenPhase::Running))
    }

    /// The run waits, and its worker is free.
    ///
    /// # Errors
    /// [`RunRefused`] unless it is running.
    pub fn wait(&mut self) -> Result<(), RunRefused> {
        self.enter(RunPhase::Waiting, RunState::Open(OpenPhase::Waiting))
    }

    /// The run ends well.
    ///
    /// # Errors
    /// [`RunRefused`] unless it is running.
    pub fn succeed(&mut self, at: DateTime<Utc>) -> Result<(), RunRefused> {
        self.enter(RunPhase::Success, RunState::Success(self.ending(at)))
    }

    /// The run ends otherwise.
    ///
    /// # Errors
    /// [`RunRefused`] when it has ended, or when it fails without running.
    pub fn fail(&mut self, how: FailedPhase, error: String, at: DateTime<Utc>) -> Result<(), RunRefused> {
        self.enter(how.phase(), RunState::Failed { ending: self.ending(at), how, error })
    }

    /// Its id.
    pub const fn id(&self) -> RunId {
        self.id
    }

    /// The automation it executes.
    pub const fn automation(&self) -> AutomationId {
        self.automation
    }

    /// When it was fired.
    pub const fn started_at(&self) -> DateTime<Utc> {
        self.started_at
    }

    /// Where it stands, with what belongs to that.
    pub const fn state(&self) -> &RunState {
        &self.state
    }

    /// Where it stands.
    pub const fn phase(&self) -> RunPhase {
        match &self.state {
            RunState::Open(OpenPhase::Queued) => RunPhase::Queued,
            RunState::Open(OpenPhase::Running) => RunPhase::Running,
            RunState::Open(OpenPhase::Waiting) => RunPhase::Waiting,
            RunState::Success(_) => RunPhase::Success,
            RunState::Failed { how, .. } => how.phase(),
        }
    }

    fn ending(&self, at: DateTime<Utc>) -> Ending {
        Ending { at, took: (at - self.started_at).max(TimeDelta::zero()) }
    }

    fn enter(&mut self, to: RunPhase, state: RunState) -> Result<(), RunRefused> {
        let from = self.phase();
        if !from.next().contains(&to) {
            return Err(IllegalTransition { from, to, allowed: from.next().to_vec() });
        }
        self.state = state;
        Ok(())
    }
}

impl FailedPhase {
    const fn phase(self) -> RunPhase {
        match self {
            Self::Failed => RunPhase::Failed,
            Self::Cancelled => RunPhase::Cancelled,
            Self::TimedOut => RunPhase::TimedOut,
        }
    }
}

impl Subject for Run {
    fn facts(&self) -> Facts {
        Facts { owner: Some(self.owner), ..Facts::of(Resource::Run, self.id.uuid()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn run() -> Run {
        let (run, automation, owner) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        Run::queue(Id::from_uuid(run), Id::from_uuid(automation), Id::from_uuid(owner), at(0))
    }

    #[test]
    fn a_run_waits_resumes_and_ends() {
        let mut run = run();
        run.resume().unwrap();
        run.wait().unwrap();
        run.resume().unwrap();
        run.succeed(at(90)).unwrap();
        assert_eq!(run.state(), &RunState::Success(Ending { at: at(90), took: TimeDelta::seconds(90) }));
        assert_eq!(
            run.resume().unwrap_err().to_string(),
            "cannot go from SUCCESS to RUNNING: SUCCESS is final"
        );
    }

    #[test]
    fn a_cancelled_run_shows_as_failed() {
        let mut run = run();
        run.fail(FailedPhase::Cancelled, "cancelled by its owner".into(), at(1)).unwrap();
        assert_eq!((run.phase(), run.phase().status()), (RunPhase::Cancelled, RunStatus::Failed));
    }

    fn drive(run: &mut Run, to: RunPhase) -> Result<(), RunRefused> {
        match to {
            RunPhase::Queued => Err(IllegalTransition { from: run.phase(), to, allowed: Vec::new() }),
            RunPhase::Running => run.resume(),
            RunPhase::Waiting => run.wait(),
            RunPhase::Success => run.succeed(at(1)),
            RunPhase::Failed => run.fail(FailedPhase::Failed, "e".into(), at(1)),
            RunPhase::Cancelled => run.fail(FailedPhase::Cancelled, "e".into(), at(1)),
            RunPhase::TimedOut => run.fail(FailedPhase::TimedOut, "e".into(), at(1)),
        }
    }

    proptest! {
        #[test]
        fn no_walk_leaves_the_edges(walk in prop::collection::vec(prop::sample::select(RunPhase::ALL.to_vec()), 0..40)) {
            let mut run = run();
            for to in walk {
                let from = run.phase();
                let moved = drive(&mut run, to).is_ok();
                prop_assert_eq!(moved, from.next().contains(&to));
                prop_assert_eq!(run.phase(), if moved { to } else { from });
            }
        }
    }
}

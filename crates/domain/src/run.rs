mod failure;
mod field;
mod firing;
mod phase;
mod step;

use std::ops::Deref;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::{
    AutomationId, Entity, Facts, FlowNumber, Id, IllegalTransition, Resource, Subject, UserId, Version,
};

pub use failure::{Ending, FailedPhase, RunFailure};
pub use field::RunField;
pub use firing::{Fired, Firing, ParentStep};
pub use phase::{RunPhase, RunStatus};
pub use step::Step;

/// The id of a run.
pub type RunId = Id<Run>;

impl Entity for Run {
    const NAME: &'static str = "run";
}

/// One execution of an automation.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    record: RunRecord,
}

/// Everything a store keeps of a run beside its steps.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Its id.
    pub id: RunId,
    /// The automation it executes.
    pub automation: AutomationId,
    /// Who owns that.
    pub owner: UserId,
    /// The version of the flow it is pinned to.
    pub flow_number: FlowNumber,
    /// What fired it.
    pub firing: Firing,
    /// What its expressions know as `trigger`.
    pub input: Value,
    /// When it was fired.
    pub started_at: DateTime<Utc>,
    /// Where it stands, with what belongs to that.
    pub state: RunState,
    /// For how long workers have been at it so far, waits left out, in whole milliseconds.
    pub worked: TimeDelta,
    /// How often it was taken by a worker; whoever took it last may write it.
    pub fence: u64,
    /// How often it was taken in a row without getting a step further.
    pub stalls: u16,
    /// How often it was changed.
    pub version: Version,
}

/// Where a run stands. An end has its time; only a bad end has an error.
#[derive(Clone, Debug, PartialEq)]
pub enum RunState {
    /// Fired; no worker has it yet.
    Queued,
    /// A worker drives it.
    Running,
    /// Waits until an instant, or for a sub-flow when there is none; no worker has it.
    Waiting {
        /// The instant.
        until: Option<DateTime<Utc>>,
    },
    /// Ended well.
    Success {
        /// When, and after how long.
        ending: Ending,
        /// What it came to.
        output: Value,
    },
    /// Ended otherwise.
    Failed {
        /// When, and after how long.
        ending: Ending,
        /// In which way.
        how: FailedPhase,
        /// Why.
        failure: RunFailure,
    },
}

/// A run's machine said no.
pub type RunRefused = IllegalTransition<RunPhase>;

impl Run {
    /// How many runs may have caused one another, by sub-flows or by events, until the last is refused.
    pub const MAX_DEPTH: u16 = 8;
    /// How often a run may be taken in a row without getting a step further, until it is given up.
    pub const MAX_STALLS: u16 = 5;

    /// A run that was fired.
    pub fn queue(id: RunId, fired: Fired, at: DateTime<Utc>) -> Self {
        Self::restore(RunRecord {
            id,
            automation: fired.automation,
            owner: fired.owner,
            flow_number: fired.flow_number,
            firing: fired.firing,
            input: fired.input,
            started_at: at,
            state: RunState::Queued,
            worked: TimeDelta::zero(),
            fence: 0,
            stalls: 0,
            version: Version::FIRST,
        })
    }

    /// Rebuilds a run from storage.
    pub const fn restore(record: RunRecord) -> Self {
        Self { record }
    }

    /// A worker takes the run: for the first time, after a wait, or from a worker that is gone. Whoever had it before
    /// can write nothing any more.
    ///
    /// # Errors
    /// [`RunRefused`] when it has ended.
    pub fn claim(&mut self) -> Result<(), RunRefused> {
        if self.phase() != RunPhase::Running {
            self.enter(RunState::Running)?;
        }
        self.record.fence += 1;
        self.record.stalls += 1;
        Ok(())
    }

    /// The run got a step further after so much more work.
    pub fn advance(&mut self, worked: TimeDelta) {
        self.record.worked += millis(worked).max(TimeDelta::zero());
        self.record.stalls = 0;
    }

    /// The run waits after so much more work, and its worker is free.
    ///
    /// # Errors
    /// [`RunRefused`] unless it is running.
    pub fn wait(&mut self, until: Option<DateTime<Utc>>, worked: TimeDelta) -> Result<(), RunRefused> {
        self.enter(RunState::Waiting { until })?;
        self.advance(worked);
        Ok(())
    }

    /// The run ends well.
    ///
    /// # Errors
    /// [`RunRefused`] unless it is running.
    pub fn succeed(&mut self, output: Value, at: DateTime<Utc>) -> Result<(), RunRefused> {
        self.enter(RunState::Success { ending: self.ending(at), output })
    }

    /// The run ends otherwise.
    ///
    /// # Errors
    /// [`RunRefused`] when it has ended, or when it fails without running.
    pub fn fail(
        &mut self,
        how: FailedPhase,
        failure: RunFailure,
        at: DateTime<Utc>,
    ) -> Result<(), RunRefused> {
        self.enter(RunState::Failed { ending: self.ending(at), how, failure })
    }

    /// Somebody ends the run. The worker that has it can write nothing any more.
    ///
    /// # Errors
    /// [`RunRefused`] when it has ended.
    pub fn cancel(&mut self, at: DateTime<Utc>) -> Result<(), RunRefused> {
        self.fail(FailedPhase::Cancelled, RunFailure::cancelled(), at)?;
        self.record.fence += 1;
        Ok(())
    }

    /// Whether it has ended, in whatever way.
    pub const fn has_ended(&self) -> bool {
        self.record.state.ending().is_some()
    }

    /// Where it stands.
    pub const fn phase(&self) -> RunPhase {
        self.record.state.phase()
    }

    fn ending(&self, at: DateTime<Utc>) -> Ending {
        Ending { at, took: millis(at - self.started_at).max(TimeDelta::zero()) }
    }

    fn enter(&mut self, state: RunState) -> Result<(), RunRefused> {
        let (from, to) = (self.phase(), state.phase());
        if !from.next().contains(&to) {
            return Err(IllegalTransition { from, to, allowed: from.next().to_vec() });
        }
        self.record.state = state;
        self.record.version = self.version.next();
        Ok(())
    }
}

impl RunState {
    /// The phase of the machine.
    pub const fn phase(&self) -> RunPhase {
        match self {
            Self::Queued => RunPhase::Queued,
            Self::Running => RunPhase::Running,
            Self::Waiting { .. } => RunPhase::Waiting,
            Self::Success { .. } => RunPhase::Success,
            Self::Failed { how, .. } => how.phase(),
        }
    }

    /// When and after how long it ended, if it has.
    pub const fn ending(&self) -> Option<Ending> {
        match self {
            Self::Queued | Self::Running | Self::Waiting { .. } => None,
            Self::Success { ending, .. } | Self::Failed { ending, .. } => Some(*ending),
        }
    }
}

impl Deref for Run {
    type Target = RunRecord;

    fn deref(&self) -> &RunRecord {
        &self.record
    }
}

impl Subject for Run {
    fn facts(&self) -> Facts {
        Facts { owner: Some(self.owner), ..Facts::of(Resource::Run, self.id.uuid()) }
    }
}

/// A duration as exact as stores keep it.
fn millis(duration: TimeDelta) -> TimeDelta {
    TimeDelta::milliseconds(duration.num_milliseconds())
}

#[cfg(test)]
mod tests;

use chrono::{DateTime, TimeDelta, Utc};
use kairo_flow::StepError;

use crate::RunPhase;

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
    /// After how long, in whole milliseconds; never negative.
    pub took: TimeDelta,
}

/// Why a run ended badly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunFailure {
    /// A stable word.
    pub code: String,
    /// A sentence for the owner.
    pub message: String,
    /// The node at which it ended, if it was at one.
    pub node: Option<String>,
}

impl FailedPhase {
    /// Every way.
    pub const ALL: [Self; 3] = [Self::Failed, Self::Cancelled, Self::TimedOut];

    /// The phase of a run that ended in this way.
    pub const fn phase(self) -> RunPhase {
        match self {
            Self::Failed => RunPhase::Failed,
            Self::Cancelled => RunPhase::Cancelled,
            Self::TimedOut => RunPhase::TimedOut,
        }
    }

    /// The way that leads to this phase.
    pub fn of(phase: RunPhase) -> Option<Self> {
        Self::ALL.into_iter().find(|how| how.phase() == phase)
    }
}

impl RunFailure {
    /// The most characters of a message that are kept.
    const MAX_MESSAGE: usize = 2_000;

    /// A failure of the run as a whole.
    pub fn of_run(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), node: None }
    }

    /// The failure of a step that nothing in the flow took care of.
    pub fn of_step(node: Option<String>, error: &StepError) -> Self {
        // U+0000 is what a database cannot store.
        let message = error.message.chars().filter(|c| *c != '\0').take(Self::MAX_MESSAGE).collect();
        Self { code: error.code.clone(), message, node }
    }

    /// Somebody ended it.
    pub fn cancelled() -> Self {
        Self::of_run("cancelled", "somebody ended the run")
    }
}

use std::fmt;

/// What a run shows to the seed's clients; derived from its phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunStatus {
    /// Not ended.
    Running,
    /// Ended well.
    Success,
    /// Ended otherwise.
    Failed,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunPhase {
    /// Fired; no worker has it yet.
    Queued,
    /// A worker drives it.
    Running,
    /// Waits for an instant or a person; no worker has it.
    Waiting,
    /// Ended well.
    Success,
    /// Ended with an error.
    Failed,
    /// Ended by a person.
    Cancelled,
    /// Ended because it took too long.
    TimedOut,
}

impl RunStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Running, Self::Success, Self::Failed];
    /// The words, in the same order.
    pub const WORDS: [&'static str; 3] = ["RUNNING", "SUCCESS", "FAILED"];

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "RUNNING",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
        }
    }
}

impl RunPhase {
    /// Every phase.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Waiting,
        Self::Success,
        Self::Failed,
        Self::Cancelled,
        Self::TimedOut,
    ];

    /// The whole machine: where a run may go from here.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Queued => &[Self::Running, Self::Cancelled, Self::TimedOut],
            Self::Running => &[Self::Waiting, Self::Success, Self::Failed, Self::Cancelled, Self::TimedOut],
            Self::Waiting => &[Self::Running, Self::Cancelled, Self::TimedOut],
            Self::Success | Self::Failed | Self::Cancelled | Self::TimedOut => &[],
        }
    }

    /// What the seed's clients see.
    pub const fn status(self) -> RunStatus {
        match self {
            Self::Queued | Self::Running | Self::Waiting => RunStatus::Running,
            Self::Success => RunStatus::Success,
            Self::Failed | Self::Cancelled | Self::TimedOut => RunStatus::Failed,
        }
    }

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Waiting => "WAITING",
            Self::Success => "SUCCESS",
            Self::Failed => "FAILED",
            Self::Cancelled => "CANCELLED",
            Self::TimedOut => "TIMED_OUT",
        }
    }

    /// The phase with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == word)
    }
}

impl fmt::Display for RunStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for RunPhase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

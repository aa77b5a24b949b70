use std::fmt;

/// Whether an automation fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AutomationStatus {
    /// Being drawn; can be run by hand as a test.
    Draft,
    /// Fires its triggers.
    Active,
    /// Starts nothing new; runs in flight finish.
    Paused,
    /// Put away; runs in flight finish.
    Archived,
}

impl AutomationStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Active, Self::Paused, Self::Archived];
    /// The words, in the same order.
    pub const WORDS: [&'static str; 4] = ["DRAFT", "ACTIVE", "PAUSED", "ARCHIVED"];

    /// The whole machine: where an automation may go from here.
    pub const fn next(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Active, Self::Archived],
            Self::Active => &[Self::Paused, Self::Archived],
            Self::Paused => &[Self::Active, Self::Archived],
            Self::Archived => &[Self::Draft],
        }
    }

    /// The word of the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Active => "ACTIVE",
            Self::Paused => "PAUSED",
            Self::Archived => "ARCHIVED",
        }
    }

    /// The status with this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

impl fmt::Display for AutomationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

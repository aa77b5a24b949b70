//! What a lint has to say.

use std::fmt;

/// One broken rule at one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// A path relative to the root, with the line where there is one.
    place: String,
    /// What is wrong, and what would be right.
    message: String,
}

impl Problem {
    /// A problem of a whole file, or of something that is not a line.
    pub(crate) fn at(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }

    /// A problem of one line, counted from 1.
    pub(crate) fn at_line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self::at(format!("{path}:{line}"), message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Whether what was asked about holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Holds,
    Broken,
}

/// The outcome of one lint.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Broken rules; one is enough to fail.
    pub(crate) problems: Vec<Problem>,
    /// What deserves a look, and fails nothing.
    pub(crate) warnings: Vec<String>,
    /// What was looked at, in a few words.
    pub(crate) summary: String,
}

impl Report {
    /// A report of problems without warnings.
    pub(crate) fn new(problems: Vec<Problem>, summary: String) -> Self {
        Self { problems, warnings: Vec::new(), summary }
    }
}

use std::fmt;

use super::issue::{line, lines};
use crate::TextIssue;

/// A title of a project, service or automation: one line of 1 to 200 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Title(String);

impl Title {
    /// The most characters it may have.
    pub const MAX: usize = 200;

    /// Trims and checks a text.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        line(text, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A company's name: one line of 1 to 200 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompanyName(String);

impl CompanyName {
    /// The most characters it may have.
    pub const MAX: usize = 200;

    /// Trims and checks a text.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        line(text, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CompanyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A person's name: one line of 1 to 200 characters; personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// The most characters it may have.
    pub const MAX: usize = 200;

    /// Trims and checks a text.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        line(text, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What somebody wrote: 1 to 20,000 characters, line breaks allowed; personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message(String);

impl Message {
    /// The most characters it may have.
    pub const MAX: usize = 20_000;

    /// Trims and checks a text.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        lines(text, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A campaign tag of a visit (`utm_*`): one line of 1 to 255 characters, untrusted.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UtmTag(String);

impl UtmTag {
    /// The most characters it may have.
    pub const MAX: usize = 255;

    /// Trims and checks a text.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        line(text, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UtmTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A tag of a project or asset: one line of 1 to 64 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(String);

impl Tag {
    /// The most characters it may have.
    pub const MAX: usize = 64;

    /// Trims and checks a text.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        line(text, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why somebody moved a lead: 1 to 1,000 characters, line breaks allowed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reason(String);

impl Reason {
    /// The most characters it may have.
    pub const MAX: usize = 1_000;

    /// Trims and checks a text.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or has control characters.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        lines(text, Self::MAX).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

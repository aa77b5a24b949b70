use std::fmt;

/// How often an aggregate was changed, starting at 1; the number in its `ETag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u32);

impl Version {
    /// The version of something just made.
    pub const FIRST: Self = Self(1);

    /// Takes a stored number.
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The version after one more change.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The version before the last change, which a store must still hold to accept that change.
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a writer claims to have seen last.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Seen {
    /// No claim: the write goes through whatever the version is.
    #[default]
    Anything,
    /// One of these versions.
    OneOf(Vec<Version>),
}

/// The thing was changed since the writer last saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it was changed meanwhile and is now at version {current}")]
pub struct StaleVersion {
    /// The version it has now.
    pub current: Version,
}

impl Seen {
    /// Compares the claim with the current version.
    ///
    /// # Errors
    /// [`StaleVersion`] when the claim does not hold.
    pub fn check(&self, current: Version) -> Result<(), StaleVersion> {
        match self {
            Self::Anything => Ok(()),
            Self::OneOf(versions) if versions.contains(&current) => Ok(()),
            Self::OneOf(_) => Err(StaleVersion { current }),
        }
    }
}

mod common;

use crate::Redacted;

/// A password that somebody chooses: 12 to 128 characters, none of the common ones, no rules of composition
/// (NIST SP 800-63B).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPassword(Redacted<String>);

/// Why a password was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordIssue {
    /// Too easy to guess.
    #[error("must have at least {min} characters")]
    TooShort {
        /// The bound, in characters.
        min: usize,
    },
    /// Longer than it needs to be, which would only cost time.
    #[error("must have at most {max} characters")]
    TooLong {
        /// The bound, in characters.
        max: usize,
    },
    /// One of those that are tried first.
    #[error("is made of what passwords are commonly made of: take a few words that do not belong together")]
    TooCommon,
}

impl PasswordIssue {
    /// The stable word of this issue, part of the public API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too_short",
            Self::TooLong { .. } => "too_long",
            Self::TooCommon => "too_common",
        }
    }
}

impl NewPassword {
    /// The fewest characters.
    pub const MIN: usize = 12;
    /// The most characters.
    pub const MAX: usize = 128;

    /// Checks a password; it is taken as typed, white space included.
    ///
    /// # Errors
    /// [`PasswordIssue`] when it is too short, too long or too common.
    pub fn parse(text: &str) -> Result<Self, PasswordIssue> {
        match text.chars().count() {
            count if count < Self::MIN => Err(PasswordIssue::TooShort { min: Self::MIN }),
            count if count > Self::MAX => Err(PasswordIssue::TooLong { max: Self::MAX }),
            _ if common::is_common(text) => Err(PasswordIssue::TooCommon),
            _ => Ok(Self(Redacted::new(text.to_owned()))),
        }
    }

    /// The password, to be hashed.
    pub const fn secret(&self) -> &Redacted<String> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_the_only_rule_beside_the_list() {
        assert!(NewPassword::parse("correct horse battery").is_ok());
        assert_eq!(NewPassword::parse("Password1234"), Err(PasswordIssue::TooCommon));
        assert_eq!(NewPassword::parse("short"), Err(PasswordIssue::TooShort { min: 12 }));
        assert_eq!(NewPassword::parse(&"ü".repeat(129)), Err(PasswordIssue::TooLong { max: 128 }));
    }
}

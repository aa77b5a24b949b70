use std::fmt;

use super::issue::line;
use crate::TextIssue;

/// A telephone number as typed, trimmed; personal data.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Phone(String);

impl Phone {
    /// The most characters a number may have, signs between the digits included.
    pub const MAX: usize = 40;

    /// Trims and checks a number: 3 to 20 digits, a leading `+`, and the usual signs between them.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or not a telephone number.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        let text = line(text, Self::MAX)?;
        let rest = text.strip_prefix('+').unwrap_or(&text);
        let digits = rest.chars().filter(char::is_ascii_digit).count();
        let signs_only = rest.chars().all(|c| c.is_ascii_digit() || " ()-./".contains(c));
        if signs_only && (3..=20).contains(&digits) { Ok(Self(text)) } else { Err(TextIssue::NotAPhone) }
    }

    /// The number as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_many_countries_are_taken() {
        for text in ["+44 20 7946 0958", "(030) 123-456", "112"] {
            assert!(Phone::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn words_are_no_number() {
        for text in ["call me", "12", "1+2345", "+"] {
            assert_eq!(Phone::parse(text), Err(TextIssue::NotAPhone), "{text}");
        }
    }
}

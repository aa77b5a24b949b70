use super::issue::line;
use super::value::{Text, TextKind};
use crate::TextIssue;

/// A telephone number as typed, trimmed; personal data.
pub type Phone = Text<PhoneKind>;

/// The kind of [`Phone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhoneKind {}

impl TextKind for PhoneKind {
    const MAX: usize = 40;
    const PERSONAL: bool = true;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = line(text, Self::MAX)?;
        let rest = text.strip_prefix('+').unwrap_or(&text);
        let digits = rest.chars().filter(char::is_ascii_digit).count();
        let signs_only = rest.chars().all(|c| c.is_ascii_digit() || " ()-./".contains(c));
        if signs_only && (3..=20).contains(&digits) { Ok(text) } else { Err(TextIssue::NotAPhone) }
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

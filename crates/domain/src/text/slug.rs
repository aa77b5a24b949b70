use std::fmt;

use super::issue::line;
use crate::TextIssue;

/// The readable part of a URL: `^[a-z0-9]+(-[a-z0-9]+)*$`, at most 120 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

impl Slug {
    /// The most characters a slug may have.
    pub const MAX: usize = 120;

    /// Checks a slug.
    ///
    /// # Errors
    /// [`TextIssue`] when it is empty, too long or not a slug.
    pub fn parse(text: &str) -> Result<Self, TextIssue> {
        let text = line(text, Self::MAX)?;
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if text.split('-').all(is_word) { Ok(Self(text)) } else { Err(TextIssue::NotASlug) }
    }

    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_joined_by_hyphens_are_slugs() {
        for text in ["robots", "robots-2026", "a-b-c"] {
            assert!(Slug::parse(text).is_ok(), "{text}");
        }
        for text in ["Robots", "a--b", "-a", "a-", "a_b", "ä"] {
            assert_eq!(Slug::parse(text), Err(TextIssue::NotASlug), "{text}");
        }
    }
}

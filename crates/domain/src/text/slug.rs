use super::issue::line;
use super::value::{Text, TextKind};
use crate::TextIssue;

/// The readable part of a URL: `^[a-z0-9]+(-[a-z0-9]+)*$`, at most 120 characters.
pub type Slug = Text<SlugKind>;

/// The kind of [`Slug`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SlugKind {}

impl TextKind for SlugKind {
    const MAX: usize = 120;
    const PERSONAL: bool = false;

    fn check(text: &str) -> Result<String, TextIssue> {
        let text = line(text, Self::MAX)?;
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if text.split('-').all(is_word) { Ok(text) } else { Err(TextIssue::NotASlug) }
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

use crate::TextIssue;

/// Words that a text search looks for; every word must occur somewhere in an item, without case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search(Vec<String>);

/// Why a search text was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchIssue {
    /// Empty, too long or with control characters.
    #[error(transparent)]
    Text(#[from] TextIssue),
    /// A word is too short for an index to find it.
    #[error("every word must have at least {min} characters")]
    ShortWord {
        /// The bound, in characters.
        min: usize,
    },
}

impl Search {
    /// The most characters of a search text.
    pub const MAX: usize = 200;
    /// The fewest characters of a word: trigram indexes find nothing shorter.
    pub const WORD_MIN: usize = 3;

    /// Splits a search text at white space.
    ///
    /// # Errors
    /// [`SearchIssue`] when it is empty, too long, or a word is shorter than three characters.
    pub fn parse(text: &str) -> Result<Self, SearchIssue> {
        let line = crate::text::line(text, Self::MAX)?;
        let words: Vec<String> = line.split_whitespace().map(str::to_lowercase).collect();
        if words.iter().any(|word| word.chars().count() < Self::WORD_MIN) {
            return Err(SearchIssue::ShortWord { min: Self::WORD_MIN });
        }
        Ok(Self(words))
    }

    /// The words, in lower case.
    pub fn words(&self) -> &[String] {
        &self.0
    }

    /// Whether every word occurs in the text.
    pub fn accepts(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.0.iter().all(|word| text.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_occur() {
        let search = Search::parse(" Ada  robot ").unwrap();
        assert!(search.accepts("ROBOTS for ada"));
        assert!(!search.accepts("robots"));
        assert_eq!(Search::parse("ab robot"), Err(SearchIssue::ShortWord { min: 3 }));
        assert_eq!(Search::parse(" "), Err(SearchIssue::Text(TextIssue::Empty)));
    }
}

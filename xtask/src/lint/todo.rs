//! What is left to do in code has an issue number.
//!
//! Documents in prose may talk about the words; programs, SQL and configuration may not contain
//! them without a number.

use crate::problem::{Problem, Report};
use crate::source::Source;

// Written in halves, so that this file does not find itself.
const OPEN: &str = concat!("TO", "DO");
const NEVER_WORDS: [&str; 2] = [concat!("FIX", "ME"), concat!("XX", "X")];
const NEVER_CALLS: [&str; 2] = [concat!("to", "do!("), concat!("unimpl", "emented!(")];

/// Endings of files in prose, or written by programs that know nothing of our rules.
const PROSE: [&str; 5] = ["md", "txt", "lock", "snap", "json"];

/// Checks every text file that is not prose.
pub(crate) fn check(sources: &[Source]) -> Report {
    let mut problems = Vec::new();
    let mut files = 0;
    for source in sources.iter().filter(|source| !PROSE.contains(&source.extension())) {
        files += 1;
        for (number, line) in source.text().lines().enumerate() {
            let reasons = refuse(line);
            problems.extend(
                reasons.into_iter().map(|reason| Problem::at_line(source.path(), number + 1, reason)),
            );
        }
    }
    Report::new(problems, format!("{files} files"))
}

fn refuse(line: &str) -> Vec<String> {
    let mut reasons = Vec::new();
    if after_word(line, OPEN).any(|rest| !has_issue(rest)) {
        reasons.push(format!("{OPEN} without an issue: write {OPEN}(#12)"));
    }
    for word in NEVER_WORDS {
        if after_word(line, word).next().is_some() {
            reasons.push(format!("{word} is not used: mend it, or open an issue and write {OPEN}(#12)"));
        }
    }
    for call in NEVER_CALLS {
        if line.contains(call) {
            reasons.push(format!("{call}) is not committed: a function exists when it works"));
        }
    }
    reasons
}

/// What follows each occurrence of a whole word.
fn after_word<'a>(line: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).filter_map(move |(start, _)| {
        let rest = &line[start + word.len()..];
        let inside = line[..start].ends_with(is_part) || rest.starts_with(is_part);
        (!inside).then_some(rest)
    })
}

/// `(#12)`
fn has_issue(rest: &str) -> bool {
    let number = rest.strip_prefix("(#").and_then(|rest| rest.split_once(')'));
    number.is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(path: &str, text: &str) -> usize {
        check(&[Source::new(path, text)]).problems.len()
    }

    #[test]
    fn an_issue_number_makes_it_fine() {
        assert_eq!(count("src/a.rs", &format!("// {OPEN}(#12): later\n// {OPEN}(#7)")), 0);
        assert_eq!(count("src/a.rs", &format!("const {OPEN}_LIST: u8 = 1; // XXXL")), 0);
    }

    #[test]
    fn without_a_number_it_fails() {
        for rest in ["", ": later", "(me): later", "(#): later", "(#x)", "(12)"] {
            assert_eq!(count("src/a.rs", &format!("// {OPEN}{rest}")), 1, "{rest}");
        }
        assert_eq!(count("migrations/0001.sql", &format!("-- {OPEN} index")), 1);
        assert_eq!(count("justfile", &format!("# {OPEN} index")), 1);
    }

    #[test]
    fn the_others_always_fail() {
        for word in NEVER_WORDS.iter().chain(&NEVER_CALLS) {
            assert_eq!(count("src/a.rs", &format!("fn a() {{}}\n// {word}(#12)")), 1, "{word}");
        }
    }

    #[test]
    fn prose_may_talk_about_it() {
        assert_eq!(count("CONTRIBUTING.md", &format!("{OPEN} needs a number")), 0);
    }

    #[test]
    fn this_file_does_not_find_itself() {
        assert_eq!(count("xtask/src/lint/todo.rs", include_str!("todo.rs")), 0);
    }
}

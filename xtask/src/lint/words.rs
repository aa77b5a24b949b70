//! The project speaks of itself alone: committed text names no directory of one person's machine.
//!
//! What is refused, and what may stand although it begins the same way, is data in
//! `xtask/words.toml`; that file is the only one not looked at.

use serde::Deserialize;

use crate::error::Error;
use crate::problem::{Problem, Report};
use crate::source::{self, Source};

/// Where the rule is kept.
const TABLE: &str = "xtask/words.toml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Beginnings of absolute paths that may stand.
    allowed: Vec<String>,
    refused: Vec<Refused>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    /// How an absolute path begins.
    path: String,
    because: String,
}

/// Checks every text file.
pub(crate) fn check(sources: &[Source]) -> Result<Report, Error> {
    let table: Table = source::table(sources, TABLE)?;
    let mut problems = Vec::new();
    for source in sources.iter().filter(|source| source.path() != TABLE) {
        for (number, line) in source.text().lines().enumerate() {
            problems
                .extend(table.refuse(line).map(|reason| Problem::at_line(source.path(), number + 1, reason)));
        }
    }
    Ok(Report::new(problems, format!("{} files", sources.len())))
}

impl Table {
    fn refuse(&self, line: &str) -> impl Iterator<Item = String> {
        self.refused.iter().filter_map(|refused| {
            let mut paths = line.match_indices(&refused.path).filter(|(start, _)| {
                let is_allowed = self.allowed.iter().any(|allowed| line[*start..].starts_with(allowed));
                starts_path(&line[..*start]) && !is_allowed
            });
            let (start, _) = paths.next()?;
            let end = line[start..].find(ends_path).map_or(line.len(), |length| start + length);
            Some(format!("{} is {}; the rule is in {TABLE}", &line[start..end], refused.because))
        })
    }
}

/// Whether an absolute path can begin here: after `a`, `.`, `~` or `}` it is the rest of a longer one.
fn starts_path(before: &str) -> bool {
    !before.ends_with(|letter: char| letter.is_alphanumeric() || "._~-}>)*/\\".contains(letter))
        || before.ends_with("://")
}

fn ends_path(letter: char) -> bool {
    letter.is_whitespace() || "\"'`<>()[]{},;:".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = include_str!("../../words.toml");

    fn problems(line: &str) -> Vec<String> {
        let sources = [Source::new(TABLE, REAL), Source::new("docs/a.md", line)];
        let report = check(&sources).expect("the table has the expected shape");
        report.problems.iter().map(Problem::to_string).collect()
    }

    /// A path below a directory of the table, so that none is written out here.
    fn refused_paths() -> Vec<String> {
        let table: Table = toml::from_str(REAL).expect("the table has the expected shape");
        table.refused.iter().map(|refused| format!("{}somebody/src", refused.path)).collect()
    }

    #[test]
    fn paths_of_one_machine_are_refused_wherever_they_stand() {
        for path in refused_paths() {
            for line in [
                path.clone(),
                format!("see `{path}`"),
                format!("url=\"file://{path}\""),
                format!("--dir={path}"),
                format!("#!{path}"),
            ] {
                assert_eq!(problems(&line).len(), 1, "{line}");
            }
        }
    }

    #[test]
    fn a_problem_names_the_path_and_the_line() {
        let path = refused_paths().swap_remove(0);
        let found = problems(&format!("\nrun ({path})"));
        assert!(found[0].starts_with(&format!("docs/a.md:2: {path} is ")), "{found:?}");
    }

    #[test]
    fn other_paths_and_parts_of_longer_ones_are_fine() {
        for path in refused_paths() {
            for before in ["/api/v1", "https://example.com", "~", "..", "${ROOT}", "target"] {
                assert_eq!(problems(&format!("{before}{path}")), [""; 0], "{before}{path}");
            }
        }
        for line in
            ["/var/lib/kairo/data", "/usr/lib/postgresql/17/bin", "/usr/bin/env bash", "/api/v1/leads"]
        {
            assert_eq!(problems(line), [""; 0], "{line}");
        }
    }

    #[test]
    fn what_is_allowed_by_name_may_stand() {
        let table: Table = toml::from_str(REAL).expect("the table has the expected shape");
        for allowed in table.allowed {
            assert_eq!(problems(&format!("in {allowed}/x")), [""; 0], "{allowed}");
        }
    }

    #[test]
    fn without_its_table_the_lint_cannot_run() {
        assert!(matches!(check(&[]), Err(Error::Missing { .. })));
    }
}

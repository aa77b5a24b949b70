//! A file ends after 400 production lines, 600 with the tests inside it.
//!
//! Production lines are all lines but those of a top-level inline `#[cfg(test)] mod`. Files that
//! are tests, benches or examples have the larger limit and stay out of the figures.

use std::ops::Range;

use syn::Item;
use syn::spanned::Spanned as _;

use crate::problem::{Problem, Report};
use crate::source::{Source, is_test_only};

const PRODUCTION_LIMIT: usize = 400;
const TOTAL_LIMIT: usize = 600;
/// The house aims lower than the limits: above these figures the lint warns.
const MEDIAN_GOAL: usize = 110;
const P90_GOAL: usize = 260;

/// Measures every Rust file.
pub(crate) fn check(sources: &[Source]) -> Report {
    let mut problems = Vec::new();
    let mut sizes = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust()) {
        let total = source.text().lines().count();
        if total > TOTAL_LIMIT {
            problems.push(Problem::at(source.path(), format!("{total} lines, the limit is {TOTAL_LIMIT}")));
        }
        if is_test_file(source.path()) {
            continue;
        }
        let production = total - test_lines(source).map(|lines| lines.len()).sum::<usize>();
        if production > PRODUCTION_LIMIT {
            problems.push(Problem::at(
                source.path(),
                format!("{production} production lines, the limit is {PRODUCTION_LIMIT}: split the file"),
            ));
        }
        sizes.push(production);
    }
    sizes.sort_unstable();
    let median = quantile(&sizes, 50);
    let p90 = quantile(&sizes, 90);
    let mut report = Report::new(
        problems,
        format!("{} production files, median {median} lines, p90 {p90} lines", sizes.len()),
    );
    if median > MEDIAN_GOAL {
        report.warnings.push(format!("the median of {median} lines is above {MEDIAN_GOAL}"));
    }
    if p90 > P90_GOAL {
        report.warnings.push(format!("the p90 of {p90} lines is above {P90_GOAL}"));
    }
    report
}

/// Whether the whole file is tests, benches or examples.
fn is_test_file(path: &str) -> bool {
    let mut parts = path.split('/').rev();
    parts.next() == Some("tests.rs") || parts.any(|folder| ["tests", "benches", "examples"].contains(&folder))
}

/// The lines of each inline test module. A file that cannot be parsed has none that we know of.
fn test_lines(source: &Source) -> impl Iterator<Item = Range<usize>> {
    let items = source.syntax().map(|file| file.items.as_slice()).unwrap_or_default();
    items.iter().filter_map(|item| match item {
        Item::Mod(module) if module.content.is_some() && is_test_only(&module.attrs) => {
            let span = module.span();
            Some(span.start().line..span.end().line + 1)
        }
        _ => None,
    })
}

/// The smallest size that `percent` of the sorted sizes do not exceed.
fn quantile(sorted: &[usize], percent: usize) -> usize {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(path: &str, production: usize, tests: usize) -> Source {
        let mut text = "// a line\n".repeat(production);
        if tests > 0 {
            text.push_str("#[cfg(test)]\nmod tests {\n");
            text.push_str(&"    // a line\n".repeat(tests - 3));
            text.push_str("}\n");
        }
        Source::new(path, text)
    }

    #[test]
    fn both_limits_may_be_reached() {
        assert_eq!(check(&[source("src/leads.rs", 400, 200)]).problems, []);
    }

    #[test]
    fn one_production_line_too_many_fails() {
        let report = check(&[source("src/leads.rs", 401, 20)]);
        assert_eq!(
            report.problems,
            [Problem::at("src/leads.rs", "401 production lines, the limit is 400: split the file")]
        );
    }

    #[test]
    fn one_test_line_too_many_fails() {
        let report = check(&[source("src/leads.rs", 400, 201)]);
        assert_eq!(report.problems, [Problem::at("src/leads.rs", "601 lines, the limit is 600")]);
    }

    #[test]
    fn test_files_have_the_larger_limit_and_no_part_in_the_figures() {
        for path in ["crates/a/tests/contract.rs", "crates/a/src/lead/tests.rs", "examples/src/a.rs"] {
            let report = check(&[source(path, 600, 0)]);
            assert_eq!(report.problems, [], "{path}");
            assert_eq!(report.summary, "0 production files, median 0 lines, p90 0 lines");
            assert_eq!(check(&[source(path, 601, 0)]).problems.len(), 1, "{path}");
        }
    }

    #[test]
    fn production_code_after_the_tests_counts() {
        let mut text = source("a", 300, 100).text().to_owned();
        text.push_str(&"// a line\n".repeat(101));
        assert_eq!(check(&[Source::new("src/a.rs", text)]).problems.len(), 1);
    }

    #[test]
    fn large_files_in_general_are_a_warning() {
        let report = check(&[source("src/a.rs", 100, 0), source("src/b.rs", 111, 0)]);
        assert_eq!(report.summary, "2 production files, median 100 lines, p90 111 lines");
        assert_eq!(report.warnings, [""; 0]);
        let report = check(&[source("src/a.rs", 111, 0), source("src/b.rs", 261, 0)]);
        assert_eq!(report.warnings.len(), 2);
    }
}

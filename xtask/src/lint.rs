//! The lints: one file each, from plain data to a [`Report`].

use std::io::{self, Write};

use cargo_metadata::Metadata;
use clap::ValueEnum;

use crate::error::Error;
use crate::problem::Report;
use crate::source::Source;

mod names;
mod ports;
mod rooms;
mod size;
mod tags;
mod todo;
mod words;

/// A house rule that a program checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lint {
    /// Crates depend only on what the table in xtask/rooms.toml lists.
    Rooms,
    /// A file ends after 400 production lines, 600 with its tests.
    Size,
    /// A port has at most 12 methods, is `Send`, and documents its failures.
    Ports,
    /// No empty words in names (Manager, Helper, Util, ...Impl), no mod.rs.
    Names,
    /// A statement of the postgres adapter begins with `/* kairo:<file>.<function> */`.
    Tags,
    /// What is left to do in code has an issue number.
    Todo,
    /// Committed text names no directory of one person's machine.
    Words,
}

/// What the lints look at.
pub(crate) struct Workspace {
    pub(crate) metadata: Metadata,
    pub(crate) sources: Vec<Source>,
}

impl Lint {
    /// Runs the lint; an error means that it could not be run, not that a rule is broken.
    pub(crate) fn check(self, workspace: &Workspace) -> Result<Report, Error> {
        let sources = &workspace.sources;
        match self {
            Self::Rooms => rooms::check_workspace(&workspace.metadata, sources),
            Self::Size => Ok(size::check(sources)),
            Self::Ports => Ok(ports::check(sources)),
            Self::Names => Ok(names::check(sources)),
            Self::Tags => Ok(tags::check(sources)),
            Self::Todo => Ok(todo::check(sources)),
            Self::Words => words::check(sources),
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Rooms => "rooms",
            Self::Size => "size",
            Self::Ports => "ports",
            Self::Names => "names",
            Self::Tags => "tags",
            Self::Todo => "todo",
            Self::Words => "words",
        }
    }
}

/// One line of summary, then every warning and problem on a line of its own.
pub(crate) fn print(lint: Lint, report: &Report, out: &mut impl Write) -> io::Result<()> {
    let verdict = match report.problems.len() {
        0 => "ok".to_owned(),
        1 => "1 problem".to_owned(),
        count => format!("{count} problems"),
    };
    writeln!(out, "{:<6} {verdict}: {}", lint.name(), report.summary)?;
    for warning in &report.warnings {
        writeln!(out, "  warning: {warning}")?;
    }
    for problem in &report.problems {
        writeln!(out, "  {problem}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;

    #[test]
    fn a_report_is_a_summary_and_a_line_for_everything_found() {
        let report = Report {
            problems: vec![Problem::at_line("src/a.rs", 3, "too long")],
            warnings: vec!["the median is high".to_owned()],
            summary: "2 files".to_owned(),
        };
        let mut out = Vec::new();
        print(Lint::Size, &report, &mut out).expect("a vector takes every byte");
        let expected = "size   1 problem: 2 files\n  warning: the median is high\n  src/a.rs:3: too long\n";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}

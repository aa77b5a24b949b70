//! The command line.

use std::error::Error as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cargo_metadata::{Metadata, MetadataCommand};
use clap::{Parser, Subcommand, ValueEnum as _};

use crate::error::Error;
use crate::lint::{self, Lint, Workspace};
use crate::problem::Verdict;
use crate::{delegate, tree};

/// Lints and generators of the Kairo Studio workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
pub(crate) struct Xtask {
    /// Work on the workspace in this directory instead of the one around the current directory.
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check the house rules; all problems are printed at once.
    ///
    /// Looks at every file that git tracks and at new files that git does not ignore. The exit code
    /// is 0 when every rule holds, 1 when one is broken, 2 when a lint could not be run.
    Lint {
        /// The lints to run; all of them when none is named.
        #[arg(value_name = "LINT")]
        lints: Vec<Lint>,
    },
    /// Make the query data that let the postgres adapter compile without a database.
    ///
    /// Starts a private server, applies the migrations, compiles the adapter against it and
    /// replaces crates/postgres-adapter/.sqlx, which is committed.
    Sqlx {
        /// Change nothing; exit with 1 when the kept data differ.
        #[arg(long)]
        check: bool,
    },
    /// Write the pages of docs/ that come from tables in the code.
    ///
    /// They are committed: read the difference before you do. A test fails when one was forgotten.
    Docs,
}

impl Xtask {
    pub(crate) fn run(&self) -> ExitCode {
        match self.outcome(&mut io::stdout().lock()) {
            Ok(Verdict::Holds) => ExitCode::SUCCESS,
            Ok(Verdict::Broken) => ExitCode::FAILURE,
            Err(error) => {
                // Nothing is left to try when even the complaint cannot be written.
                let _ = complain(&error);
                ExitCode::from(2)
            }
        }
    }

    fn outcome(&self, out: &mut impl Write) -> Result<Verdict, Error> {
        let metadata = metadata(self.root.as_deref())?;
        match &self.command {
            Command::Lint { lints } => run_lints(lints, metadata, out),
            Command::Sqlx { check } => delegate::sqlx(metadata.workspace_root.as_std_path(), *check),
            Command::Docs => delegate::docs(metadata.workspace_root.as_std_path()),
        }
    }
}

fn metadata(root: Option<&Path>) -> Result<Metadata, Error> {
    let mut command = MetadataCommand::new();
    // What the manifests declare is all that is asked for; resolving would need a registry.
    command.no_deps();
    if let Some(root) = root {
        command.current_dir(root);
    }
    command.exec().map_err(Error::Metadata)
}

fn run_lints(chosen: &[Lint], metadata: Metadata, out: &mut impl Write) -> Result<Verdict, Error> {
    let sources = tree::read(metadata.workspace_root.as_std_path())?;
    let workspace = Workspace { metadata, sources };
    let lints = if chosen.is_empty() { Lint::value_variants() } else { chosen };
    let mut verdict = Verdict::Holds;
    for lint in lints {
        let report = lint.check(&workspace)?;
        if !report.problems.is_empty() {
            verdict = Verdict::Broken;
        }
        lint::print(*lint, &report, out).map_err(Error::Report)?;
    }
    Ok(verdict)
}

fn complain(error: &Error) -> io::Result<()> {
    let mut err = io::stderr().lock();
    write!(err, "xtask: {error}")?;
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(err, ": {error}")?;
        cause = error.source();
    }
    writeln!(err)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Xtask::command().debug_assert();
    }
}

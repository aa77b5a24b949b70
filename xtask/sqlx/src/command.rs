//! The command line and the order of the work.

use std::error::Error as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use cargo_metadata::MetadataCommand;
use clap::Parser;

use crate::error::Error;
use crate::files::{self, Difference};
use crate::{compile, server};

/// Make the query data that let the postgres adapter compile without a database.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask sqlx", bin_name = "cargo xtask sqlx", max_term_width = 100)]
pub(crate) struct Arguments {
    /// Change nothing; exit with 1 when the kept data differ from what the statements need.
    #[arg(long)]
    check: bool,
    /// Work on the workspace in this directory instead of the one around the current directory.
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

/// The directories of the work.
struct Place {
    root: PathBuf,
    adapter: PathBuf,
    /// Cargo's own, where everything may be thrown away.
    target: PathBuf,
}

impl Arguments {
    pub(crate) fn run(&self) -> ExitCode {
        match self.outcome() {
            Ok(difference) if self.check && !difference.is_empty() => ExitCode::FAILURE,
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => {
                // Nothing is left to try when even the complaint cannot be written.
                let _ = complain(&error);
                ExitCode::from(2)
            }
        }
    }

    fn outcome(&self) -> Result<Difference, Error> {
        let place = place(self.root.as_deref())?;
        let fresh = place.target.join("query-data");
        let kept = place.adapter.join(".sqlx");
        files::empty(&fresh)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.map_err(Error::Runtime)?.block_on(write_fresh(&place, &fresh))?;

        let difference = files::compare(&kept, &fresh)?;
        if !self.check && !difference.is_empty() {
            files::replace(&kept, &fresh)?;
        }
        self.report(files::read(&fresh)?.len(), &difference).map_err(Error::Report)?;
        Ok(difference)
    }

    fn report(&self, statements: usize, difference: &Difference) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let verdict = match (difference.is_empty(), self.check) {
            (true, _) => "the query data are up to date",
            (false, true) => "the query data differ: run `cargo xtask sqlx` and commit the result",
            (false, false) => "the query data were replaced: commit them",
        };
        writeln!(out, "sqlx   {statements} statements, {verdict}")?;
        for line in difference.lines() {
            writeln!(out, "  {line}")?;
        }
        Ok(())
    }
}

fn place(root: Option<&Path>) -> Result<Place, Error> {
    let mut command = MetadataCommand::new();
    command.no_deps();
    if let Some(root) = root {
        command.current_dir(root);
    }
    let metadata = command.exec().map_err(Error::Metadata)?;
    let root = metadata.workspace_root.into_std_path_buf();
    let adapter = root.join("crates/postgres-adapter");
    Ok(Place { root, adapter, target: metadata.target_directory.into_std_path_buf() })
}

/// The server lives exactly as long as the compiler needs it.
async fn write_fresh(place: &Place, fresh: &Path) -> Result<(), Error> {
    let server = server::start(&place.target).await?;
    let url = server.url("postgres");
    let written = match server::make_schema(&url, &place.adapter).await {
        Ok(()) => compile::write_query_data(&place.root, &place.adapter, &url, fresh),
        refused => refused,
    };
    server.stop().await.map_err(Error::Stop)?;
    written
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
        Arguments::command().debug_assert();
    }
}

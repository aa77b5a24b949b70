//! `cargo xtask sqlx`: hands over to the crate `xtask-sqlx`, which is slow to compile.

use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::problem::Verdict;

/// Compiles and starts the other program, which says everything itself.
pub(crate) fn run(root: &Path, check: bool) -> Result<Verdict, Error> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["run", "--quiet", "--package", "xtask-sqlx", "--"]);
    if check {
        command.arg("--check");
    }
    let status = command.status().map_err(|source| Error::Start { program: "cargo", source })?;
    match status.code() {
        Some(0) => Ok(Verdict::Holds),
        Some(1) => Ok(Verdict::Broken),
        _ => Err(Error::Failed { program: "xtask-sqlx", stderr: "see above".to_owned() }),
    }
}

//! Commands that hand over to crates of their own, because they are slow to compile.

use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::problem::Verdict;

/// `cargo xtask sqlx`: makes the query data, or compares them.
pub(crate) fn sqlx(root: &Path, check: bool) -> Result<Verdict, Error> {
    run(root, "xtask-sqlx", if check { &["--check"] } else { &[] })
}

/// `cargo xtask docs`: writes the pages that come from the code.
pub(crate) fn docs(root: &Path) -> Result<Verdict, Error> {
    run(root, "xtask-docs", &[])
}

/// Compiles and starts the other program, which says everything itself.
fn run(root: &Path, package: &'static str, arguments: &[&str]) -> Result<Verdict, Error> {
    let mut command = Command::new("cargo");
    command.current_dir(root).args(["run", "--quiet", "--package", package, "--"]).args(arguments);
    let status = command.status().map_err(|source| Error::Start { program: "cargo", source })?;
    match status.code() {
        Some(0) => Ok(Verdict::Holds),
        Some(1) => Ok(Verdict::Broken),
        _ => Err(Error::Failed { program: package, stderr: "see above".to_owned() }),
    }
}

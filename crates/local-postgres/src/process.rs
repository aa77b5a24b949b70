//! Runs PostgreSQL's programs to their end, with a limit.

use std::time::Duration;

use tokio::process::Command;

use crate::error::Error;

/// A command together with the name of the user it becomes, for errors.
pub(crate) struct Program {
    command: Command,
    user: String,
}

impl Program {
    pub(crate) fn new(command: Command, user: &str) -> Self {
        Self { command, user: user.to_owned() }
    }

    /// Adds one argument.
    pub(crate) fn arg(&mut self, arg: impl AsRef<std::ffi::OsStr>) -> &mut Self {
        self.command.arg(arg);
        self
    }

    /// The folder to run in, entered as the user it becomes.
    pub(crate) fn current_dir(&mut self, dir: &std::path::Path) -> &mut Self {
        self.command.current_dir(dir);
        self
    }
}

impl From<Command> for Program {
    fn from(command: Command) -> Self {
        Self::new(command, "the caller")
    }
}

/// Runs `program` and gives its standard output, or an error with what it said.
pub(crate) async fn run(mut program: Program, name: &str, limit: Duration) -> Result<String, Error> {
    // A cancelled start must not leave an initdb behind that writes into a folder somebody else cleans.
    program.command.kill_on_drop(true);
    let output = tokio::time::timeout(limit, program.command.output())
        .await
        .map_err(|_| Error::TimedOut { program: name.to_owned(), after: limit })?
        .map_err(|source| Error::Spawn { program: name.to_owned(), user: program.user, source })?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(Error::Failed { program: name.to_owned(), output: format!("{}\n{}", complaint.trim(), said.trim()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Program {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command.into()
    }

    #[tokio::test]
    async fn a_failure_carries_what_the_program_said() {
        let error = run(shell("echo out; echo err >&2; exit 3"), "sh", Duration::from_secs(10)).await;
        assert_eq!(error.unwrap_err().to_string(), "sh failed: err\nout");
    }

    #[tokio::test]
    async fn a_hung_program_is_given_up() {
        let error = run(shell("exec sleep 60"), "sh", Duration::from_millis(20)).await.unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{error}");
    }
}

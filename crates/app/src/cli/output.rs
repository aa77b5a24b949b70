use std::io::{self, Write};

use super::Outcome;

/// Prints a result for the user or the next program.
pub(super) fn say(text: &str) -> Outcome {
    match writeln!(io::stdout(), "{text}") {
        // The reader has seen enough, as with `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

/// Prints why the command failed.
pub(super) fn complain(text: &str) {
    // There is nobody left to tell when standard error is gone.
    let _ = writeln!(io::stderr(), "kairo: {text}");
}

use std::fmt::Write;

use kairo_domain::{Run, Step};
use serde::Serialize;

use super::super::RunView;
use super::super::steps::StepView;

/// The id of the event that tells of the end of a run.
pub(super) const END: &str = "end";

/// Begins a stream: readers who lose it come back after a second.
pub(super) const HELLO: &str = "retry: 1000\n\n";

/// Says that there is nothing to say, so that nobody on the way takes the stream for dead.
pub(super) const HEARTBEAT: &str = ":\n\n";

/// A step that was done.
pub(super) fn step(step: &Step) -> String {
    message("step", Some(&step.seq.to_string()), &StepView::from(step))
}

/// A run as it stands now.
pub(super) fn run(run: &Run) -> String {
    let id = run.state.ending().map(|_| END);
    message("run", id, &RunView::from(run))
}

/// JSON has no line breaks, so `data` is one line.
fn message(event: &str, id: Option<&str>, data: &impl Serialize) -> String {
    let mut text = format!("event: {event}\n");
    if let Some(id) = id {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "id: {id}");
    }
    let data = serde_json::to_string(data).unwrap_or_default();
    let _ = write!(text, "data: {data}\n\n");
    text
}

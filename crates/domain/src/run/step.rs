use chrono::{DateTime, Utc};
use kairo_flow::{StepRecord, StepState};
use serde_json::{Value, json};

use crate::RunStatus;

/// What a run did at one node, in one iteration, in one attempt.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its place among the steps of the run, from 1 on.
    pub seq: u32,
    /// What was done, and what it came to.
    pub record: StepRecord,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it came to that.
    pub finished_at: DateTime<Utc>,
}

impl Step {
    /// The most bytes of JSON that input and output have each, once the run has ended.
    pub const MAX_LOGGED_BYTES: usize = 64 * 1024;
    /// The kind of node whose output answers the webhook that fired the run.
    pub const ANSWER: &str = "respond";
    /// How many characters are left of what is longer.
    const NOTED_CHARS: usize = 1_000;

    /// What it says to the webhook that fired the run, if it is such a step and has succeeded.
    pub fn answer(&self) -> Option<&Value> {
        match &self.record.state {
            StepState::Done { output, .. } if self.record.kind == Self::ANSWER => Some(output),
            _ => None,
        }
    }

    /// The step as it is replayed, and how many bytes of JSON are left out of it: what it took in, unless it is held.
    pub fn for_replay(mut self) -> (Self, u64) {
        if matches!(self.record.state, StepState::Held { .. }) {
            return (self, 0);
        }
        let input = std::mem::take(&mut self.record.input);
        (self, input.to_string().len() as u64)
    }

    /// Leaves a note in the place of an input or output that is too long for a log, since the run has ended. Unless it
    /// ended well, outputs stay whole: it may be repeated from there on. What answers a webhook stays whole in any case.
    pub fn shorten(&mut self, ended: RunStatus) {
        shorten(&mut self.record.input);
        if self.record.kind == Self::ANSWER {
            return;
        }
        if let (RunStatus::Success, StepState::Done { output, .. }) = (ended, &mut self.record.state) {
            shorten(output);
        }
    }
}

fn shorten(value: &mut Value) {
    let text = value.to_string();
    if text.len() > Step::MAX_LOGGED_BYTES {
        let start: String = text.chars().take(Step::NOTED_CHARS).collect();
        *value = json!({"truncated": true, "bytes": text.len(), "start": start});
    }
}

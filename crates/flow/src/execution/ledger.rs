use serde_json::Value;

use super::Execution;
use crate::expression::measure;
use crate::{StepError, StepKey, StepRecord, StepState};

/// How much a run may record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// What it is that has them.
    of: &'static str,
    /// The code of the error that it ends with.
    code: &'static str,
    /// The most steps.
    steps: u64,
    /// The most bytes that all steps may leave together, as JSON: the run keeps them in memory.
    outputs: u64,
    /// The most bytes of all records: what their steps were given, left and failed with, every attempt counted.
    records: u64,
}

const MIB: u64 = 1024 * 1024;

impl Limits {
    /// Those of a run.
    pub(crate) const RUN: Self =
        Self { of: "a run", code: "run_too_large", steps: 100_000, outputs: 16 * MIB, records: 64 * MIB };

    /// Those of a dry run, which somebody waits for and reads.
    pub(crate) const DRY_RUN: Self =
        Self { of: "a dry run", code: "dry_run_too_large", steps: 2_000, outputs: 4 * MIB, records: 4 * MIB };

    /// The error of whoever has come to the end of them.
    pub(crate) fn exceeded(self, what: &str) -> StepError {
        StepError::permanent(self.code, format!("{} {what}", self.of))
    }
}

/// What a run has recorded, and how much it may still.
pub(super) struct Ledger {
    limits: Limits,
    entries: Vec<StepRecord>,
    steps: u64,
    outputs: u64,
    records: u64,
}

impl Ledger {
    pub(super) const fn new(limits: Limits) -> Self {
        Self { limits, entries: Vec::new(), steps: 0, outputs: 0, records: 0 }
    }

    pub(super) fn push(&mut self, record: StepRecord) {
        self.entries.push(record);
    }

    /// Counts a record that is to be pushed.
    ///
    /// # Errors
    /// [`StepError`] when the run has too much with it.
    pub(super) fn admit(&mut self, record: &StepRecord) -> Result<(), StepError> {
        self.count(record);
        self.refuse_excess()
    }

    pub(super) fn take(&mut self) -> Vec<StepRecord> {
        std::mem::take(&mut self.entries)
    }

    /// Counts a record, also of an earlier life: the bounds mean the whole run.
    pub(super) fn count(&mut self, record: &StepRecord) {
        let size = Size::of(record);
        self.steps += u64::from(size.is_step);
        self.outputs = self.outputs.saturating_add(size.output);
        self.records = self.records.saturating_add(size.output).saturating_add(size.rest);
    }

    pub(super) const fn count_bytes(&mut self, bytes: u64) {
        self.records = self.records.saturating_add(bytes);
    }

    fn refuse_excess(&self) -> Result<(), StepError> {
        let limits = self.limits;
        if self.steps > limits.steps {
            return Err(limits.exceeded(&format!("has at most {} steps", limits.steps)));
        }
        if self.outputs > limits.outputs {
            return Err(limits.exceeded(&format!("leaves at most {} bytes at its steps", limits.outputs)));
        }
        if self.records > limits.records {
            let what = "of what its steps were given, left and failed with";
            return Err(limits.exceeded(&format!("records at most {} bytes {what}", limits.records)));
        }
        Ok(())
    }
}

/// How much a record adds to its run.
struct Size {
    /// Whether it is a step of its own: not when it is an attempt of one that goes on, which its driver bounds.
    is_step: bool,
    output: u64,
    rest: u64,
}

impl Size {
    fn of(record: &StepRecord) -> Self {
        let (is_step, output, rest) = match &record.state {
            StepState::Done { output, .. } => (true, length(output), 0),
            StepState::Failed { error, .. } => (true, 0, length_of_error(error)),
            StepState::Skipped => (true, 0, 0),
            StepState::Held { detail, .. } if record.kind == "forEach" => (true, length(detail), 0),
            StepState::Held { detail, .. } => (false, 0, length(detail)),
        };
        // Where there is nothing to show, nothing is stored that would count.
        let input = if record.input.is_null() { 0 } else { length(&record.input) };
        Self { is_step, output, rest: rest + input }
    }
}

/// The length of a value as JSON, whatever it is.
fn length(json: &Value) -> u64 {
    measure(json).unwrap_or_else(|_| json.to_string().len()) as u64
}

fn length_of_error(error: &StepError) -> u64 {
    let texts = error.code.len() + error.message.len();
    texts as u64 + error.details.as_ref().map_or(0, length)
}

impl Execution {
    /// Records how a step ended, and says how it did: as an error, if it left too much.
    pub(super) fn record(
        &mut self,
        key: StepKey,
        node: usize,
        attempt: u32,
        input: Value,
        state: StepState,
    ) -> StepState {
        let state = match left_by(&state).map_or(Ok(0), measure) {
            Ok(_) => state,
            Err(error) => self.failure(node, error),
        };
        let mut record =
            StepRecord { key, kind: self.plan.nodes[node].word.to_owned(), attempt, input, state };
        if let Err(error) = self.ledger.admit(&record) {
            record.state = StepState::Failed { error, port: None };
        }
        let state = record.state.clone();
        self.ledger.push(record);
        state
    }

    /// How a step ends that failed.
    pub(super) fn failure(&self, node: usize, error: StepError) -> StepState {
        let port = self.plan.nodes[node].failing_port(&self.plan.edges).map(str::to_owned);
        StepState::Failed { error, port }
    }
}

/// What a step leaves that a value has to hold.
const fn left_by(state: &StepState) -> Option<&Value> {
    match state {
        StepState::Done { output, .. } => Some(output),
        StepState::Held { detail, .. } => Some(detail),
        StepState::Failed { .. } | StepState::Skipped => None,
    }
}

use serde_json::Value;

use super::Execution;
use crate::expression::measure;
use crate::{StepError, StepKey, StepRecord, StepState};

/// The most that all steps of a run may leave together, as JSON.
const MAX_RUN_BYTES: usize = 16 * 1024 * 1024;
/// The most steps of a run.
const MAX_STEPS: usize = 100_000;

/// What a run has recorded, and how much it may still.
#[derive(Default)]
pub(super) struct Ledger {
    records: Vec<StepRecord>,
    steps: usize,
    bytes: usize,
}

impl Ledger {
    pub(super) fn push(&mut self, record: StepRecord) {
        self.records.push(record);
    }

    pub(super) fn take(&mut self) -> Vec<StepRecord> {
        std::mem::take(&mut self.records)
    }

    /// Counts a record of an earlier life, so that the bounds mean the whole run.
    pub(super) fn count(&mut self, record: &StepRecord) {
        if let Some(kept) = kept_by(&record.state, &record.kind) {
            self.steps += 1;
            self.bytes += measure(kept).unwrap_or(0);
        }
    }

    fn admit(&mut self, bytes: usize) -> Result<(), StepError> {
        self.steps += 1;
        self.bytes += bytes;
        if self.steps > MAX_STEPS {
            let message = format!("a run has at most {MAX_STEPS} steps");
            return Err(StepError::permanent("run_too_large", message));
        }
        if self.bytes > MAX_RUN_BYTES {
            let message = format!("the outputs of a run have at most {MAX_RUN_BYTES} bytes together");
            return Err(StepError::permanent("run_too_large", message));
        }
        Ok(())
    }
}

/// What a record makes the run keep; nothing when it is a hold of an effect, which its driver bounds.
fn kept_by<'a>(state: &'a StepState, kind: &str) -> Option<&'a Value> {
    match state {
        StepState::Done { output, .. } => Some(output),
        StepState::Failed { .. } | StepState::Skipped => Some(&Value::Null),
        StepState::Held { detail, .. } => (kind == "forEach").then_some(detail),
    }
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
        let kind = self.plan.nodes[node].word;
        let size = kept_by(&state, kind).map_or(Ok(0), measure);
        let state = match size.map(|bytes| self.ledger.admit(bytes)) {
            Ok(Ok(())) => state,
            Ok(Err(error)) => StepState::Failed { error, port: None },
            Err(error) => {
                let failure = self.failure(node, error);
                self.ledger
                    .admit(0)
                    .map_or_else(|error| StepState::Failed { error, port: None }, |()| failure)
            }
        };
        self.ledger.push(StepRecord { key, kind: kind.to_owned(), attempt, input, state: state.clone() });
        state
    }

    /// How a step ends that failed.
    pub(super) fn failure(&self, node: usize, error: StepError) -> StepState {
        let port = self.plan.nodes[node].failing_port(&self.plan.edges).map(str::to_owned);
        StepState::Failed { error, port }
    }
}

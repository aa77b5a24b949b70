use chrono::{DateTime, Utc};
use kairo_domain::Step;
use kairo_flow::{StepError, StepRecord, StepState};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::excerpt::excerpt;
use crate::query::Portion;

/// Where a step stands.
#[derive(ToSchema)]
#[schema(as = StepState, rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with those of steps")]
pub(crate) enum State {
    Done,
    Failed,
    Skipped,
    Held,
}

/// Why a step did not succeed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StepError)]
pub(crate) struct ErrorView {
    /// A stable word.
    code: String,
    message: String,
    /// Whether the same step may succeed later.
    retryable: bool,
    /// What else is known.
    #[schema(value_type = Option<Value>, required = true)]
    details: Value,
}

/// What is done at one node, in one iteration, in one attempt. Members that do not apply to its state are null.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DryStep)]
pub(crate) struct DryStep {
    /// The node's id.
    node: String,
    /// The index in each loop around the node, the outermost first; empty outside of loops.
    iteration: Vec<u32>,
    /// The kind of its node.
    kind: String,
    /// Which attempt this is, from 1 on.
    attempt: u32,
    #[schema(value_type = State)]
    state: &'static str,
    /// The port it is left through.
    #[schema(required = true)]
    port: Option<String>,
    /// What its parameters come to; of more than 64 KiB an excerpt.
    #[schema(value_type = Option<Value>, required = true)]
    input: Value,
    /// What later steps see of it; of more than 64 KiB an excerpt.
    #[schema(value_type = Option<Value>, required = true)]
    output: Value,
    #[schema(required = true)]
    error: Option<ErrorView>,
    /// When a step that is held goes on; null when something else than the time wakes it.
    #[schema(required = true)]
    until: Option<DateTime<Utc>>,
}

/// What a run did at one node, in one iteration, in one attempt. Members that do not apply to its state are null.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Step)]
pub(crate) struct StepView {
    /// Its place among the steps of the run, from 1 on.
    seq: u32,
    #[serde(flatten)]
    done: DryStep,
    started_at: DateTime<Utc>,
    finished_at: DateTime<Utc>,
    duration_ms: i64,
}

/// Some of the steps of a run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Steps)]
pub(crate) struct StepsView {
    /// The steps, in order.
    data: Vec<StepView>,
    /// Give it as `after` for those after them; null when there are none yet.
    #[schema(required = true)]
    next_after: Option<u32>,
}

impl From<&StepError> for ErrorView {
    fn from(error: &StepError) -> Self {
        Self {
            code: error.code.clone(),
            message: error.message.clone(),
            retryable: error.retryable,
            details: error.details.as_ref().map(excerpt).unwrap_or_default(),
        }
    }
}

impl From<&StepRecord> for DryStep {
    fn from(record: &StepRecord) -> Self {
        let (state, port, output, error, until) = match &record.state {
            StepState::Done { port, output } => ("DONE", Some(port), excerpt(output), None, None),
            StepState::Failed { error, port } => ("FAILED", port.as_ref(), Value::Null, Some(error), None),
            StepState::Skipped => ("SKIPPED", None, Value::Null, None, None),
            StepState::Held { until_ms, .. } => ("HELD", None, Value::Null, None, *until_ms),
        };
        Self {
            node: record.key.node.clone(),
            iteration: record.key.iteration.clone(),
            kind: record.kind.clone(),
            attempt: record.attempt,
            state,
            port: port.cloned(),
            input: excerpt(&record.input),
            output,
            error: error.map(ErrorView::from),
            until: until.and_then(DateTime::from_timestamp_millis),
        }
    }
}

impl From<&Step> for StepView {
    fn from(step: &Step) -> Self {
        Self {
            seq: step.seq,
            done: DryStep::from(&step.record),
            started_at: step.started_at,
            finished_at: step.finished_at,
            duration_ms: (step.finished_at - step.started_at).num_milliseconds(),
        }
    }
}

impl StepsView {
    pub(super) fn of(steps: &[Step], portion: Portion) -> Self {
        let (shown, last) = portion.of(steps);
        Self { data: shown.iter().map(StepView::from).collect(), next_after: last.map(|step| step.seq) }
    }
}

#[cfg(test)]
mod tests {
    use kairo_flow::StepKey;
    use serde_json::json;

    use super::*;
    use crate::body::testing::schema;

    fn word(state: StepState) -> &'static str {
        let key = StepKey { node: "a".to_owned(), iteration: Vec::new() };
        let record = StepRecord { key, kind: "transform".to_owned(), attempt: 1, input: Value::Null, state };
        DryStep::from(&record).state
    }

    #[test]
    fn the_document_has_the_words_of_steps() {
        let error = StepError::permanent("no_answer", "nobody answers");
        let words = [
            word(StepState::Done { port: "out".to_owned(), output: Value::Null }),
            word(StepState::Failed { error, port: None }),
            word(StepState::Skipped),
            word(StepState::Held { until_ms: None, detail: Value::Null }),
        ];
        assert_eq!(schema::<State>()["enum"], json!(words));
    }
}

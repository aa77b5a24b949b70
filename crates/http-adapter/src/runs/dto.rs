use chrono::{DateTime, Utc};
use kairo_domain::{Run, RunFailure, RunField, RunState};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::excerpt::excerpt;
use crate::query::Listed;

/// Where a run stands, as far as most need to know.
#[derive(ToSchema)]
#[schema(as = RunStatus, rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum Status {
    Running,
    Success,
    Failed,
}

/// Where a run stands exactly.
#[derive(ToSchema)]
#[schema(as = RunPhase, rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum Phase {
    Queued,
    Running,
    Waiting,
    Success,
    Failed,
    Cancelled,
    TimedOut,
}

/// What fired a run.
#[derive(ToSchema)]
#[schema(as = FiredBy, rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum By {
    Manual,
    Webhook,
    Schedule,
    Event,
    Subflow,
    Retry,
}

/// Why a run ended badly.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RunError)]
pub(crate) struct FailureView {
    /// A stable word.
    code: String,
    message: String,
    /// The node at which it ended, if it was at one.
    #[schema(required = true)]
    node: Option<String>,
}

/// A run, without what went in and came out.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = RunCard)]
pub(crate) struct RunCard {
    id: Uuid,
    automation_id: Uuid,
    #[schema(value_type = Status)]
    status: &'static str,
    #[schema(value_type = Phase)]
    phase: &'static str,
    /// The number of the version of the flow that it is pinned to.
    flow_version: u32,
    #[schema(value_type = By)]
    fired_by: &'static str,
    /// The node of the trigger that it began with.
    trigger: String,
    /// Why it ended badly, if it did.
    #[schema(required = true)]
    error: Option<FailureView>,
    /// When it was fired.
    started_at: DateTime<Utc>,
    #[schema(required = true)]
    completed_at: Option<DateTime<Utc>>,
    /// How long it took from the one to the other.
    #[schema(required = true)]
    duration_ms: Option<i64>,
    /// Until when it waits, if it waits for the time.
    #[schema(required = true)]
    waiting_until: Option<DateTime<Utc>>,
    /// The run that waits for it, if it is a sub-flow.
    #[schema(required = true)]
    parent_run_id: Option<Uuid>,
    /// The run that it does again, if it does one again.
    #[schema(required = true)]
    retry_of: Option<Uuid>,
    /// How often it was changed; the first number of its `ETag`.
    version: u32,
}

/// A run.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Run)]
pub(crate) struct RunView {
    #[serde(flatten)]
    card: RunCard,
    /// What its expressions know as `trigger`; of more than 64 KiB an excerpt.
    input: Value,
    /// What it came to, if it ended well; of more than 64 KiB an excerpt.
    #[schema(value_type = Option<Value>, required = true)]
    output: Value,
}

impl From<&RunFailure> for FailureView {
    fn from(failure: &RunFailure) -> Self {
        let RunFailure { code, message, node } = failure.clone();
        Self { code, message, node }
    }
}

impl From<&Run> for RunCard {
    fn from(run: &Run) -> Self {
        let ending = run.state.ending();
        let (failure, until) = match &run.state {
            RunState::Queued | RunState::Running | RunState::Success { .. } => (None, None),
            RunState::Waiting { until } => (None, *until),
            RunState::Failed { failure, .. } => (Some(failure), None),
        };
        Self {
            id: run.id.uuid(),
            automation_id: run.automation.uuid(),
            status: run.phase().status().as_str(),
            phase: run.phase().as_str(),
            flow_version: run.flow_number.number(),
            fired_by: run.firing.by,
            trigger: run.firing.node.clone(),
            error: failure.map(FailureView::from),
            started_at: run.started_at,
            completed_at: ending.map(|ending| ending.at),
            duration_ms: ending.map(|ending| ending.took.num_milliseconds()),
            waiting_until: until,
            parent_run_id: run.firing.parent.as_ref().map(|parent| parent.run.uuid()),
            retry_of: run.firing.retry_of.map(|run| run.uuid()),
            version: run.version.number(),
        }
    }
}

impl From<&Run> for RunView {
    fn from(run: &Run) -> Self {
        let output = match &run.state {
            RunState::Success { output, .. } => excerpt(output),
            RunState::Queued | RunState::Running | RunState::Waiting { .. } | RunState::Failed { .. } => {
                Value::Null
            }
        };
        Self { card: run.into(), input: excerpt(&run.input), output }
    }
}

impl Listed for RunCard {
    type Field = RunField;

    const NAME: &'static str = "runs";
    const PROPERTIES: &'static [&'static str] = &[
        "id",
        "automationId",
        "status",
        "phase",
        "flowVersion",
        "firedBy",
        "trigger",
        "error",
        "startedAt",
        "completedAt",
        "durationMs",
        "waitingUntil",
        "parentRunId",
        "retryOf",
        "version",
    ];
    const SEARCHED: bool = false;
}

#[cfg(test)]
mod tests {
    use kairo_domain::{Firing, RunPhase, RunStatus};
    use serde_json::json;

    use super::*;
    use crate::body::testing::{assert_listed, schema};

    #[test]
    fn the_document_lists_what_the_view_shows() {
        assert_listed::<RunCard>();
    }

    #[test]
    fn the_document_has_the_words_of_the_domain() {
        assert_eq!(schema::<Status>()["enum"], json!(RunStatus::WORDS));
        assert_eq!(schema::<Phase>()["enum"], json!(RunPhase::ALL.map(RunPhase::as_str)));
        assert_eq!(schema::<By>()["enum"], json!(Firing::WORDS));
    }
}

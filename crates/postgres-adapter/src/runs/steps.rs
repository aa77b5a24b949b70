use chrono::{DateTime, Utc};
use kairo_domain::Step;
use kairo_flow::{StepError, StepKey, StepRecord, StepState};
use kairo_ports::StoreError;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::automations::counted;
use crate::row::Place;

/// A row of `kairo.automation_run_steps`; which columns are filled depends on the state.
pub(crate) struct StepRow {
    pub(crate) run_id: Uuid,
    pub(crate) seq: i32,
    pub(crate) node: String,
    pub(crate) iteration: String,
    pub(crate) kind: String,
    pub(crate) attempt: i32,
    pub(crate) state: String,
    pub(crate) port: Option<String>,
    pub(crate) input: Json<Value>,
    pub(crate) output: Option<Json<Value>>,
    pub(crate) error: Option<Json<Value>>,
    pub(crate) held_until: Option<i64>,
    pub(crate) detail: Option<Json<Value>>,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) finished_at: DateTime<Utc>,
}

impl TryFrom<StepRow> for Step {
    type Error = StoreError;

    fn try_from(row: StepRow) -> Result<Self, StoreError> {
        let place = Place { table: "automation_run_steps", id: row.run_id };
        let json = |json: Option<Json<Value>>| json.map_or(Value::Null, |json| json.0);
        let state = match row.state.as_str() {
            "DONE" => StepState::Done { port: place.word("port", row.port)?, output: json(row.output) },
            "FAILED" => StepState::Failed {
                error: place.held("error", serde_json::from_value::<StepError>(json(row.error)))?,
                port: row.port,
            },
            "SKIPPED" => StepState::Skipped,
            "HELD" => StepState::Held { until_ms: row.held_until, detail: json(row.detail) },
            _ => return place.word("state", None),
        };
        Ok(Self {
            seq: place.held("seq", row.seq.try_into())?,
            record: StepRecord {
                key: place.word("iteration", StepKey::at(row.node, &row.iteration))?,
                kind: row.kind,
                attempt: place.held("attempt", row.attempt.try_into())?,
                input: row.input.0,
                state,
            },
            started_at: row.started_at,
            finished_at: row.finished_at,
        })
    }
}

/// Steps as one list for each column. JSON goes as text: on the way through JSONB it would lose what that cannot hold.
#[derive(Default)]
pub(crate) struct StepColumns {
    pub(crate) seqs: Vec<i32>,
    pub(crate) nodes: Vec<String>,
    pub(crate) iterations: Vec<String>,
    pub(crate) kinds: Vec<String>,
    pub(crate) attempts: Vec<i32>,
    pub(crate) states: Vec<String>,
    pub(crate) ports: Vec<Option<String>>,
    pub(crate) inputs: Vec<String>,
    pub(crate) outputs: Vec<Option<String>>,
    pub(crate) errors: Vec<Option<String>>,
    pub(crate) holds: Vec<Option<i64>>,
    pub(crate) details: Vec<Option<String>>,
    pub(crate) starts: Vec<DateTime<Utc>>,
    pub(crate) ends: Vec<DateTime<Utc>>,
}

/// The columns that depend on the state.
#[derive(Default)]
struct Outcome {
    port: Option<String>,
    output: Option<String>,
    error: Option<String>,
    held_until: Option<i64>,
    detail: Option<String>,
}

impl StepColumns {
    pub(crate) fn of(steps: &[Step]) -> Result<Self, StoreError> {
        let mut columns = Self::default();
        for step in steps {
            columns.push(step)?;
        }
        Ok(columns)
    }

    fn push(&mut self, step: &Step) -> Result<(), StoreError> {
        let record = &step.record;
        let (word, outcome) = outcome(&record.state)?;
        self.seqs.push(counted(step.seq)?);
        self.nodes.push(record.key.node.clone());
        self.iterations.push(record.key.iteration_path());
        self.kinds.push(record.kind.clone());
        self.attempts.push(counted(record.attempt)?);
        self.states.push(word.to_owned());
        self.ports.push(outcome.port);
        self.inputs.push(record.input.to_string());
        self.outputs.push(outcome.output);
        self.errors.push(outcome.error);
        self.holds.push(outcome.held_until);
        self.details.push(outcome.detail);
        self.starts.push(step.started_at);
        self.ends.push(step.finished_at);
        Ok(())
    }
}

fn outcome(state: &StepState) -> Result<(&'static str, Outcome), StoreError> {
    let nothing = Outcome::default();
    Ok(match state {
        StepState::Done { port, output } => {
            ("DONE", Outcome { port: Some(port.clone()), output: Some(output.to_string()), ..nothing })
        }
        StepState::Failed { error, port } => {
            let error = serde_json::to_string(error).map_err(|error| StoreError::Broken(error.into()))?;
            ("FAILED", Outcome { port: port.clone(), error: Some(error), ..nothing })
        }
        StepState::Skipped => ("SKIPPED", nothing),
        StepState::Held { until_ms, detail } => {
            ("HELD", Outcome { held_until: *until_ms, detail: Some(detail.to_string()), ..nothing })
        }
    })
}

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    AutomationId, Ending, FailedPhase, Firing, ParentStep, Run, RunFailure, RunId, RunPhase, RunRecord,
    RunState, UserId,
};
use kairo_ports::StoreError;
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::automations::flow_number;
use crate::row::Place;

/// A row of `automation_runs`, and who owns its automation. Lists leave out what it took in and came to.
#[derive(sqlx::FromRow)]
pub(crate) struct RunRow {
    pub(crate) id: Uuid,
    pub(crate) automation_id: Uuid,
    pub(crate) owner_id: Uuid,
    pub(crate) flow_number: i32,
    pub(crate) fired_by: String,
    pub(crate) fired_node: String,
    pub(crate) fire_key: Option<String>,
    #[sqlx(default)]
    pub(crate) input: Json<Value>,
    #[sqlx(default)]
    pub(crate) output: Option<Json<Value>>,
    pub(crate) started_at: DateTime<Utc>,
    pub(crate) phase: String,
    pub(crate) completed_at: Option<DateTime<Utc>>,
    pub(crate) duration_ms: Option<i64>,
    pub(crate) error: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) error_node: Option<String>,
    pub(crate) parent_run: Option<Uuid>,
    pub(crate) parent_step: Option<String>,
    pub(crate) retry_of: Option<Uuid>,
    pub(crate) depth: i16,
    pub(crate) due_at: Option<DateTime<Utc>>,
    pub(crate) worked_ms: i64,
    pub(crate) fence: i64,
    pub(crate) stalls: i16,
    pub(crate) version: i32,
}

impl TryFrom<RunRow> for Run {
    type Error = StoreError;

    fn try_from(mut row: RunRow) -> Result<Self, StoreError> {
        let place = Place { table: "automation_runs", id: row.id };
        let state = row.state(place)?;
        let parent = row
            .parent_run
            .map(|run| ParentStep { run: RunId::from_uuid(run), step: row.parent_step.unwrap_or_default() });
        Ok(Self::restore(RunRecord {
            id: RunId::from_uuid(row.id),
            automation: AutomationId::from_uuid(row.automation_id),
            owner: UserId::from_uuid(row.owner_id),
            flow_number: flow_number(place, row.flow_number)?,
            firing: Firing {
                by: place.word("fired_by", Firing::named(&row.fired_by))?,
                node: row.fired_node,
                key: row.fire_key.unwrap_or_default(),
                parent,
                retry_of: row.retry_of.map(RunId::from_uuid),
                depth: place.held("depth", row.depth.try_into())?,
            },
            input: row.input.0,
            started_at: row.started_at,
            state,
            worked: TimeDelta::milliseconds(row.worked_ms),
            fence: place.held("fence", row.fence.try_into())?,
            stalls: place.held("stalls", row.stalls.try_into())?,
            version: place.version(row.version)?,
        }))
    }
}

impl RunRow {
    /// Where the run stands. Another client says no more of an end than that it came.
    fn state(&mut self, place: Place) -> Result<RunState, StoreError> {
        let phase = place.word("phase", RunPhase::named(&self.phase))?;
        Ok(match phase {
            RunPhase::Queued => RunState::Queued,
            RunPhase::Running => RunState::Running,
            RunPhase::Waiting => RunState::Waiting { until: self.due_at },
            RunPhase::Success => {
                let output = self.output.take().map_or(Value::Null, |output| output.0);
                RunState::Success { ending: self.ending(place)?, output }
            }
            RunPhase::Failed | RunPhase::Cancelled | RunPhase::TimedOut => RunState::Failed {
                ending: self.ending(place)?,
                how: place.word("phase", FailedPhase::of(phase))?,
                failure: RunFailure {
                    code: self.error_code.take().unwrap_or_else(|| "unknown".to_owned()),
                    message: self.error.take().unwrap_or_default(),
                    node: self.error_node.take(),
                },
            },
        })
    }

    fn ending(&self, place: Place) -> Result<Ending, StoreError> {
        let at = place.word("completed_at", self.completed_at)?;
        let took = place.word("duration_ms", self.duration_ms.and_then(TimeDelta::try_milliseconds))?;
        Ok(Ending { at, took })
    }
}

/// What the columns say that are about the end of a run; nothing while it is open.
#[derive(Default)]
pub(crate) struct Ended<'a> {
    pub(crate) at: Option<DateTime<Utc>>,
    pub(crate) took_ms: Option<i64>,
    pub(crate) output: Option<String>,
    pub(crate) error: Option<&'a str>,
    pub(crate) error_code: Option<&'a str>,
    pub(crate) error_node: Option<&'a str>,
}

impl<'a> Ended<'a> {
    pub(crate) fn of(state: &'a RunState) -> Self {
        let ending = state.ending();
        let at = ending.map(|ending| ending.at);
        let ended =
            Self { at, took_ms: ending.map(|ending| ending.took.num_milliseconds()), ..Self::default() };
        match state {
            RunState::Queued | RunState::Running | RunState::Waiting { .. } => ended,
            RunState::Success { output, .. } => Self { output: Some(output.to_string()), ..ended },
            RunState::Failed { failure, .. } => Self {
                error: Some(&failure.message),
                error_code: Some(&failure.code),
                error_node: failure.node.as_deref(),
                ..ended
            },
        }
    }
}

/// Until when the run waits.
pub(crate) const fn due_at(state: &RunState) -> Option<DateTime<Utc>> {
    match state {
        RunState::Waiting { until } => *until,
        RunState::Queued | RunState::Running | RunState::Success { .. } | RunState::Failed { .. } => None,
    }
}

/// The fence as the database keeps it.
pub(crate) fn fence(run: &Run) -> Result<i64, StoreError> {
    i64::try_from(run.fence).map_err(|error| StoreError::Broken(error.into()))
}

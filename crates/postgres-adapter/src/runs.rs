mod row;
mod steps;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    AutomationId, Filter, Page, PageRequest, Permit, Resource, Run, RunField, RunId, Sort, Step,
};
use kairo_ports::{RunFigures, RunRepository, StoreError};
use serde_json::Value;
use sqlx::types::Json;
use sqlx::{Postgres, QueryBuilder};

use crate::automations::counted;
use crate::filter::{self, Expression, Listing, Request};
use crate::row::number;
use crate::unit_of_work::PgUnitOfWork;

pub(crate) use row::{Ended, RunRow, due_at, fence};
pub(crate) use steps::{StepColumns, StepRow};

/// How lists of runs find their rows: every expression is that of an index. What runs took in and came to is not shown
/// in lists, and may be large.
pub(crate) const LISTING: Listing<RunField> = Listing {
    columns: "id, automation_id, (SELECT user_id FROM automations AS flow WHERE flow.id = automation_id) AS owner_id, \
              flow_number, fired_by, fired_node, fire_key, started_at, phase, completed_at, duration_ms, error, \
              error_code, error_node, parent_run, parent_step, retry_of, depth, due_at, worked_ms, fence, stalls, version",
    rows: "FROM automation_runs WHERE true",
    field: |field| match field {
        RunField::Status => Expression::enumeration("status", "RunStatus"),
        RunField::AutomationId => Expression::plain("automation_id"),
        RunField::StartedAt => Expression::plain("started_at"),
    },
    search: None,
    tie: Some("id"),
};

#[async_trait]
impl RunRepository for PgUnitOfWork {
    async fn get(&mut self, id: RunId) -> Result<Option<Run>, StoreError> {
        if self.sees_no(Resource::Run) {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        let mut query = select("/* kairo:runs.get */ SELECT ");
        query.push(" AND id = ").push_bind(id.uuid());
        let row: Option<RunRow> = statements.run(query.build_query_as().fetch_optional(connection)).await?;
        row.map(Run::try_from).transpose()
    }

    async fn list(
        &mut self,
        filter: &Filter<RunField>,
        sort: &Sort<RunField>,
        page: &PageRequest,
    ) -> Result<Page<Run>, StoreError> {
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::Run) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:runs.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: RunRow| row.try_into()).await
    }

    async fn steps(&mut self, run: RunId, after: u32, limit: u16) -> Result<Vec<Step>, StoreError> {
        if self.sees_no(Resource::Run) {
            return Ok(Vec::new());
        }
        let (statements, connection) = self.parts();
        let rows = sqlx::query_as!(
            StepRow,
            r#"/* kairo:runs.steps */ SELECT run_id, seq, node, iteration, kind, attempt, state, port,
                 input AS "input: Json<Value>", output AS "output: Json<Value>", error AS "error: Json<Value>", held_until,
                 detail AS "detail: Json<Value>", started_at, finished_at
               FROM kairo.automation_run_steps WHERE run_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"#,
            run.uuid(),
            counted(after)?,
            i64::from(limit),
        )
        .fetch_all(connection);
        statements.run(rows).await?.into_iter().map(Step::try_from).collect()
    }

    async fn answer_of(&mut self, run: RunId) -> Result<Option<Step>, StoreError> {
        if self.sees_no(Resource::Run) {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        // The word of `Step::ANSWER`, written out so that its index is used.
        let row = sqlx::query_as!(
            StepRow,
            r#"/* kairo:runs.answer_of */ SELECT run_id, seq, node, iteration, kind, attempt, state, port,
                 input AS "input: Json<Value>", output AS "output: Json<Value>", error AS "error: Json<Value>", held_until,
                 detail AS "detail: Json<Value>", started_at, finished_at
               FROM kairo.automation_run_steps WHERE run_id = $1 AND kind = 'respond' AND state = 'DONE'
               ORDER BY seq LIMIT 1"#,
            run.uuid(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(Step::try_from).transpose()
    }

    async fn add(&mut self, permit: &Permit, run: &Run, steps: &[Step]) -> Result<bool, StoreError> {
        self.check_adding(permit, Resource::Run, run.id.uuid())?;
        let is_new = self.insert(run).await?;
        if is_new && !steps.is_empty() {
            self.begin_with(run.id, steps).await?;
        }
        Ok(is_new)
    }

    async fn end(&mut self, permit: &Permit, run: &Run) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Run, run.id.uuid())?;
        let (statements, connection) = self.parts();
        let ended = Ended::of(&run.state);
        let Some(ended_at) = ended.at else { return Err(statements.refuse("the run has not ended")) };
        let update = sqlx::query!(
            r#"/* kairo:runs.end */ UPDATE automation_runs SET status = $4::text::"RunStatus", phase = $5, completed_at = $6,
                 duration_ms = $7, error = $8, error_code = $9, error_node = $10, due_at = NULL, touched_at = $6,
                 fence = fence + 1, version = version + 1
               WHERE id = $1 AND version = $2 AND fence = $3 AND status = 'RUNNING'"#,
            run.id.uuid(),
            number(run.version.previous())?,
            fence(run)? - 1,
            run.phase().status().as_str(),
            run.phase().as_str(),
            ended_at,
            ended.took_ms,
            ended.error,
            ended.error_code,
            ended.error_node,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }

    async fn children(&mut self, run: RunId) -> Result<Vec<Run>, StoreError> {
        if self.sees_no(Resource::Run) {
            return Ok(Vec::new());
        }
        let (statements, connection) = self.parts();
        let mut query = select("/* kairo:runs.children */ SELECT ");
        query.push(" AND parent_run = ").push_bind(run.uuid());
        query.push(" AND status = 'RUNNING' ORDER BY started_at, id");
        let rows: Vec<RunRow> = statements.run(query.build_query_as().fetch_all(connection)).await?;
        rows.into_iter().map(Run::try_from).collect()
    }

    async fn adopt(
        &mut self,
        permit: &Permit,
        child: RunId,
        from: RunId,
        by: RunId,
    ) -> Result<bool, StoreError> {
        self.check_saving(permit, Resource::Run, child.uuid())?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:runs.adopt */ UPDATE automation_runs SET parent_run = $3
               WHERE id = $1 AND parent_run = $2 AND status = 'RUNNING'"#,
            child.uuid(),
            from.uuid(),
            by.uuid(),
        )
        .execute(connection);
        Ok(statements.run(update).await?.rows_affected() == 1)
    }

    async fn figures(
        &mut self,
        automation: AutomationId,
        since: DateTime<Utc>,
    ) -> Result<RunFigures, StoreError> {
        if self.sees_no(Resource::Run) {
            return Ok(RunFigures::default());
        }
        let (statements, connection) = self.parts();
        let row = sqlx::query!(
            r#"/* kairo:runs.figures */ SELECT count(*) FILTER (WHERE status = 'RUNNING') AS "open!",
                 count(*) FILTER (WHERE status = 'SUCCESS') AS "succeeded!",
                 count(*) FILTER (WHERE status = 'FAILED') AS "failed!",
                 floor(percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms))::bigint AS median,
                 floor(percentile_cont(0.95) WITHIN GROUP (ORDER BY duration_ms))::bigint AS p95
               FROM automation_runs WHERE automation_id = $1 AND started_at >= $2"#,
            automation.uuid(),
            since,
        )
        .fetch_one(connection);
        let row = statements.run(row).await?;
        Ok(RunFigures {
            open: row.open.unsigned_abs(),
            succeeded: row.succeeded.unsigned_abs(),
            failed: row.failed.unsigned_abs(),
            median: row.median.map(TimeDelta::milliseconds),
            p95: row.p95.map(TimeDelta::milliseconds),
        })
    }
}

impl PgUnitOfWork {
    /// Adds a run, unless the automation was fired with its key before.
    async fn insert(&mut self, run: &Run) -> Result<bool, StoreError> {
        let (statements, connection) = self.parts();
        let (firing, ended) = (&run.firing, Ended::of(&run.state));
        let insert = sqlx::query!(
            r#"/* kairo:runs.insert */ INSERT INTO automation_runs (id, automation_id, status, phase, flow_number, fired_by,
                 fired_node, fire_key, input, output, error, error_code, error_node, parent_run, parent_step, retry_of,
                 depth, started_at, completed_at, duration_ms, due_at, touched_at, worked_ms, fence, stalls, version)
               VALUES ($1, $2, $3::text::"RunStatus", $4, $5, $6, $7, $8, $9::text::json, $10::text::json, $11, $12, $13,
                 $14, $15, $16, $17, $18, $19, $20, $21, $18, $22, $23, $24, $25)
               ON CONFLICT (automation_id, fire_key) WHERE fire_key IS NOT NULL DO NOTHING"#,
            run.id.uuid(),
            run.automation.uuid(),
            run.phase().status().as_str(),
            run.phase().as_str(),
            counted(run.flow_number.number())?,
            firing.by,
            firing.node,
            Some(&firing.key).filter(|key| !key.is_empty()),
            run.input.to_string(),
            ended.output,
            ended.error,
            ended.error_code,
            ended.error_node,
            firing.parent.as_ref().map(|parent| parent.run.uuid()),
            firing.parent.as_ref().map(|parent| parent.step.as_str()),
            firing.retry_of.map(RunId::uuid),
            small(firing.depth)?,
            run.started_at,
            ended.at,
            ended.took_ms,
            due_at(&run.state),
            run.worked.num_milliseconds(),
            fence(run)?,
            small(run.stalls)?,
            number(run.version)?,
        )
        .execute(connection);
        Ok(statements.run(insert).await?.rows_affected() == 1)
    }

    async fn begin_with(&mut self, run: RunId, steps: &[Step]) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        let columns = StepColumns::of(steps)?;
        let insert = sqlx::query!(
            r#"/* kairo:runs.begin_with */ INSERT INTO kairo.automation_run_steps (run_id, seq, node, iteration, kind,
                 attempt, state, port, input, output, error, held_until, detail, started_at, finished_at)
               SELECT $1, seq, node, iteration, kind, attempt, state, port, input::json, output::json, error::json, held,
                 detail::json, started_at, finished_at
               FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::text[],
                 $9::text[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::timestamptz[], $15::timestamptz[])
                 AS step (seq, node, iteration, kind, attempt, state, port, input, output, error, held, detail, started_at,
                   finished_at)"#,
            run.uuid(),
            &columns.seqs,
            &columns.nodes,
            &columns.iterations,
            &columns.kinds,
            &columns.attempts,
            &columns.states,
            &columns.ports as _,
            &columns.inputs,
            &columns.outputs as _,
            &columns.errors as _,
            &columns.holds as _,
            &columns.details as _,
            &columns.starts,
            &columns.ends,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }
}

/// Selects whole runs; it goes on with further conditions.
fn select(statement: &'static str) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(statement);
    query.push(LISTING.columns).push(", input, output ").push(LISTING.rows);
    query
}

pub(crate) fn small(count: u16) -> Result<i16, StoreError> {
    i16::try_from(count).map_err(|error| StoreError::Broken(error.into()))
}

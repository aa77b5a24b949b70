use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{AutomationId, CompanyId, Role, Run, RunId, Step, UserActor, UserId, Via};
use kairo_ports::{Claimed, Claiming, IdleRun, Replay, RunLimits, RunProgress, StoreError};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::automations::settings;
use crate::row::{Place, number};
use crate::runs::{Ended, RunRow, StepColumns, StepRow, due_at, fence, small};
use crate::unit_of_work::PgUnitOfWork;

/// What `kairo.claim_run` tells beside the run.
struct Terms {
    is_in_line: bool,
    is_full: bool,
    has_steps: bool,
    settings: Value,
    owner: Option<(String, Option<Uuid>)>,
}

#[async_trait]
impl RunProgress for PgUnitOfWork {
    async fn claim(
        &mut self,
        run: RunId,
        limits: RunLimits,
        delivery: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Claiming, StoreError> {
        self.demand_system()?;
        let Some((row, terms)) = self.claimed(run, limits, delivery, now).await? else {
            return Ok(Claiming::Nothing);
        };
        if terms.is_full {
            return Ok(Claiming::Full);
        }
        if terms.is_in_line {
            return Ok(Claiming::InLine(AutomationId::from_uuid(row.automation_id)));
        }
        let run = Run::try_from(row)?;
        let owner = terms.owner.map(|(role, company)| acting(run.owner, &role, company)).transpose()?;
        let place = Place { table: "automations", id: run.automation.uuid() };
        let settings = settings(place, &terms.settings)?;
        Ok(Claiming::Taken(Box::new(Claimed { run, settings, owner, has_steps: terms.has_steps })))
    }

    async fn replay(&mut self, run: RunId) -> Result<Replay, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let rows = sqlx::query!(
            r#"/* kairo:run_progress.replay */ SELECT run_id, seq, node, iteration, kind, attempt, state, port,
                 CASE state WHEN 'HELD' THEN input ELSE 'null' END AS "input!: Json<Value>",
                 CASE state WHEN 'HELD' THEN 0 ELSE octet_length(input::text) END AS "left_out!",
                 output AS "output: Json<Value>", error AS "error: Json<Value>", held_until,
                 detail AS "detail: Json<Value>", started_at, finished_at
               FROM kairo.automation_run_steps WHERE run_id = $1 ORDER BY seq"#,
            run.uuid(),
        )
        .fetch_all(connection);
        let mut replay = Replay::default();
        for row in statements.run(rows).await? {
            replay.left_out += u64::from(row.left_out.unsigned_abs());
            replay.steps.push(Step::try_from(StepRow {
                run_id: row.run_id,
                seq: row.seq,
                node: row.node,
                iteration: row.iteration,
                kind: row.kind,
                attempt: row.attempt,
                state: row.state,
                port: row.port,
                input: row.input,
                output: row.output,
                error: row.error,
                held_until: row.held_until,
                detail: row.detail,
                started_at: row.started_at,
                finished_at: row.finished_at,
            })?);
        }
        Ok(replay)
    }

    async fn pardon(&mut self, run: RunId, fence: u64, worked: TimeDelta) -> Result<bool, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let Ok(fence) = i64::try_from(fence) else { return Ok(false) };
        let update = sqlx::query!(
            r#"/* kairo:run_progress.pardon */ UPDATE automation_runs
               SET stalls = greatest(stalls - 1, 0), worked_ms = greatest(worked_ms, $3)
               WHERE id = $1 AND fence = $2 AND status = 'RUNNING'"#,
            run.uuid(),
            fence,
            worked.num_milliseconds(),
        )
        .execute(connection);
        Ok(statements.run(update).await?.rows_affected() == 1)
    }

    async fn stand_in_line(&mut self, run: RunId) -> Result<(), StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let insert = sqlx::query!(
            r#"/* kairo:run_progress.stand_in_line */ INSERT INTO kairo.run_line (run_id, automation_id, started_at)
               SELECT id, automation_id, started_at FROM automation_runs WHERE id = $1 AND status = 'RUNNING'
               ON CONFLICT DO NOTHING"#,
            run.uuid(),
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn next_in_line(&mut self, automation: AutomationId) -> Result<Vec<RunId>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let line = sqlx::query_scalar!(
            r#"/* kairo:run_progress.next_in_line */ SELECT line.run_id FROM kairo.run_line AS line
               WHERE line.automation_id = $1 ORDER BY line.started_at, line.run_id
               LIMIT (SELECT CASE WHEN limits.most IS NOT NULL THEN greatest(limits.most - taken.runs, 0) END
                        FROM automations AS flow,
                          LATERAL (SELECT (flow.settings ->> 'maxConcurrentRuns')::bigint AS most) AS limits,
                          LATERAL (
                            SELECT count(*) AS runs FROM kairo.run_claims AS claim WHERE claim.automation_id = flow.id
                          ) AS taken
                       WHERE flow.id = $1)"#,
            automation.uuid(),
        )
        .fetch_all(connection);
        Ok(statements.run(line).await?.into_iter().map(RunId::from_uuid).collect())
    }

    async fn wake(&mut self, run: RunId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:run_progress.wake */ UPDATE automation_runs SET due_at = $2, touched_at = $2
               WHERE id = $1 AND phase = 'WAITING' AND due_at IS NULL"#,
            run.uuid(),
            now,
        )
        .execute(connection);
        Ok(statements.run(update).await?.rows_affected() == 1)
    }

    async fn checkpoint(&mut self, run: &Run, steps: &[Step]) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        let (ended, columns) = (Ended::of(&run.state), StepColumns::of(steps)?);
        let instant = columns.ends.iter().copied().chain(ended.at).max();
        let call = sqlx::query_scalar!(
            r#"/* kairo:run_progress.checkpoint */ SELECT kairo.checkpoint_run($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
                 $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)::text"#,
            run.id.uuid(),
            fence(run)?,
            run.phase().as_str(),
            number(run.version)?,
            run.worked.num_milliseconds(),
            small(run.stalls)?,
            due_at(&run.state),
            ended.at,
            ended.took_ms,
            ended.output,
            ended.error,
            ended.error_code,
            ended.error_node,
            instant,
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
        .fetch_one(connection);
        statements.run(call).await.map(|_| ())
    }

    async fn idle(
        &mut self,
        since: DateTime<Utc>,
        last: Option<IdleRun>,
        limit: u16,
    ) -> Result<Vec<IdleRun>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let rows = sqlx::query!(
            r#"/* kairo:run_progress.idle */ SELECT run.started_at, run.id, line.run_id IS NOT NULL AS "is_in_line!"
               FROM automation_runs AS run
                 -- For each run by itself: there may be many more in line than runs to be looked at.
                 LEFT JOIN LATERAL (SELECT mine.* FROM kairo.run_line AS mine WHERE mine.run_id = run.id OFFSET 0) AS line
                   ON true
               WHERE run.status = 'RUNNING' AND run.touched_at < $1
                 AND (run.started_at, run.id) > (coalesce($2::timestamptz, '-infinity'), $3::uuid)
                 AND (line.run_id IS NOT NULL OR run.phase <> 'WAITING' OR run.due_at < $1
                   OR run.due_at IS NULL AND NOT EXISTS (
                     SELECT FROM automation_runs AS child WHERE child.parent_run = run.id AND child.status = 'RUNNING'))
                 AND NOT EXISTS (
                   SELECT FROM kairo.run_line AS before WHERE before.automation_id = line.automation_id
                      AND (before.started_at, before.run_id) < (line.started_at, line.run_id))
               ORDER BY run.started_at, run.id LIMIT $4"#,
            since,
            last.map(|run| run.started_at),
            last.map_or(Uuid::nil(), |run| run.id.uuid()),
            i64::from(limit),
        )
        .fetch_all(connection);
        let rows = statements.run(rows).await?.into_iter();
        Ok(rows
            .map(|row| IdleRun {
                started_at: row.started_at,
                id: RunId::from_uuid(row.id),
                is_in_line: row.is_in_line,
            })
            .collect())
    }

    /// Rows that another unit holds are passed over, so nobody waits for a purge and no purge for anybody.
    async fn purge(&mut self, now: DateTime<Utc>, limit: u16) -> Result<u64, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        // What ended before an instant was started before it, and that has an index.
        let delete = sqlx::query!(
            r#"/* kairo:run_progress.purge */ DELETE FROM automation_runs WHERE id = ANY (ARRAY (
                 SELECT old.id FROM automations AS flow
                   CROSS JOIN LATERAL (
                     SELECT $1::timestamptz - make_interval(days => coalesce((flow.settings ->> 'retentionDays')::integer, 30)) AS instant
                   ) AS kept
                   CROSS JOIN LATERAL (
                     SELECT run.id FROM automation_runs AS run
                      WHERE run.automation_id = flow.id AND run.started_at < kept.instant
                        AND run.completed_at < kept.instant AND run.status <> 'RUNNING'
                      ORDER BY run.started_at, run.id LIMIT $2 FOR UPDATE SKIP LOCKED
                   ) AS old
                 LIMIT $2))"#,
            now,
            i64::from(limit),
        )
        .execute(connection);
        Ok(statements.run(delete).await?.rows_affected())
    }
}

impl PgUnitOfWork {
    /// The run as it stands since it was claimed, or as it is when there is no place for it.
    async fn claimed(
        &mut self,
        run: RunId,
        limits: RunLimits,
        delivery: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<Option<(RunRow, Terms)>, StoreError> {
        let (statements, connection) = self.parts();
        let row = sqlx::query!(
            r#"/* kairo:run_progress.claimed */ SELECT claim.is_in_line AS "is_in_line!", claim.is_full AS "is_full!", claim.has_steps AS "has_steps!",
                 claim.settings AS "settings!: Json<Value>", claim.owner_id AS "owner_id!", claim.owner_role AS "owner_role!",
                 claim.owner_company, claim.owner_acts AS "owner_acts!", (claim.run).id AS "id!",
                 (claim.run).automation_id AS "automation_id!", (claim.run).flow_number AS "flow_number!",
                 (claim.run).fired_by AS "fired_by!", (claim.run).fired_node AS "fired_node!", (claim.run).fire_key,
                 (claim.run).input AS "input!: Json<Value>", (claim.run).started_at AS "started_at!",
                 (claim.run).phase AS "phase!", (claim.run).parent_run, (claim.run).parent_step, (claim.run).retry_of,
                 (claim.run).depth AS "depth!", (claim.run).due_at, (claim.run).worked_ms AS "worked_ms!",
                 (claim.run).fence AS "fence!", (claim.run).stalls AS "stalls!", (claim.run).version AS "version!"
               FROM kairo.claim_run($1, $2, $3, $4) AS claim"#,
            run.uuid(),
            i32::from(limits.per_owner),
            now,
            delivery,
        )
        .fetch_optional(connection);
        let Some(row) = statements.run(row).await? else { return Ok(None) };
        let terms = Terms {
            is_in_line: row.is_in_line,
            is_full: row.is_full,
            has_steps: row.has_steps,
            settings: row.settings.0,
            owner: row.owner_acts.then_some((row.owner_role, row.owner_company)),
        };
        let run = RunRow {
            id: row.id,
            automation_id: row.automation_id,
            owner_id: row.owner_id,
            flow_number: row.flow_number,
            fired_by: row.fired_by,
            fired_node: row.fired_node,
            fire_key: row.fire_key,
            input: row.input,
            output: None,
            started_at: row.started_at,
            phase: row.phase,
            completed_at: None,
            duration_ms: None,
            error: None,
            error_code: None,
            error_node: None,
            parent_run: row.parent_run,
            parent_step: row.parent_step,
            retry_of: row.retry_of,
            depth: row.depth,
            due_at: row.due_at,
            worked_ms: row.worked_ms,
            fence: row.fence,
            stalls: row.stalls,
            version: row.version,
        };
        Ok(Some((run, terms)))
    }
}

/// The user in whose name a run acts.
pub(crate) fn acting(owner: UserId, role: &str, company: Option<Uuid>) -> Result<UserActor, StoreError> {
    let place = Place { table: "users", id: owner.uuid() };
    let role = place.word("role", Role::named(role))?;
    let company = company.map(CompanyId::from_uuid);
    Ok(UserActor { id: owner, role, company, via: Via::Program })
}

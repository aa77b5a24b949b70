//! Automations and runs, and whatever a worker asks on the way of a run.

use kairo_domain::Direction::{Ascending, Descending};
use kairo_domain::{Actor, AutomationField, FieldValue, Filter, PageRequest, RunField, Sort, Test};
use kairo_ports::StoreError;
use kairo_postgres::PgStore;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::{Uuid, uuid};

use super::listed::{Case, Listed, assert_all_served, assert_found, time};
use super::{assert_indexed, plan_as};

const AUTOMATION: Uuid = uuid!("00000000-0000-7000-8001-000000000206");
const USER: Uuid = uuid!("00000000-0000-7000-8000-000000000007");

impl Listed for AutomationField {
    fn sample(self) -> FieldValue {
        match self {
            Self::Status => FieldValue::text("PAUSED"),
            Self::UserId => FieldValue::Id(USER),
            Self::CreatedAt => FieldValue::Time(time(4_711)),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_automations(actor, filter, sort, page).await
    }
}

impl Listed for RunField {
    fn sample(self) -> FieldValue {
        match self {
            Self::Status => FieldValue::text("RUNNING"),
            Self::AutomationId => FieldValue::Id(AUTOMATION),
            Self::StartedAt => FieldValue::Time(time(4_711)),
        }
    }

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        store.plan_of_runs(actor, filter, sort, page).await
    }
}

pub(super) async fn are_found_through_indexes(store: &PgStore) {
    let newest = |through| Case::ordered(AutomationField::CreatedAt, Descending, through);
    let of_user = Test::Equal(FieldValue::Id(USER));
    let cases = [
        newest("idx_automations_created"),
        newest("idx_automations_user").that(AutomationField::UserId, of_user),
        newest("idx_automations_").that(AutomationField::Status, Test::Equal(FieldValue::text("PAUSED"))),
    ];
    assert_found(store, &cases).await;
    assert_all_served::<AutomationField>(store, &[]).await;

    let newest = |through| Case::ordered(RunField::StartedAt, Descending, through);
    let of_automation = || Test::Equal(FieldValue::Id(AUTOMATION));
    let cases = [
        newest("idx_runs_started"),
        Case::ordered(RunField::StartedAt, Ascending, "idx_runs_started"),
        newest("idx_runs_automation").that(RunField::AutomationId, of_automation()),
        newest("idx_runs_").that(RunField::Status, Test::Equal(FieldValue::text("RUNNING"))),
    ];
    assert_found(store, &cases).await;
    assert_all_served::<RunField>(store, &[]).await;
}

/// What a run costs does not grow with those before it: each statement on its way is served by an index, for whoever asks.
pub(super) async fn runs_do_not_look_at_others(owner: &mut PgConnection) {
    for (role, reads) in
        [("kairo_system", &OF_THE_PROGRAM[..]), ("kairo_client", &OF_AN_OWNER), ("kairo_team", &OF_AN_OWNER)]
    {
        for (through, read) in reads {
            let plan = plan_as(owner, role, &USER.to_string(), read).await;
            assert_indexed(&format!("{read} as {role}"), &plan);
            assert!(plan.to_string().contains(through), "{read} as {role}, through {through}: {plan:#}");
        }
    }
}

/// The statement of `progress().purge`, which asks each automation for its old runs.
const PURGE: &str = "
DELETE FROM automation_runs WHERE id = ANY (ARRAY (
  SELECT old.id FROM automations AS flow
    CROSS JOIN LATERAL (
      SELECT timestamptz '2026-02-01' - make_interval(days => coalesce((flow.settings ->> 'retentionDays')::integer, 30)) AS instant
    ) AS kept
    CROSS JOIN LATERAL (
      SELECT run.id FROM automation_runs AS run
       WHERE run.automation_id = flow.id AND run.started_at < kept.instant
         AND run.completed_at < kept.instant AND run.status <> 'RUNNING'
       ORDER BY run.started_at, run.id LIMIT 500 FOR UPDATE SKIP LOCKED
    ) AS old
  LIMIT 500))";

pub(super) async fn a_purge_looks_at_old_runs_alone(owner: &mut PgConnection) {
    let plan = plan_as(owner, "kairo_system", &USER.to_string(), PURGE).await;
    assert!(plan.to_string().contains("idx_runs_automation"), "{plan:#}");
    assert_eq!(read_whole(&plan), ["automations"], "{plan:#}");
}

/// The tables that a plan reads from one end to the other.
fn read_whole(plan: &Value) -> Vec<&str> {
    let here = (plan["Node Type"] == "Seq Scan").then(|| plan["Relation Name"].as_str().unwrap());
    let parts = plan.as_array().into_iter().flatten().chain(plan["Plans"].as_array().into_iter().flatten());
    here.into_iter().chain(parts.chain(plan.get("Plan")).flat_map(read_whole)).collect()
}

const OF_THE_PROGRAM: [(&str, &str); 14] = [
    (
        "idx_runs_open",
        "SELECT run.started_at, run.id, line.run_id IS NOT NULL
           FROM automation_runs AS run
             LEFT JOIN LATERAL (SELECT mine.* FROM kairo.run_line AS mine WHERE mine.run_id = run.id OFFSET 0) AS line ON true
          WHERE run.status = 'RUNNING' AND run.touched_at < '2026-01-02'
            AND (run.started_at, run.id) > ('-infinity', '00000000-0000-0000-0000-000000000000')
            AND (line.run_id IS NOT NULL OR run.phase <> 'WAITING' OR run.due_at < '2026-01-02'
              OR run.due_at IS NULL AND NOT EXISTS (
                SELECT FROM automation_runs AS child WHERE child.parent_run = run.id AND child.status = 'RUNNING'))
            AND NOT EXISTS (
              SELECT FROM kairo.run_line AS before WHERE before.automation_id = line.automation_id
                 AND (before.started_at, before.run_id) < (line.started_at, line.run_id))
          ORDER BY run.started_at, run.id LIMIT 200",
    ),
    OPEN_CHILDREN,
    ANSWER,
    (
        "idx_run_claims_automation",
        "SELECT count(*) FROM kairo.run_claims WHERE automation_id = '00000000-0000-7000-8001-000000000206'
          AND run_id <> '00000000-0000-7000-8001-000000000206'",
    ),
    (
        "idx_run_line_automation",
        "SELECT FROM kairo.run_line AS before WHERE before.automation_id = '00000000-0000-7000-8001-000000000206'
          AND (before.started_at, before.run_id) < ('2026-01-02', '00000000-0000-7000-8001-000000000206') LIMIT 3",
    ),
    (
        "idx_run_line_automation",
        "SELECT line.run_id FROM kairo.run_line AS line WHERE line.automation_id = '00000000-0000-7000-8001-000000000206'
          ORDER BY line.started_at, line.run_id LIMIT 3",
    ),
    (
        "idx_run_claims_owner",
        "SELECT count(*) FROM kairo.run_claims WHERE owner_id = '00000000-0000-7000-8000-000000000007'
          AND run_id <> '00000000-0000-7000-8001-000000000206'",
    ),
    (
        "automation_triggers_token_digest_key",
        "SELECT hook.node FROM kairo.automation_triggers AS hook JOIN automations AS automation ON automation.id = hook.automation_id
          WHERE hook.token_digest = '28dd2c7955ce926456240b2ff0100b6e' AND automation.status = 'ACTIVE'
            AND automation.deleted_at IS NULL",
    ),
    (
        "idx_automation_triggers_next",
        "SELECT planned.next_at FROM kairo.automation_triggers AS planned
           JOIN automations AS automation ON automation.id = planned.automation_id
          WHERE planned.kind = 'schedule' AND NOT planned.is_over AND coalesce(planned.next_at, '-infinity') > '-infinity'
            AND automation.status = 'ACTIVE' AND automation.deleted_at IS NULL
          ORDER BY coalesce(planned.next_at, '-infinity') LIMIT 1",
    ),
    (
        "idx_automation_triggers_next",
        "SELECT due.node FROM kairo.automation_triggers AS due JOIN automations AS automation ON automation.id = due.automation_id
          WHERE due.kind = 'schedule' AND NOT due.is_over AND coalesce(due.next_at, '-infinity') <= '2026-02-01'
            AND (coalesce(due.next_at, '-infinity'), due.automation_id, due.node)
              > ('2026-01-01', '00000000-0000-7000-8001-000000000206', 'start')
            AND automation.status = 'ACTIVE' AND automation.deleted_at IS NULL
          ORDER BY coalesce(due.next_at, '-infinity'), due.automation_id, due.node LIMIT 1 FOR UPDATE OF due SKIP LOCKED",
    ),
    (
        "automation_runs_automation_id_fire_key_key",
        "SELECT id FROM automation_runs WHERE automation_id = '00000000-0000-7000-8001-000000000206' AND fire_key = 'key 9'",
    ),
    (
        "idx_automation_triggers_event",
        "SELECT node FROM kairo.automation_triggers WHERE kind = 'event' AND event = 'run.failed'",
    ),
    (
        "automation_run_steps_pkey",
        "SELECT node FROM kairo.automation_run_steps WHERE run_id = '00000000-0000-7000-8001-000000000206' AND seq > 0
          ORDER BY seq LIMIT 100",
    ),
    (
        "idx_runs_automation",
        "SELECT count(*) FROM automation_runs WHERE automation_id = '00000000-0000-7000-8001-000000000206'
          AND started_at >= '2026-01-02'",
    ),
];

const OPEN_CHILDREN: (&str, &str) = (
    "idx_runs_parent",
    "SELECT id FROM automation_runs WHERE parent_run = '28dd2c79-55ce-9264-5624-0b2ff0100b6e' AND status = 'RUNNING'
      ORDER BY started_at, id",
);
const ANSWER: (&str, &str) = (
    "idx_automation_run_steps_answer",
    "SELECT output FROM kairo.automation_run_steps WHERE run_id = '00000000-0000-7000-8001-000000000206'
      AND kind = 'respond' AND state = 'DONE' ORDER BY seq LIMIT 1",
);

const OF_AN_OWNER: [(&str, &str); 3] = [
    OPEN_CHILDREN,
    (
        "automation_run_steps_pkey",
        "SELECT node FROM kairo.automation_run_steps WHERE run_id = '00000000-0000-7000-8001-000000000206' AND seq > 0
          ORDER BY seq LIMIT 100",
    ),
    (
        "automation_versions_pkey",
        "SELECT flow FROM kairo.automation_versions WHERE automation_id = '00000000-0000-7000-8001-000000000206'
          ORDER BY number DESC LIMIT 26",
    ),
];

//! Runs in the database: who waits for whom, and what becomes of what another client does.

use kairo_domain::{
    Actor, Automation, AutomationId, FailedPhase, FlowNumber, Run, RunFailure, RunId, RunPhase, User, Verb,
};
use kairo_flow::{StepError, StepState, TriggerKind};
use kairo_ports::{Claiming, RunLimits, Store, StoreError, UnitOfWork};
use kairo_testkit::builders::{
    acting, active_automation, admin, at, listener, permit, run, step, step_in_state,
};
use kairo_testkit::postgres::TestDatabase;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::support::{connect, connect_owner, execute, migrated_database, store_of, until};

const LIMITS: RunLimits = RunLimits { per_owner: 100 };

/// Somebody waits for somebody else.
const WAITING: &str = "EXISTS (SELECT FROM pg_stat_activity
                               WHERE datname = current_database() AND wait_event_type = 'Lock')";

/// An owner with an automation of which one run at a time is worked on, and two runs of it.
struct World {
    owner: User,
    automation: Automation,
    runs: [Run; 2],
}

async fn world(store: &dyn Store) -> World {
    let owner = admin("Ada").build();
    let automation = active_automation(owner.id, "Mine")
        .with(|automation| automation.settings.max_concurrent_runs = Some(1))
        .build();
    let runs = [run(&automation).build(), run(&automation).build()];
    let system = Actor::System;
    let mut work = store.begin(&system).await.unwrap();
    work.users().add(&permit(&system, Verb::Create, &owner), &owner).await.unwrap();
    work.automations().add(&permit(&system, Verb::Create, &automation), &automation).await.unwrap();
    for run in &runs {
        assert!(work.runs().add(&permit(&system, Verb::Create, run), run, &[]).await.unwrap());
    }
    work.commit().await.unwrap();
    World { owner, automation, runs }
}

async fn claim(work: &mut dyn UnitOfWork, run: &Run) -> Claiming {
    work.progress().claim(run.id, LIMITS, None, at(1)).await.unwrap()
}

fn taken(claiming: Claiming) -> Run {
    match claiming {
        Claiming::Taken(claimed) => claimed.run,
        other => panic!("{other:?}"),
    }
}

/// What the future gives when the unit is committed as soon as the future waits for it.
async fn after<T>(database: &TestDatabase, unit: Box<dyn UnitOfWork>, late: impl Future<Output = T>) -> T {
    let mut watcher = connect(database.url()).await;
    let ending = async {
        until(&mut watcher, WAITING).await;
        unit.commit().await.unwrap();
    };
    tokio::join!(late, ending).0
}

#[tokio::test]
async fn the_last_place_is_taken_once() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { automation, runs: [first, second], .. } = world(&store).await;
    let mut one = store.begin(&Actor::System).await.unwrap();
    taken(claim(&mut *one, &first).await);
    let mut two = store.begin(&Actor::System).await.unwrap();
    assert_eq!(after(&database, one, claim(&mut *two, &second)).await, Claiming::InLine(automation.id));
}

#[tokio::test]
async fn of_two_jobs_for_one_run_the_second_has_nothing_to_do_while_a_worker_has_the_first() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { runs: [queued, _], .. } = world(&store).await;
    let mut worker = connect(database.url()).await;
    let mut job = async |key: &str| -> i64 {
        let sql = "SELECT kairo.enqueue('drive_run', '{}', now(), $1)";
        sqlx::query(sql).bind(key).execute(&mut worker).await.unwrap();
        let sql = "UPDATE graphile_worker._private_jobs SET locked_by = 'w', locked_at = now() WHERE key = $1 RETURNING id";
        sqlx::query_scalar(sql).bind(key).fetch_one(&mut worker).await.unwrap()
    };
    let [first, second] = [job("one").await, job("two").await];
    let claim = async |delivery| {
        let mut work = store.begin(&Actor::System).await.unwrap();
        let claiming = work.progress().claim(queued.id, LIMITS, Some(delivery), at(1)).await.unwrap();
        work.commit().await.unwrap();
        claiming
    };
    taken(claim(first).await);
    assert_eq!(claim(second).await, Claiming::Nothing);
    // Delivered once more, since its worker is gone.
    assert_eq!(taken(claim(first).await).fence, 2);
    let gone = format!(
        "UPDATE graphile_worker._private_jobs SET locked_by = NULL, locked_at = NULL WHERE id = {first}"
    );
    execute(&mut connect(database.url()).await, &gone).await;
    assert_eq!(taken(claim(second).await).fence, 3);
    assert_eq!(claim(first).await, Claiming::Nothing);
}

#[tokio::test]
async fn a_checkpoint_waits_for_whoever_takes_the_run_and_is_stale() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { owner, automation, runs: [queued, _] } = world(&store).await;
    let mut work = store.begin(&Actor::System).await.unwrap();
    let slow = taken(claim(&mut *work, &queued).await);
    work.commit().await.unwrap();
    let mut rival = store.begin(&Actor::System).await.unwrap();
    taken(claim(&mut *rival, &queued).await);
    let mut late = store.begin(&acting(automation.id, &owner)).await.unwrap();
    let written = after(&database, rival, late.progress().checkpoint(&slow, &[step(1, "a").build()])).await;
    assert!(matches!(written, Err(StoreError::Stale)), "{written:?}");
    assert!(late.commit().await.is_err());
}

#[tokio::test]
async fn a_second_firing_waits_for_the_first() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { automation, runs: [known, _], .. } = world(&store).await;
    let fired = || run(&automation).with(|run| run.firing.key = "once".to_owned()).build();
    let (first, second) = (fired(), fired());
    let system = Actor::System;
    let mut one = store.begin(&system).await.unwrap();
    assert!(one.runs().add(&permit(&system, Verb::Create, &first), &first, &[]).await.unwrap());
    let mut two = store.begin(&system).await.unwrap();
    let may = permit(&system, Verb::Create, &second);
    assert!(!after(&database, one, two.runs().add(&may, &second, &[])).await.unwrap());
    assert_eq!(two.runs().get(known.id).await.unwrap(), Some(known));
}

#[tokio::test]
async fn a_run_that_ends_leaves_its_steps_in_brief_where_the_seed_has_logs() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { runs: [queued, _], .. } = world(&store).await;
    let mut work = store.begin(&Actor::System).await.unwrap();
    let mut run = taken(claim(&mut *work, &queued).await);
    let error = StepError::permanent("stopped", "a \0 that JSON of the database does not know");
    let failed = StepState::Failed { error, port: None };
    let steps = [step(1, "first").build(), step_in_state(2, "second", failed).build()];
    run.fail(FailedPhase::Failed, RunFailure::of_run("stopped", "stopped"), at(9)).unwrap();
    work.progress().checkpoint(&run, &steps).await.unwrap();
    work.commit().await.unwrap();
    let mut owner = connect_owner(&database).await;
    let logs: serde_json::Value = sqlx::query_scalar("SELECT logs FROM automation_runs WHERE id = $1")
        .bind(run.id.uuid())
        .fetch_one(&mut owner)
        .await
        .unwrap();
    let told =
        |name: &str| logs.as_array().unwrap().iter().map(|step| step[name].clone()).collect::<Vec<_>>();
    assert_eq!(told("node"), ["first", "second"]);
    assert_eq!(told("state"), ["DONE", "FAILED"]);
    assert_eq!(told("error"), [serde_json::Value::Null, "stopped".into()]);
    assert!(told("ms").iter().all(serde_json::Value::is_number), "{logs}");
    assert!(!logs.to_string().contains("does not know"));
}

#[tokio::test]
async fn counts_pass_over_an_automation_that_somebody_holds() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { owner, automation, .. } = world(&store).await;
    let free = active_automation(owner.id, "Free").build();
    let system = Actor::System;
    let mut work = store.begin(&system).await.unwrap();
    work.automations().add(&permit(&system, Verb::Create, &free), &free).await.unwrap();
    for counted in [&automation, &free] {
        let may = permit(&system, Verb::Run, counted);
        work.automations().count_runs(&may, counted.id, 3, at(7)).await.unwrap();
    }
    work.commit().await.unwrap();
    let mut somebody = connect_owner(&database).await;
    execute(
        &mut somebody,
        &format!("BEGIN; SELECT FROM automations WHERE id = '{}' FOR UPDATE", automation.id),
    )
    .await;
    let settle = async || {
        let mut work = store.begin(&system).await.unwrap();
        let settled = work.automations().settle_counts(10).await.unwrap();
        work.commit().await.unwrap();
        settled
    };
    assert_eq!(settle().await, 1);
    execute(&mut somebody, "COMMIT").await;
    assert_eq!((settle().await, settle().await), (1, 0));
    let seen: Vec<i32> = sqlx::query_scalar("SELECT execution_count FROM automations ORDER BY id")
        .fetch_all(&mut somebody)
        .await
        .unwrap();
    assert_eq!(seen, [3, 3], "as whoever reads the table sees it");
}

#[tokio::test]
async fn a_purge_passes_over_what_another_one_removes() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    world(&store).await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, "UPDATE automation_runs SET status = 'SUCCESS'").await;
    let late = at(0) + chrono::TimeDelta::days(40_000);
    let mut one = store.begin(&Actor::System).await.unwrap();
    let mut two = store.begin(&Actor::System).await.unwrap();
    assert_eq!(one.progress().purge(late, 1).await.unwrap(), 1);
    assert_eq!(two.progress().purge(late, 9).await.unwrap(), 1);
}

#[tokio::test]
async fn a_flow_that_is_changed_by_hand_is_kept_as_a_version() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { automation, .. } = world(&store).await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, "UPDATE automations SET title = 'Another'").await;
    execute(&mut owner, r#"UPDATE automations SET flow = '{"nodes": [{"id": "x", "type": "note"}]}'"#).await;
    let mut work = store.begin_read(&Actor::System).await.unwrap();
    let stored = work.automations().get(automation.id).await.unwrap().unwrap();
    assert_eq!((stored.flow_number.number(), stored.version.number()), (2, 3));
    let flows = work.automations().flows(automation.id, None, 9).await.unwrap();
    assert_eq!(flows.iter().map(|flow| flow.number.number()).collect::<Vec<_>>(), [2, 1]);
    assert_eq!((&flows[0].flow, flows[0].drawn_by), (&stored.flow, None));
    assert_eq!(flows[1].number, FlowNumber::FIRST);
}

#[tokio::test]
async fn what_another_client_writes_of_a_run_can_be_read() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { runs: [queued, _], .. } = world(&store).await;
    let mut work = store.begin(&Actor::System).await.unwrap();
    let claimed = taken(claim(&mut *work, &queued).await);
    work.commit().await.unwrap();
    let mut owner = connect_owner(&database).await;
    execute(
        &mut owner,
        &format!("SET ROLE kairo_direct; UPDATE automation_runs SET status = 'FAILED', error = 'by hand' WHERE id = '{}';
                  INSERT INTO automation_runs (id, automation_id, status)
                  SELECT '00000000-0000-0000-0000-000000000007', automation_id, 'SUCCESS' FROM automation_runs LIMIT 1;
                  RESET ROLE; SET ROLE kairo_owner", claimed.id),
    )
    .await;
    let claims: i64 =
        sqlx::query_scalar("SELECT count(*) FROM kairo.run_claims").fetch_one(&mut owner).await.unwrap();
    assert_eq!(claims, 0);
    let mut work = store.begin(&Actor::System).await.unwrap();
    let ended = work.runs().get(claimed.id).await.unwrap().unwrap();
    assert_eq!(ended.phase(), RunPhase::Failed);
    let foreign = RunId::from_uuid(Uuid::from_u128(7));
    assert_eq!(work.runs().get(foreign).await.unwrap().unwrap().phase(), RunPhase::Success);
    let late = work.progress().checkpoint(&claimed, &[]).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
}

#[tokio::test]
async fn nobody_but_the_program_sees_tokens_or_claims() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    let seen: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT grantee || ' ' || table_name || ' ' || privilege_type FROM information_schema.column_privileges
          WHERE table_schema = 'kairo' AND grantee IN ('kairo_admin', 'kairo_team', 'kairo_client', 'kairo_public')
            AND (table_name IN ('run_claims', 'run_line') OR column_name IN ('token_digest', 'sealed_token')) ORDER BY 1",
    )
    .fetch_all(&mut owner)
    .await
    .unwrap();
    let written = ["kairo_admin", "kairo_client", "kairo_team"]
        .map(|role| format!("{role} automation_triggers INSERT"));
    assert_eq!(seen, written);
}

#[tokio::test]
async fn the_journal_passes_on_the_events_that_triggers_wait_for() {
    let database = migrated_database().await;
    let mut owner = connect_owner(&database).await;
    let condition: String =
        sqlx::query_scalar("SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'pass_on_event'")
            .fetch_one(&mut owner)
            .await
            .unwrap();
    let mut quoted: Vec<&str> = condition.split('\'').skip(1).step_by(2).collect();
    let mut events = TriggerKind::EVENTS.to_vec();
    quoted.sort_unstable();
    events.sort_unstable();
    assert_eq!(quoted, events);
}

/// The keys of the jobs that wait.
async fn jobs(owner: &mut PgConnection) -> Vec<String> {
    execute(owner, "RESET ROLE").await;
    let jobs = sqlx::query_scalar("SELECT key FROM graphile_worker._private_jobs ORDER BY key");
    let jobs = jobs.fetch_all(&mut *owner).await.unwrap();
    execute(owner, "SET ROLE kairo_owner").await;
    jobs
}

async fn listen(store: &dyn Store, automation: AutomationId, event: &str) {
    let mut work = store.begin(&Actor::System).await.unwrap();
    let automation = work.automations().get(automation).await.unwrap().unwrap();
    let may = permit(&Actor::System, Verb::Update, &automation);
    work.triggers().replace(&may, automation.id, &[listener(automation.id, "a", event)]).await.unwrap();
    work.commit().await.unwrap();
}

const LEAD: &str = "INSERT INTO leads (name, email, message) VALUES ('Ada', 'ada@example.com', 'Hello')";

#[tokio::test]
async fn a_lead_that_is_made_by_hand_fires_as_well() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let World { automation, .. } = world(&store).await;
    let mut owner = connect_owner(&database).await;
    execute(&mut owner, LEAD).await;
    assert_eq!(jobs(&mut owner).await, [] as [String; 0]);
    listen(&store, automation.id, "lead.created").await;
    execute(&mut owner, LEAD).await;
    execute(&mut owner, "UPDATE leads SET name = 'Bob'").await;
    let seq: i64 = sqlx::query_scalar("SELECT max(seq) FROM kairo.journal WHERE event = 'lead.created'")
        .fetch_one(&mut owner)
        .await
        .unwrap();
    assert_eq!(jobs(&mut owner).await, [format!("event:{seq}")]);
}

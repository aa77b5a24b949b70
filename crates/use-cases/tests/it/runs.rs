//! Runs against the in-memory store.

use chrono::TimeDelta;
use kairo_domain::{Actor, AutomationStatus, Job, LeadStatus, Role, RunPhase, RunState, Verb};
use kairo_ports::Store;
use kairo_testkit::builders::{full_lead, permit};
use kairo_use_cases::{Error, RetryFrom, RetryOn, RetryRun};
use serde_json::{Value, json};

use crate::engine::{done, flow, new};
use crate::world::World;

/// A lead that is there.
pub(crate) async fn lead(world: &World) -> String {
    let lead = full_lead().with(|lead| lead.status = LeadStatus::New).build();
    let mut work = world.store.begin(&Actor::System).await.unwrap();
    work.leads().add(&permit(&Actor::System, Verb::Create, &lead), &lead).await.unwrap();
    work.commit().await.unwrap();
    lead.id.to_string()
}

pub(crate) async fn notes(world: &World, lead: &str) -> Vec<String> {
    let id = lead.parse().map(kairo_domain::Id::from_uuid).unwrap();
    world.notes_of(id).await
}

#[tokio::test]
async fn a_run_transforms_and_notes_and_ends_with_its_last_output() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let flow = flow(
        &[
            ("t", "trigger.manual", json!({})),
            ("text", "transform", json!({"value": {"text": "hello {{ trigger.name | upper }}"}})),
            ("note", "lead.note", json!({"lead": lead, "text": "{{ steps.text.text }}"})),
        ],
        &["t>text", "text>note"],
    );
    let automation = world.active(&world.as_team(), flow).await;
    let run = world.fire(&world.as_team(), automation.id, json!({"name": "ada"})).await;
    assert_eq!(world.phase(run).await, RunPhase::Queued);
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
    assert_eq!(notes(&world, &lead).await, ["hello ADA"]);
    assert_eq!(world.done_steps(run).await, ["text", "note"]);
    let counted = world.studio.automations().get(&world.as_team(), automation.id).await.unwrap();
    assert_eq!((counted.execution_count, counted.last_executed_at), (1, Some(world.now())));
    assert_eq!(counted.version, automation.version);
}

#[tokio::test]
async fn a_server_that_is_down_is_tried_again_under_the_same_key() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        (
            "call",
            "http.request",
            json!({"method": "POST", "url": "https://api.example.com/x", "body": {"a": 1}}),
        ),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>call"])).await;
    world.egress.answer_next(503, json!({"error": "down"}));
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Waiting);
    world.clock.advance(TimeDelta::minutes(10));
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
    let keys = world.egress.keys();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
    assert_eq!(keys[0], format!("{run}:call:"));
}

#[tokio::test]
async fn a_server_that_names_a_pause_is_left_alone_for_that_long() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>call"])).await;
    world.egress.answer_next_with(500, &[("retry-after", "1800")], json!({}));
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    let until = world.now() + TimeDelta::minutes(30);
    assert_eq!(world.run(run).await.state, RunState::Waiting { until: Some(until) });
}

#[tokio::test]
async fn the_error_port_is_taken_after_the_last_attempt() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        (
            "call",
            "http.request",
            json!({"method": "GET", "url": "https://api.example.com/x", "$data": {"retry": {"attempts": 2}}}),
        ),
        ("sorry", "transform", json!({"value": "{{ steps.call.error.code }}"})),
        ("fine", "transform", json!({"value": 1})),
    ];
    let automation =
        world.active(&world.as_team(), flow(&nodes, &["t>call", "call>fine", "call/error>sorry"])).await;
    world.egress.answer_next(500, json!({}));
    world.egress.answer_next(500, json!({}));
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    world.clock.advance(TimeDelta::minutes(10));
    world.work().await;
    assert_eq!(world.outcome(run).await, Ok(json!("http_status")));
    assert_eq!(world.egress.keys().len(), 2);
}

#[tokio::test]
async fn what_no_retry_heals_fails_at_once() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>call"])).await;
    world.egress.answer_next(404, json!({}));
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    assert_eq!(world.outcome(run).await, Err("http_status".to_owned()));
    assert!(world.events().await.contains(&"run.failed".to_owned()));
}

#[tokio::test]
async fn a_wait_holds_no_worker_and_goes_on_at_its_time() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("wait", "wait", json!({"days": 2})),
        ("note", "lead.note", json!({"lead": lead, "text": "two days later"})),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>wait", "wait>note"])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    let until = world.now() + TimeDelta::days(2);
    assert_eq!(world.run(run).await.state, RunState::Waiting { until: Some(until) });
    world.clock.advance(TimeDelta::days(1));
    // A job that comes too early changes nothing.
    world.studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
    assert_eq!(world.phase(run).await, RunPhase::Waiting);
    world.clock.advance(TimeDelta::days(1));
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
    assert_eq!(notes(&world, &lead).await, ["two days later"]);
}

#[tokio::test]
async fn a_worker_that_comes_back_from_the_dead_writes_nothing() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
        ("note", "lead.note", json!({"lead": lead, "text": "once"})),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>call", "call>note"])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    // The first worker freezes in the middle of its request; the second takes the run and finishes it.
    let second = world.second_node();
    world.egress.while_next(Box::pin(async move {
        second.jobs().perform(&Job::DriveRun(run)).await.map(drop).unwrap();
    }));
    world.studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
    assert_eq!(world.phase(run).await, RunPhase::Success);
    assert_eq!(notes(&world, &lead).await, ["once"]);
    let keys = world.egress.keys();
    assert_eq!((keys.len(), &keys[0]), (2, &keys[1]));
}

#[tokio::test]
async fn a_person_ends_a_run_in_the_middle_of_a_request() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
        ("note", "lead.note", json!({"lead": lead, "text": "never"})),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>call", "call>note"])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    let (studio, team) = (world.studio.clone(), world.as_team());
    world.egress.while_next(Box::pin(async move {
        studio.runs().cancel(&team, run, None).await.unwrap();
    }));
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Cancelled);
    assert_eq!(notes(&world, &lead).await, Vec::<String>::new());
    let again = world.studio.runs().cancel(&world.as_team(), run, None).await;
    assert!(matches!(again, Err(Error::IllegalTransition { from: "CANCELLED", .. })));
}

#[tokio::test]
async fn a_loop_has_its_effect_once_for_each_item_whatever_comes_between() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("each", "forEach", json!({"items": "trigger.names"})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/{{ item }}"})),
        ("note", "lead.note", json!({"lead": lead, "text": "{{ index }} {{ item }}"})),
        ("end", "transform", json!({"value": "{{ steps.each | length }}"})),
    ];
    let edges = ["t>each", "each/item>call", "call>note", "each/done>end"];
    let automation = world.active(&world.as_team(), flow(&nodes, &edges)).await;
    let run = world.fire(&world.as_team(), automation.id, json!({"names": ["a", "b", "c"]})).await;
    for _ in 0..3 {
        // Every second request fails for now, so the run is put down and taken up again.
        world.egress.answer_next(503, json!({}));
        world.work().await;
        world.clock.advance(TimeDelta::minutes(10));
        world.work().await;
    }
    assert_eq!(world.outcome(run).await, Ok(json!(3)));
    assert_eq!(notes(&world, &lead).await, ["0 a", "1 b", "2 c"]);
}

#[tokio::test]
async fn a_paused_automation_starts_nothing_and_lets_its_runs_finish() {
    let world = World::new().await;
    let nodes = [("t", "trigger.manual", json!({})), ("wait", "wait", json!({"minutes": 5}))];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>wait"])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    world.set(&world.as_team(), automation.id, AutomationStatus::Paused).await;
    let order = kairo_use_cases::StartRun { automation: automation.id, trigger: None, input: Value::Null };
    let refused = world.studio.runs().start(&world.as_team(), order, None).await;
    assert!(matches!(refused, Err(Error::NotActive { status: "PAUSED" })));
    world.clock.advance(TimeDelta::minutes(5));
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
    let order = RetryRun { run, from: RetryFrom::Start, which: RetryOn::Latest };
    let refused = world.studio.runs().retry(&world.as_team(), order, None).await;
    assert!(matches!(refused, Err(Error::NotActive { status: "PAUSED" })));
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_given_up() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
        ("end", "transform", json!({"value": 1})),
    ];
    let mut order = new("Slow", flow(&nodes, &["t>call", "call>end"]));
    order.settings.run_timeout_seconds = 60;
    let automation = world.draft(&world.as_team(), order).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    let clock = world.clock.clone();
    world.egress.while_next(Box::pin(async move { clock.advance(TimeDelta::seconds(61)) }));
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::TimedOut);
    assert_eq!(world.outcome(run).await, Err("timed_out".to_owned()));
}

#[tokio::test]
async fn a_step_that_ends_its_workers_is_quarantined() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>call"])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    for _ in 0..5 {
        // The worker dies in the middle of the request: its future is dropped.
        world.egress.never_answer_next();
        let studio = world.studio.clone();
        let mut dies = Box::pin(async move { studio.jobs().perform(&Job::DriveRun(run)).await });
        assert!(futures_util::poll!(&mut dies).is_pending());
    }
    world.studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
    assert_eq!(world.outcome(run).await, Err("quarantined".to_owned()));
}

#[tokio::test]
async fn runs_stop_when_their_owner_may_not_act_any_more() {
    let world = World::new().await;
    let other = world.with_user("gone@kairo.example", Role::Team).await;
    let actor = kairo_testkit::builders::actor_of(&other);
    let nodes = [("t", "trigger.manual", json!({}))];
    let automation = world.active(&actor, flow(&nodes, &[])).await;
    let run = world.fire(&actor, automation.id, json!({})).await;
    let order = kairo_use_cases::MoveUser { user: other.id, seen: Default::default() };
    world.studio.users().suspend(&world.as_admin(), order, None).await.unwrap();
    world.work().await;
    assert_eq!(world.outcome(run).await, Err("owner_gone".to_owned()));
}

#[tokio::test]
async fn a_failed_run_is_done_again_from_the_step_that_failed() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("note", "lead.note", json!({"lead": lead, "text": "once"})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>note", "note>call"])).await;
    world.egress.answer_next(400, json!({}));
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Failed);
    let order = RetryRun { run, from: RetryFrom::Failure, which: RetryOn::Pinned };
    let again = done(world.studio.runs().retry(&world.as_team(), order, None).await.unwrap());
    assert_eq!(again.firing.retry_of, Some(run));
    world.work().await;
    assert_eq!(world.phase(again.id).await, RunPhase::Success);
    assert_eq!(notes(&world, &lead).await, ["once"]);
    let order = RetryRun { run, from: RetryFrom::Start, which: RetryOn::Latest };
    done(world.studio.runs().retry(&world.as_team(), order, None).await.unwrap());
    world.work().await;
    assert_eq!(notes(&world, &lead).await, ["once", "once"]);
}

#[tokio::test]
async fn a_step_has_the_rights_of_the_owner_and_no_more() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let nodes =
        [("t", "trigger.manual", json!({})), ("move", "lead.move", json!({"lead": lead, "to": "CONTACTED"}))];
    let automation = world.active(&world.as_client(), flow(&nodes, &["t>move"])).await;
    let run = world.fire(&world.as_client(), automation.id, json!({})).await;
    world.work().await;
    assert_eq!(world.outcome(run).await, Err("not_found".to_owned()));
    let id = lead.parse().map(kairo_domain::Id::from_uuid).unwrap();
    let lead = world.studio.leads().get(&world.as_team(), id).await.unwrap();
    assert_eq!(lead.status, LeadStatus::New);
}

#[tokio::test]
async fn a_run_whose_job_was_lost_gets_another() {
    let world = World::new().await;
    let automation = world.active(&world.as_team(), flow(&[("t", "trigger.manual", json!({}))], &[])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    assert_eq!(world.studio.jobs().sweep().await.unwrap(), 0);
    assert_eq!(world.store.take_due_jobs(world.now()).len(), 1, "somebody empties the queue");
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(world.studio.jobs().sweep().await.unwrap(), 1);
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
}

#[tokio::test]
async fn a_run_is_found_behind_many_that_have_their_job() {
    let world = World::new().await;
    let automation = world.active(&world.as_team(), flow(&[("t", "trigger.manual", json!({}))], &[])).await;
    for _ in 0..250 {
        world.fire(&world.as_team(), automation.id, json!({})).await;
    }
    world.clock.advance(TimeDelta::seconds(1));
    let lost = kairo_testkit::builders::run(&automation).with(|run| run.started_at = world.now()).build();
    let mut work = world.store.begin(&Actor::System).await.unwrap();
    work.runs().add(&permit(&Actor::System, Verb::Create, &lost), &lost, &[]).await.unwrap();
    work.commit().await.unwrap();
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(world.studio.jobs().sweep().await.unwrap(), 1);
}

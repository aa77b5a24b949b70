//! What fires without a person, against the in-memory store.

use chrono::TimeDelta;
use kairo_domain::{AutomationId, AutomationStatus, Job, Limit, PageRequest, Run, RunPhase};
use kairo_flow::FlowDocument;
use kairo_testkit::builders::full_lead;
use kairo_use_cases::{CaptureLead, Code, Delivery, Error, HookAnswer, Listing};
use serde_json::{Map, Value, json};

use crate::engine::{done, flow};
use crate::world::World;

/// The automations of all runs that nobody has taken, in the order in which they were fired.
async fn fired(world: &World) -> Vec<AutomationId> {
    let jobs = world.store.take_due_jobs(world.now()).into_iter();
    let mut ids: Vec<_> =
        jobs.map(|job| if let Job::DriveRun(id) = job { id } else { panic!("{job:?}") }).collect();
    ids.sort();
    let mut automations = Vec::new();
    for id in ids {
        automations.push(world.run(id).await.automation);
    }
    automations
}

async fn runs(world: &World) -> Vec<Run> {
    let page = PageRequest { limit: Limit::new(Limit::MAX).unwrap(), ..PageRequest::default() };
    let all = Listing { page, ..Listing::default() };
    let mut runs = world.studio.runs().list(&world.as_admin(), &all).await.unwrap().items;
    runs.reverse();
    runs
}

async fn token(world: &World, automation: kairo_domain::AutomationId) -> kairo_domain::Redacted<String> {
    world.studio.automations().hooks(&world.as_team(), automation).await.unwrap()[0].token.clone().unwrap()
}

fn delivery(token: &kairo_domain::Redacted<String>, name: Option<&str>, body: &Value) -> Delivery {
    Delivery {
        token: token.clone(),
        method: "POST".to_owned(),
        headers: Map::new(),
        query: Map::new(),
        raw: body.to_string().into_bytes(),
        body: body.clone(),
        name: name.map(str::to_owned),
    }
}

fn hooked(params: Value) -> FlowDocument {
    let nodes =
        [("t", "trigger.webhook", params), ("a", "transform", json!({"value": "{{ trigger.body }}"}))];
    flow(&nodes, &["t>a"])
}

fn on(event: &str, filter: Option<&str>) -> FlowDocument {
    let mut params = json!({"event": event});
    if let Some(filter) = filter {
        params["filter"] = json!(filter);
    }
    let nodes = [("t", "trigger.event", params), ("a", "transform", json!({"value": "{{ trigger.event }}"}))];
    flow(&nodes, &["t>a"])
}

async fn capture(world: &World, name: &str) {
    let mut details = full_lead().build().details.clone();
    details.name = kairo_testkit::builders::person(name);
    let order = CaptureLead { details };
    done(world.studio.leads().capture(&kairo_domain::Actor::Visitor, order, None).await.unwrap());
}

#[tokio::test]
async fn a_delivery_is_stored_before_it_is_answered_and_run_once() {
    let world = World::new().await;
    let automation = world.active(&world.as_team(), hooked(json!({}))).await;
    let token = token(&world, automation.id).await;
    let firings = world.studio.firings();
    let first = firings.deliver(delivery(&token, Some("d-1"), &json!({"n": 1}))).await.unwrap();
    let again = firings.deliver(delivery(&token, Some("d-1"), &json!({"n": 1}))).await.unwrap();
    assert_eq!(again.run, None);
    firings.deliver(delivery(&token, None, &json!({"n": 2}))).await.unwrap();
    world.work().await;
    assert_eq!(world.outcome(first.run.unwrap()).await, Ok(json!({"n": 1})));
    assert_eq!(runs(&world).await.len(), 2);
}

#[tokio::test]
async fn a_delivery_is_taken_in_exactly_when_a_run_can_begin_with_it() {
    let world = World::new().await;
    let automation = world.active(&world.as_team(), hooked(json!({}))).await;
    let token = token(&world, automation.id).await;
    let deliver = async |body: Value| world.studio.firings().deliver(delivery(&token, None, &body)).await;
    let small = deliver(json!("")).await.unwrap().run.unwrap();
    let left = (1 << 20) - world.run(small).await.input.to_string().len();
    let largest = deliver(json!("x".repeat(left))).await.unwrap().run.unwrap();
    world.work().await;
    assert_eq!(world.phase(largest).await, RunPhase::Success);
    let refused = deliver(json!("x".repeat(left + 1))).await.unwrap_err();
    assert_eq!(refused.code(), Code::TooLarge);
    // Written as `1.5` here, and as long as a fraction can be in a run.
    let refused = deliver(json!([1.5].repeat(50_000))).await.unwrap_err();
    assert_eq!(refused.code(), Code::TooLarge);
    assert_eq!(runs(&world).await.len(), 2);
}

#[tokio::test]
async fn an_address_is_dead_while_its_automation_does_not_fire() {
    let world = World::new().await;
    let automation = world.active(&world.as_team(), hooked(json!({}))).await;
    let token = token(&world, automation.id).await;
    world.set(&world.as_team(), automation.id, AutomationStatus::Paused).await;
    let refused = world.studio.firings().deliver(delivery(&token, None, &json!({}))).await;
    assert!(matches!(refused, Err(Error::NotFound { what: "webhook" })));
    world.set(&world.as_team(), automation.id, AutomationStatus::Active).await;
    assert!(world.studio.firings().deliver(delivery(&token, None, &json!({}))).await.is_ok());
    let made_up = kairo_domain::Redacted::new("made-up".to_owned());
    assert!(world.studio.firings().deliver(delivery(&made_up, None, &json!({}))).await.is_err());
}

#[tokio::test]
async fn a_flow_answers_the_request_that_fired_it() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.webhook", json!({"respond": "node"})),
        (
            "say",
            "respond",
            json!({"status": 201, "headers": {"x-a": "b"}, "body": {"got": "{{ trigger.body.n }}"}}),
        ),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>say"])).await;
    let token = token(&world, automation.id).await;
    let firings = world.studio.firings();
    let run = firings.deliver(delivery(&token, None, &json!({"n": 7}))).await.unwrap().run.unwrap();
    assert_eq!(firings.answer(run).await.unwrap(), None);
    world.work().await;
    let said =
        HookAnswer::Said { status: 201, headers: vec![("x-a".into(), "b".into())], body: json!({"got": 7}) };
    assert_eq!(firings.answer(run).await.unwrap(), Some(said));
}

#[tokio::test]
async fn a_lead_that_comes_in_fires_what_the_team_drew() {
    let world = World::new().await;
    world.active(&world.as_team(), on("lead.created", Some("trigger.lead.name == 'Ada'"))).await;
    capture(&world, "Ada").await;
    capture(&world, "Bob").await;
    world.work().await;
    let runs = runs(&world).await;
    assert_eq!(runs.len(), 1);
    assert_eq!(world.run(runs[0].id).await.input["lead"]["name"], "Ada");
    assert_eq!((runs[0].phase(), runs[0].firing.by), (RunPhase::Success, "event"));
}

#[tokio::test]
async fn an_event_that_is_delivered_twice_fires_once() {
    let world = World::new().await;
    world.active(&world.as_team(), on("lead.created", None)).await;
    capture(&world, "Ada").await;
    for job in world.store.take_due_jobs(world.now()) {
        world.studio.jobs().perform(&job).await.unwrap();
        world.second_node().jobs().perform(&job).await.unwrap();
    }
    assert_eq!(runs(&world).await.len(), 1);
}

#[tokio::test]
async fn clients_never_hear_of_leads() {
    let world = World::new().await;
    world.active(&world.as_client(), on("lead.created", None)).await;
    world.active(&world.as_team(), on("lead.created", None)).await;
    capture(&world, "Ada").await;
    world.work().await;
    let runs = runs(&world).await;
    assert_eq!(runs.iter().map(|run| run.owner).collect::<Vec<_>>(), [world.team.id]);
}

#[tokio::test]
async fn one_bad_filter_keeps_nobody_elses_back() {
    let world = World::new().await;
    world.active(&world.as_admin(), on("lead.created", Some("trigger.lead.nothing.there"))).await;
    world.active(&world.as_team(), on("lead.created", None)).await;
    capture(&world, "Ada").await;
    world.work().await;
    assert_eq!(runs(&world).await.len(), 1);
    assert!(world.events().await.contains(&"automation.refused".to_owned()));
}

#[tokio::test]
async fn failures_are_heard_of_and_do_not_go_round_in_circles() {
    let world = World::new().await;
    let fails = |event: &str| {
        let nodes =
            [("t", "trigger.event", json!({"event": event})), ("f", "fail", json!({"message": "no"}))];
        flow(&nodes, &["t>f"])
    };
    // Two that fail, and each hears of the failures of the other.
    world.active(&world.as_team(), fails("run.failed")).await;
    world.active(&world.as_team(), fails("run.failed")).await;
    let nodes = [("t", "trigger.manual", json!({})), ("f", "fail", json!({"message": "no"}))];
    let first = world.active(&world.as_team(), flow(&nodes, &["t>f"])).await;
    world.fire(&world.as_team(), first.id, json!({})).await;
    world.work().await;
    let runs = runs(&world).await;
    assert!(runs.iter().all(|run| run.phase() == RunPhase::Failed && run.firing.depth <= Run::MAX_DEPTH));
    let deepest = runs.iter().map(|run| run.firing.depth).max();
    assert_eq!(deepest, Some(Run::MAX_DEPTH));
}

#[tokio::test]
async fn a_planned_instant_makes_one_run_whatever_the_number_of_processes() {
    let world = World::new().await;
    let nodes = [("t", "trigger.schedule", json!({"cron": "* * * * *"}))];
    world.active(&world.as_team(), flow(&nodes, &[])).await;
    let processes = [world.studio.clone(), world.second_node(), world.second_node()];
    for _ in 0..60 {
        world.clock.advance(TimeDelta::minutes(1));
        for process in &processes {
            process.firings().fire_schedules().await.unwrap();
        }
    }
    assert_eq!(runs(&world).await.len(), 60);
}

#[tokio::test]
async fn missed_instants_make_one_run_where_the_policy_says_once() {
    let world = World::new().await;
    let nodes = |missed: &str| {
        flow(&[("t", "trigger.schedule", json!({"cron": "* * * * *", "missed": missed}))], &[])
    };
    let once = world.active(&world.as_team(), nodes("once")).await;
    let all = world.active(&world.as_team(), nodes("all")).await;
    world.clock.advance(TimeDelta::minutes(10));
    world.studio.firings().fire_schedules().await.unwrap();
    let runs = runs(&world).await;
    let of = |id| runs.iter().filter(|run| run.automation == id).count();
    assert_eq!((of(once.id), of(all.id)), (1, 10));
}

#[tokio::test]
async fn schedules_that_catch_up_take_turns_with_all_others() {
    let world = World::new().await;
    let every = |cron: &str, missed: &str| {
        flow(&[("t", "trigger.schedule", json!({"cron": cron, "missed": missed}))], &[])
    };
    let behind = world.active(&world.as_team(), every("* * * * * *", "all")).await;
    let other = world.active(&world.as_team(), every("* * * * * *", "all")).await;
    let hourly = world.active(&world.as_team(), every("0 * * * *", "skip")).await;
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(world.studio.firings().fire_schedules().await.unwrap(), 2 * 3_600 + 1);
    let fired = fired(&world).await;
    let place = fired.iter().position(|automation| *automation == hourly.id).unwrap();
    assert!(place <= 200, "the hourly one came after {place} others");
    let turns = fired.windows(2).filter(|pair| pair[0] != pair[1]).count();
    assert!(turns > 60, "{} and {} took {turns} turns", behind.id, other.id);
}

#[tokio::test]
async fn what_is_paused_misses_nothing_and_editing_plans_nothing_twice() {
    let world = World::new().await;
    let nodes = [("t", "trigger.schedule", json!({"cron": "0 * * * *"}))];
    let automation = world.active(&world.as_team(), flow(&nodes, &[])).await;
    world.set(&world.as_team(), automation.id, AutomationStatus::Paused).await;
    world.clock.advance(TimeDelta::hours(5));
    world.set(&world.as_team(), automation.id, AutomationStatus::Active).await;
    assert_eq!(world.studio.firings().fire_schedules().await.unwrap(), 0);
    world.clock.advance(TimeDelta::hours(1));
    assert_eq!(world.studio.firings().fire_schedules().await.unwrap(), 1);
}

//! What workers are told of the runs that they drive.

use chrono::TimeDelta;
use kairo_domain::{AutomationId, Job, RunId, RunPhase};
use kairo_flow::FlowDocument;
use kairo_use_cases::{Performed, RunEnd};
use serde_json::json;

use super::{flow, new};
use crate::runs::lead;
use crate::world::World;

async fn drive(world: &World, run: RunId) -> Performed {
    world.studio.jobs().perform(&Job::DriveRun(run)).await.unwrap()
}

fn end(phase: RunPhase, took: TimeDelta) -> Performed {
    Performed::RunEnded(RunEnd { fired_by: "manual", phase, took })
}

fn waiting() -> FlowDocument {
    let nodes = [("t", "trigger.manual", json!({})), ("wait", "wait", json!({"minutes": 5}))];
    flow(&nodes, &["t>wait"])
}

async fn fired(world: &World, flow: FlowDocument) -> (AutomationId, RunId) {
    let automation = world.active(&world.as_team(), flow).await.id;
    (automation, world.fire(&world.as_team(), automation, json!({})).await)
}

#[tokio::test]
async fn whoever_ends_a_run_is_told_how_and_nobody_else_is() {
    let world = World::new().await;
    let (_, run) = fired(&world, waiting()).await;
    assert_eq!(drive(&world, run).await, Performed::Done, "it waits");
    world.clock.advance(TimeDelta::minutes(5));
    assert_eq!(drive(&world, run).await, end(RunPhase::Success, TimeDelta::minutes(5)));
    assert_eq!(drive(&world, run).await, Performed::Done, "it has ended before");
}

#[tokio::test]
async fn a_run_that_ends_with_something_of_our_own_is_told_of_as_well() {
    let world = World::new().await;
    let note = json!({"lead": lead(&world).await, "text": "Called."});
    let nodes = [("t", "trigger.manual", json!({})), ("note", "lead.note", note)];
    let (_, run) = fired(&world, flow(&nodes, &["t>note"])).await;
    assert_eq!(drive(&world, run).await, end(RunPhase::Success, TimeDelta::zero()));
}

#[tokio::test]
async fn bad_ends_are_told_of_as_what_they_are() {
    let world = World::new().await;
    let nodes = [("t", "trigger.manual", json!({})), ("no", "fail", json!({"message": "no"}))];
    let (_, failing) = fired(&world, flow(&nodes, &["t>no"])).await;
    assert_eq!(drive(&world, failing).await, end(RunPhase::Failed, TimeDelta::zero()));

    let (_, cancelled) = fired(&world, waiting()).await;
    world.studio.runs().cancel(&world.as_team(), cancelled, None).await.unwrap();
    assert_eq!(drive(&world, cancelled).await, Performed::Done, "a person has ended it");
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_told_of_as_such() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
    ];
    let mut order = new("Slow", flow(&nodes, &["t>call"]));
    order.settings.run_timeout_seconds = 60;
    let automation = world.draft(&world.as_team(), order).await.id;
    let run = world.fire(&world.as_team(), automation, json!({})).await;
    let clock = world.clock.clone();
    world.egress.while_next(Box::pin(async move { clock.advance(TimeDelta::seconds(61)) }));
    assert_eq!(drive(&world, run).await, end(RunPhase::TimedOut, TimeDelta::seconds(61)));
}

//! How runs share workers.

use chrono::TimeDelta;
use kairo_domain::{Actor, Job, RunPhase, RunState};
use kairo_use_cases::WorkBounds;
use serde_json::{Value, json};

use super::flow;
use crate::world::World;

fn call() -> Value {
    json!({"method": "GET", "url": "https://api.example.com/x"})
}

#[tokio::test]
async fn a_run_that_is_long_at_it_makes_way_and_goes_on() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("one", "http.request", call()),
        ("two", "http.request", call()),
    ];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>one", "one>two"])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.store.take_due_jobs(world.now());
    let clock = world.clock.clone();
    world.egress.while_next(Box::pin(async move { clock.advance(TimeDelta::seconds(11)) }));
    world.studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
    assert_eq!(world.run(run).await.state, RunState::Waiting { until: Some(world.now()) });
    assert_eq!(world.done_steps(run).await, ["one"]);
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
}

#[tokio::test]
async fn whoever_waits_for_the_outside_keeps_nobody_from_working() {
    let world = World::new().await;
    let nodes = [("t", "trigger.manual", json!({})), ("call", "http.request", call())];
    let slow = world.active(&world.as_team(), flow(&nodes, &["t>call"])).await;
    let quick = world.active(&world.as_team(), flow(&nodes[..1], &[])).await;
    let slow = world.fire(&world.as_team(), slow.id, json!({})).await;
    let quick = world.fire(&world.as_team(), quick.id, json!({})).await;
    let jobs = world.studio.jobs().within(WorkBounds { at_a_time: 1, per_owner: 9 });
    let (others, studio) = (jobs.clone(), world.studio.clone());
    world.egress.while_next(Box::pin(async move {
        others.perform(&Job::DriveRun(quick)).await.unwrap();
        assert_eq!(studio.runs().get(&Actor::System, quick).await.unwrap().phase(), RunPhase::Success);
    }));
    jobs.perform(&Job::DriveRun(slow)).await.unwrap();
    assert_eq!(world.phase(slow).await, RunPhase::Success);
}

//! Sub-flows: who waits for whom, and who wakes whom.

use chrono::TimeDelta;
use kairo_domain::{Actor, Job, RunId, RunPhase, RunState};
use kairo_ports::Store;
use kairo_use_cases::{RetryFrom, RetryOn, RetryRun};
use serde_json::json;

use crate::engine::{done, flow};
use crate::runs::{lead, notes};
use crate::world::World;

#[tokio::test]
async fn a_sub_flow_is_waited_for_and_hands_back_what_it_came_to() {
    let world = World::new().await;
    let child_nodes = [
        ("t", "trigger.manual", json!({})),
        ("wait", "wait", json!({"minutes": 5})),
        ("double", "transform", json!({"value": "{{ trigger.n * 2 }}"})),
    ];
    let child = world.active(&world.as_team(), flow(&child_nodes, &["t>wait", "wait>double"])).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("sub", "subflow", json!({"automation": child.id.to_string(), "input": {"n": "{{ trigger.n }}"}})),
        ("end", "transform", json!({"value": "{{ steps.sub + 1 }}"})),
    ];
    let parent = world.active(&world.as_team(), flow(&nodes, &["t>sub", "sub>end"])).await;
    let run = world.fire(&world.as_team(), parent.id, json!({"n": 20})).await;
    world.work().await;
    assert_eq!(world.run(run).await.state, RunState::Waiting { until: None });
    world.clock.advance(TimeDelta::minutes(5));
    world.work().await;
    assert_eq!(world.outcome(run).await, Ok(json!(41)));
}

#[tokio::test]
async fn ending_a_run_ends_the_sub_flow_it_waits_for() {
    let world = World::new().await;
    let child_nodes = [("t", "trigger.manual", json!({})), ("wait", "wait", json!({"minutes": 5}))];
    let child = world.active(&world.as_team(), flow(&child_nodes, &["t>wait"])).await;
    let nodes =
        [("t", "trigger.manual", json!({})), ("sub", "subflow", json!({"automation": child.id.to_string()}))];
    let parent = world.active(&world.as_team(), flow(&nodes, &["t>sub"])).await;
    let run = world.fire(&world.as_team(), parent.id, json!({})).await;
    world.work().await;
    world.studio.runs().cancel(&world.as_team(), run, None).await.unwrap();
    let runs = world.studio.runs().list(&world.as_team(), &Default::default()).await.unwrap().items;
    assert!(runs.iter().all(|run| run.phase() == RunPhase::Cancelled), "{runs:?}");
    assert_eq!(runs.len(), 2);
}

/// A parent whose sub-flow waits so many minutes, while another branch of the parent waits an hour.
async fn beside_a_wait(world: &World, minutes: u32) -> RunId {
    let child_nodes = [("t", "trigger.manual", json!({})), ("wait", "wait", json!({"minutes": minutes}))];
    let child = world.active(&world.as_team(), flow(&child_nodes, &["t>wait"])).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("sub", "subflow", json!({"automation": child.id.to_string()})),
        ("after", "transform", json!({"value": 1})),
        ("long", "wait", json!({"hours": 1})),
    ];
    let parent = world.active(&world.as_team(), flow(&nodes, &["t>sub", "sub>after", "t>long"])).await;
    let run = world.fire(&world.as_team(), parent.id, json!({})).await;
    world.work().await;
    run
}

#[tokio::test]
async fn a_run_that_waits_for_a_time_as_well_goes_on_when_its_sub_flow_ends() {
    let world = World::new().await;
    let run = beside_a_wait(&world, 5).await;
    world.clock.advance(TimeDelta::minutes(5));
    world.work().await;
    assert_eq!(world.done_steps(run).await, ["sub", "after"]);
    assert_eq!(world.phase(run).await, RunPhase::Waiting);
    world.clock.advance(TimeDelta::minutes(55));
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
}

#[tokio::test]
async fn a_run_that_waits_for_a_sub_flow_as_well_goes_on_at_its_time() {
    let world = World::new().await;
    let run = beside_a_wait(&world, 120).await;
    world.clock.advance(TimeDelta::hours(1));
    world.work().await;
    assert_eq!(world.done_steps(run).await, ["long"]);
    world.clock.advance(TimeDelta::hours(1));
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
}

async fn child_of(world: &World, parent: RunId) -> RunId {
    let runs = world.studio.runs().list(&world.as_team(), &Default::default()).await.unwrap().items;
    let is_child = |run: &&kairo_domain::Run| run.firing.parent.as_ref().is_some_and(|of| of.run == parent);
    runs.iter().find(is_child).unwrap().id
}

#[tokio::test]
async fn ending_a_sub_flow_lets_its_parent_go_on() {
    let world = World::new().await;
    let run = beside_a_wait(&world, 5).await;
    let child = child_of(&world, run).await;
    world.studio.runs().cancel(&world.as_team(), child, None).await.unwrap();
    world.work().await;
    assert_eq!(world.outcome(run).await, Err("subflow_failed".to_owned()));
}

#[tokio::test]
async fn a_worker_that_ends_right_after_the_sub_flow_leaves_its_job_to_wake_the_parent() {
    let world = World::new().await;
    let run = beside_a_wait(&world, 5).await;
    let child = child_of(&world, run).await;
    world.clock.advance(TimeDelta::minutes(5));
    // What the worker has committed when it is killed before it wakes the parent: the child's end, and no more.
    let mut work = world.store.begin(&Actor::System).await.unwrap();
    let limits = kairo_ports::RunLimits { per_owner: 9 };
    let claimed = work.progress().claim(child, limits, None, world.now()).await.unwrap();
    let kairo_ports::Claiming::Taken(claimed) = claimed else { panic!("it is due") };
    let mut ended = claimed.run;
    ended.succeed(json!(null), world.now()).unwrap();
    work.progress().checkpoint(&ended, &[]).await.unwrap();
    work.commit().await.unwrap();

    // Its job is delivered again.
    world.studio.jobs().perform(&Job::DriveRun(child)).await.unwrap();
    world.work().await;
    assert_eq!(world.done_steps(run).await, ["sub", "after"]);
}

/// A run that failed while its sub-flow waits five minutes before it leaves a note.
async fn failed_beside_a_sub_flow(world: &World, lead: &str) -> RunId {
    let child_nodes = [
        ("t", "trigger.manual", json!({})),
        ("wait", "wait", json!({"minutes": 5})),
        ("note", "lead.note", json!({"lead": lead, "text": "once"})),
    ];
    let child = world.active(&world.as_team(), flow(&child_nodes, &["t>wait", "wait>note"])).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("sub", "subflow", json!({"automation": child.id.to_string()})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
    ];
    let parent = world.active(&world.as_team(), flow(&nodes, &["t>sub", "t>call"])).await;
    world.egress.answer_next(400, json!({}));
    let run = world.fire(&world.as_team(), parent.id, json!({})).await;
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Failed);
    run
}

async fn again(world: &World, run: RunId) -> RunId {
    let order = RetryRun { run, from: RetryFrom::Failure, which: RetryOn::Pinned };
    done(world.studio.runs().retry(&world.as_team(), order, None).await.unwrap()).id
}

#[tokio::test]
async fn a_run_that_is_done_again_waits_further_for_its_sub_flow() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let failed = failed_beside_a_sub_flow(&world, &lead).await;
    let child = child_of(&world, failed).await;
    let again_once = again(&world, failed).await;
    // Nobody takes it from who waits for it now.
    world.egress.answer_next(400, json!({}));
    world.work().await;
    assert_eq!(child_of(&world, again_once).await, child);
    assert_eq!(world.phase(again_once).await, RunPhase::Failed);
    let again_twice = again(&world, again_once).await;
    world.work().await;
    assert_eq!(world.phase(again_twice).await, RunPhase::Waiting);
    world.clock.advance(TimeDelta::minutes(5));
    world.work().await;
    assert_eq!(world.phase(again_twice).await, RunPhase::Success);
    assert_eq!(notes(&world, &lead).await, ["once"]);
}

#[tokio::test]
async fn a_run_that_is_done_again_takes_over_what_its_sub_flow_came_to() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let failed = failed_beside_a_sub_flow(&world, &lead).await;
    world.clock.advance(TimeDelta::minutes(5));
    world.work().await;
    assert_eq!(notes(&world, &lead).await, ["once"]);
    let again = again(&world, failed).await;
    world.work().await;
    assert_eq!(world.phase(again).await, RunPhase::Success);
    assert_eq!(notes(&world, &lead).await, ["once"]);
}

#[tokio::test]
async fn a_run_that_is_done_again_starts_a_sub_flow_anew_that_was_ended() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let failed = failed_beside_a_sub_flow(&world, &lead).await;
    let child = child_of(&world, failed).await;
    world.studio.runs().cancel(&world.as_team(), child, None).await.unwrap();
    let again = again(&world, failed).await;
    world.work().await;
    world.clock.advance(TimeDelta::minutes(5));
    world.work().await;
    assert_eq!(world.phase(again).await, RunPhase::Success);
    assert_eq!(notes(&world, &lead).await, ["once"]);
}

#[tokio::test]
async fn a_sub_flow_that_takes_too_long_is_ended() {
    let world = World::new().await;
    let child_nodes = [("t", "trigger.manual", json!({})), ("wait", "wait", json!({"minutes": 5}))];
    let child = world.active(&world.as_team(), flow(&child_nodes, &["t>wait"])).await;
    let called =
        |seconds: u32| json!({"automation": child.id.to_string(), "$data": {"timeoutSeconds": seconds}});
    let nodes = |seconds| [("t", "trigger.manual", json!({})), ("sub", "subflow", called(seconds))];
    let [short, long] = [
        world.active(&world.as_team(), flow(&nodes(60), &["t>sub"])).await,
        world.active(&world.as_team(), flow(&nodes(300), &["t>sub"])).await,
    ];
    let short = world.fire(&world.as_team(), short.id, json!({})).await;
    let long = world.fire(&world.as_team(), long.id, json!({})).await;
    world.work().await;
    let [slow, in_time] = [child_of(&world, short).await, child_of(&world, long).await];
    world.clock.advance(TimeDelta::seconds(59));
    world.work().await;
    assert_eq!(world.phase(short).await, RunPhase::Waiting);
    world.clock.advance(TimeDelta::seconds(1));
    world.work().await;
    assert_eq!(world.outcome(short).await, Err("timed_out".to_owned()));
    assert_eq!(world.phase(slow).await, RunPhase::Cancelled);
    // At one instant with its end: whoever looks first, it has not taken longer.
    world.clock.advance(TimeDelta::minutes(4));
    world.studio.jobs().perform(&Job::DriveRun(in_time)).await.unwrap();
    world.work().await;
    assert_eq!(world.phase(long).await, RunPhase::Success);
}

#[tokio::test]
async fn sub_flows_that_end_at_once_make_one_job_for_their_parent() {
    let world = World::new().await;
    let child_nodes = [("t", "trigger.manual", json!({})), ("wait", "wait", json!({"minutes": 5}))];
    let child = world.active(&world.as_team(), flow(&child_nodes, &["t>wait"])).await;
    let called = json!({"automation": child.id.to_string()});
    let nodes =
        [("t", "trigger.manual", json!({})), ("one", "subflow", called.clone()), ("two", "subflow", called)];
    let parent = world.active(&world.as_team(), flow(&nodes, &["t>one", "t>two"])).await;
    let run = world.fire(&world.as_team(), parent.id, json!({})).await;
    world.work().await;
    world.clock.advance(TimeDelta::minutes(5));
    let [one, two] = world.store.take_due_jobs(world.now()).try_into().unwrap();
    world.studio.jobs().perform(&one).await.unwrap();
    // A worker has fetched the parent's job and not begun it.
    assert_eq!(world.store.take_due_jobs(world.now()), [Job::DriveRun(run)]);
    world.studio.jobs().perform(&two).await.unwrap();
    assert_eq!(world.store.take_due_jobs(world.now()), []);
    world.studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
    assert_eq!(world.phase(run).await, RunPhase::Success);
}

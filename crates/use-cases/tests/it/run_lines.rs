//! Runs of an automation that allows only so many at a time.

use chrono::TimeDelta;
use kairo_domain::{Actor, AutomationPatch, AutomationSettings, Change, Job, RunPhase, Seen};
use kairo_ports::{Claiming, RunLimits, Store};
use kairo_use_cases::EditAutomation;
use serde_json::json;

use crate::engine::{done, flow, new};
use crate::runs::{lead, notes};
use crate::world::World;

#[tokio::test]
async fn no_more_runs_are_worked_on_than_the_settings_allow() {
    let world = World::new().await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
    ];
    let mut order = new("One by one", flow(&nodes, &["t>call"]));
    order.settings.max_concurrent_runs = Some(1);
    let automation = world.draft(&world.as_team(), order).await;
    let first = world.fire(&world.as_team(), automation.id, json!({})).await;
    let second = world.fire(&world.as_team(), automation.id, json!({})).await;
    let studio = world.studio.clone();
    world.egress.while_next(Box::pin(async move {
        studio.jobs().perform(&Job::DriveRun(second)).await.unwrap();
        assert_eq!(studio.runs().get(&Actor::System, second).await.unwrap().phase(), RunPhase::Queued);
    }));
    world.studio.jobs().perform(&Job::DriveRun(first)).await.unwrap();
    // Nobody waits for the clock: a place that is free is given away.
    world.work().await;
    assert_eq!(world.phase(second).await, RunPhase::Success);
}

#[tokio::test]
async fn runs_that_found_no_place_go_on_in_the_order_in_which_they_were_fired() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
        ("note", "lead.note", json!({"lead": lead, "text": "{{ trigger.text }}"})),
    ];
    let mut order = new("One by one", flow(&nodes, &["t>call", "call>note"]));
    order.settings.max_concurrent_runs = Some(1);
    let automation = world.draft(&world.as_team(), order).await;
    let mut runs = Vec::new();
    for text in ["first", "second", "third", "fourth", "fifth"] {
        world.clock.advance(TimeDelta::milliseconds(1));
        runs.push(world.fire(&world.as_team(), automation.id, json!({"text": text})).await);
    }
    world.store.take_due_jobs(world.now());
    let (studio, late) = (world.studio.clone(), [runs[3], runs[1], runs[4], runs[2]]);
    world.egress.while_next(Box::pin(async move {
        for run in late {
            studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
        }
    }));
    world.studio.jobs().perform(&Job::DriveRun(runs[0])).await.unwrap();
    let cancelled = world.studio.runs().cancel(&world.as_team(), runs[2], None).await.unwrap();
    assert_eq!(done(cancelled).phase(), RunPhase::Cancelled);
    world.work().await;
    assert_eq!(notes(&world, &lead).await, ["first", "second", "fourth", "fifth"]);
}

#[tokio::test]
async fn a_run_that_makes_way_is_not_overtaken_by_those_in_line() {
    let world = World::new().await;
    let lead = lead(&world).await;
    let nodes = [
        ("t", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/x"})),
        ("note", "lead.note", json!({"lead": lead, "text": "{{ trigger.text }}"})),
    ];
    let mut order = new("One by one", flow(&nodes, &["t>call", "call>note"]));
    order.settings.max_concurrent_runs = Some(1);
    let automation = world.draft(&world.as_team(), order).await;
    let first = world.fire(&world.as_team(), automation.id, json!({"text": "first"})).await;
    world.clock.advance(TimeDelta::milliseconds(1));
    let second = world.fire(&world.as_team(), automation.id, json!({"text": "second"})).await;
    world.store.take_due_jobs(world.now());
    let clock = world.clock.clone();
    world.egress.while_next(Box::pin(async move { clock.advance(TimeDelta::seconds(11)) }));
    world.studio.jobs().perform(&Job::DriveRun(first)).await.unwrap();
    assert_eq!(world.phase(first).await, RunPhase::Waiting);
    // Its job is delivered before that of the first.
    world.studio.jobs().perform(&Job::DriveRun(second)).await.unwrap();
    assert_eq!(world.phase(second).await, RunPhase::Queued);
    world.work().await;
    assert_eq!(notes(&world, &lead).await, ["first", "second"]);
}

#[tokio::test]
async fn who_stands_in_line_is_let_in_when_the_limit_goes() {
    let world = World::new().await;
    let nodes = [("t", "trigger.manual", json!({})), ("pause", "wait", json!({"seconds": 60}))];
    let mut order = new("One by one", flow(&nodes, &["t>pause"]));
    order.settings.max_concurrent_runs = Some(1);
    let automation = world.draft(&world.as_team(), order).await;
    let [held, second, third] = [
        world.fire(&world.as_team(), automation.id, json!({})).await,
        world.fire(&world.as_team(), automation.id, json!({})).await,
        world.fire(&world.as_team(), automation.id, json!({})).await,
    ];
    // A worker has the first, and is gone.
    let mut work = world.store.begin(&Actor::System).await.unwrap();
    let claimed = work.progress().claim(held, RunLimits { per_owner: 100 }, None, world.now()).await.unwrap();
    assert!(matches!(claimed, Claiming::Taken(_)));
    work.commit().await.unwrap();
    world.store.take_due_jobs(world.now());
    for run in [second, third] {
        world.studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
    }
    world.work().await;
    assert_eq!(world.phase(third).await, RunPhase::Queued);
    let settings = Change::Set(AutomationSettings::default());
    let patch = AutomationPatch { settings, ..AutomationPatch::default() };
    let order = EditAutomation { automation: automation.id, patch, seen: Seen::Anything };
    world.studio.automations().edit(&world.as_team(), order).await.unwrap();
    world.work().await;
    assert_eq!([world.phase(second).await, world.phase(third).await], [RunPhase::Waiting; 2]);
}

//! What the program does by itself, against the in-memory store.

use chrono::TimeDelta;
use kairo_domain::{Actor, Automation, AutomationSettings, Redacted, Run, Trigger, TriggerOn, Verb};
use kairo_ports::{Store, Vault};
use kairo_testkit::builders::{active_automation, listener, permit, run, succeeded, webhook};
use kairo_testkit::fakes::PlainVault;

use crate::world::World;

async fn keep(world: &World, automation: &Automation, triggers: &[Trigger], runs: &[Run]) {
    let system = Actor::System;
    let mut work = world.store.begin(&system).await.unwrap();
    work.automations().add(&permit(&system, Verb::Create, automation), automation).await.unwrap();
    let update = permit(&system, Verb::Update, automation);
    work.triggers().replace(&update, automation.id, triggers).await.unwrap();
    for run in runs {
        assert!(work.runs().add(&permit(&system, Verb::Create, run), run, &[]).await.unwrap());
    }
    work.commit().await.unwrap();
}

/// A webhook whose token is sealed in a way that opens, and that sealing anew does not give.
fn sealed_before(automation: &Automation, node: &str) -> Trigger {
    let mut hook = webhook(automation.id, node, node);
    let TriggerOn::Webhook { sealed_token, .. } = &mut hook.on else { panic!("{hook:?}") };
    let place = format!("hook:{}:{node}", automation.id);
    *sealed_token = Redacted::new(format!("sealed:{place}:4A4B4C"));
    hook
}

#[tokio::test]
async fn tokens_of_webhooks_are_sealed_anew_however_many_there_are() {
    let world = World::new().await;
    let automation = active_automation(world.team.id, "Hooked").build();
    let mut triggers: Vec<_> =
        (0..501).map(|number| sealed_before(&automation, &format!("n{number:03}"))).collect();
    triggers.push(listener(automation.id, "event", "lead.captured"));
    keep(&world, &automation, &triggers, &[]).await;
    assert_eq!(world.studio.upkeep().seal_anew().await.unwrap().sealed, 501);
    let mut work = world.store.begin_read(&Actor::System).await.unwrap();
    for trigger in work.triggers().of(automation.id).await.unwrap() {
        let TriggerOn::Webhook { sealed_token, .. } = &trigger.on else { continue };
        let place = format!("hook:{}:{}", automation.id, trigger.node);
        assert_eq!(*sealed_token, PlainVault.seal(&Redacted::new(b"JKL".to_vec()), &place).unwrap());
    }
}

#[tokio::test]
async fn a_webhook_whose_token_does_not_open_is_named() {
    let world = World::new().await;
    let automation = active_automation(world.team.id, "Hooked").build();
    keep(&world, &automation, &[webhook(automation.id, "start", "token")], &[]).await;
    let anew = world.studio.upkeep().seal_anew().await.unwrap();
    assert_eq!(anew.unreadable, [format!("hook:{}:start", automation.id)]);
}

#[tokio::test]
async fn runs_are_forgotten_once_their_automation_keeps_them_no_longer() {
    let world = World::new().await;
    let automation = active_automation(world.team.id, "Kept for a week").with(|automation| {
        automation.settings = AutomationSettings { retention_days: 7, ..AutomationSettings::default() };
    });
    let automation = automation.build();
    let ended = |_| run(&automation).with(|run| run.state = succeeded(60, 5)).build();
    let mut runs: Vec<Run> = (0..501).map(ended).collect();
    let gone = runs[0].id;
    let open = run(&automation).build();
    runs.push(open.clone());
    keep(&world, &automation, &[], &runs).await;
    world.clock.advance(TimeDelta::days(7));
    assert_eq!(world.studio.upkeep().purge().await.unwrap(), 0);
    world.clock.advance(TimeDelta::minutes(2));
    assert_eq!(world.studio.upkeep().purge().await.unwrap(), 501);
    assert_eq!(world.studio.upkeep().purge().await.unwrap(), 0);
    let mut work = world.store.begin_read(&Actor::System).await.unwrap();
    assert!(work.runs().get(open.id).await.unwrap().is_some());
    assert!(work.runs().get(gone).await.unwrap().is_none());
}

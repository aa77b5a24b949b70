//! Triggers of automations.

use kairo_domain::{
    Actor, ArmedTrigger, Automation, AutomationStatus, Redacted, Trigger, TriggerOn, UserActor, Verb, Via,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::aggregates;
use super::runs::active;
use super::steps::{
    World, assert_missing, assert_out_of_reach, assert_refused, assert_taken, begin, begin_read, land,
};
use crate::builders::{active_automation, at, automation, listener, permit, schedule, team_member, webhook};
use crate::fakes::NumberedTokens;

/// Triggers come back as they were given, by node, and are replaced as a whole.
pub async fn what_was_registered_is_found(store: &dyn Store) {
    let mine = active(store).await;
    let listening = listener(mine.id, "b", "lead.created");
    let all = [listening.clone(), schedule(mine.id, "a", Some(at(5))), webhook(mine.id, "C", "token")];
    replace(store, &Actor::System, &mine, &all).await.unwrap();
    let [listening, planned, hook] = all;
    assert_eq!(of(store, &mine).await, [hook, planned, listening.clone()]);
    replace(store, &Actor::System, &mine, std::slice::from_ref(&listening)).await.unwrap();
    assert_eq!(of(store, &mine).await, [listening]);
    replace(store, &Actor::System, &mine, &[]).await.unwrap();
    assert_eq!(of(store, &mine).await, []);
}

/// A dropped unit registers nothing.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let mine = active(store).await;
    let mut work = begin(store, &Actor::System).await;
    let may = permit(&Actor::System, Verb::Update, &mine);
    work.triggers().replace(&may, mine.id, &[webhook(mine.id, "a", "token")]).await.unwrap();
    assert_eq!(work.triggers().of(mine.id).await.unwrap().len(), 1);
    drop(work);
    assert_eq!(of(store, &mine).await, []);
}

/// Everybody registers triggers of their own automations, an administrator those of others too.
pub async fn everybody_registers_their_own(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, owner, is_allowed) in [
        (world.as_client(), world.client.id, true),
        (world.as_team(), world.team.id, true),
        (world.as_admin(), world.client.id, true),
        (world.as_rival(), world.client.id, false),
        (world.as_team(), world.client.id, false),
        (Actor::Visitor, world.client.id, false),
    ] {
        let mine = automation(owner, "Mine").build();
        aggregates::add(store, &mine).await.unwrap();
        let old = [webhook(mine.id, "old", &mine.id.to_string())];
        replace(store, &Actor::System, &mine, &old).await.unwrap();
        let new = [listener(mine.id, "new", "lead.created")];
        let replaced = replace(store, &actor, &mine, &new).await;
        if is_allowed {
            replaced.unwrap();
            assert_eq!(of(store, &mine).await, new, "{actor:?}");
        } else {
            assert_out_of_reach(replaced);
            assert_eq!(of(store, &mine).await, old, "{actor:?}");
        }
    }
}

/// Nobody but the program looks for triggers, or plans them.
pub async fn only_the_program_looks(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    let hook = webhook(mine.id, "a", "token");
    replace(store, &Actor::System, &mine, std::slice::from_ref(&hook)).await.unwrap();
    for actor in world.outsiders() {
        let mut work = begin(store, &actor).await;
        assert_refused(work.triggers().of(mine.id).await.map(drop));
        let mut work = begin(store, &actor).await;
        assert_refused(work.triggers().find_hook(&NumberedTokens::digest_of("token")).await.map(drop));
        let mut work = begin(store, &actor).await;
        assert_refused(work.triggers().listening("lead.created").await.map(drop));
        let mut work = begin(store, &actor).await;
        assert_refused(work.triggers().due_schedule(at(0), None).await.map(drop));
        let mut work = begin(store, &actor).await;
        assert_refused(work.triggers().plan(mine.id, "a", None).await);
        let mut work = begin(store, &actor).await;
        assert_refused(work.triggers().next_planned().await.map(drop));
        let mut work = begin(store, &actor).await;
        assert_refused(work.triggers().hooks_after(None, 9).await.map(drop));
        let mut work = begin(store, &actor).await;
        assert_refused(work.triggers().reseal(&hook).await);
    }
}

/// A permit names an automation, which has to be there; a token belongs to one webhook.
pub async fn what_cannot_be_registered_is_refused(store: &dyn Store) {
    let mine = active(store).await;
    let other = active_automation(mine.owner, "Other").build();
    let hook = [webhook(other.id, "a", "token")];
    assert_missing(replace(store, &Actor::System, &other, &hook).await, "automationId");
    aggregates::add(store, &other).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    let may = permit(&Actor::System, Verb::Update, &mine);
    let replaced = work.triggers().replace(&may, other.id, &hook).await;
    assert_refused(land(work, replaced).await);
    replace(store, &Actor::System, &other, &hook).await.unwrap();
    assert_taken(replace(store, &Actor::System, &mine, &[webhook(mine.id, "b", "token")]).await, "token");
}

/// A webhook is found by its token while its automation fires.
pub async fn a_hook_is_found_while_it_fires(store: &dyn Store) {
    for (token, mine, fires) in some_of_every_kind(store).await {
        let hook = webhook(mine.id, "a", token);
        replace(store, &Actor::System, &mine, std::slice::from_ref(&hook)).await.unwrap();
        let mut work = begin_read(store, &Actor::System).await;
        let found = work.triggers().find_hook(&NumberedTokens::digest_of(token)).await.unwrap();
        assert_eq!(found, armed(store, &mine).await.filter(|_| fires), "{token}");
        assert_eq!(work.triggers().find_hook(&NumberedTokens::digest_of("none")).await.unwrap(), None);
    }
}

/// What somebody owns who may not act does not fire.
pub async fn nothing_fires_for_who_may_not_act(store: &dyn Store) {
    let away = team_member("Away").with(|user| user.suspended_at = Some(at(1))).build();
    aggregates::add(store, &away).await.unwrap();
    let mine = active_automation(away.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    let triggers = [webhook(mine.id, "a", "token"), listener(mine.id, "b", "lead.created")];
    replace(store, &Actor::System, &mine, &triggers).await.unwrap();
    let mut work = begin_read(store, &Actor::System).await;
    assert_eq!(work.triggers().find_hook(&NumberedTokens::digest_of("token")).await.unwrap(), None);
    assert_eq!(work.triggers().listening("lead.created").await.unwrap(), []);
}

/// So are those that wait for an event.
pub async fn listeners_are_found_while_they_fire(store: &dyn Store) {
    let mut heard = Vec::new();
    for (_, mine, fires) in some_of_every_kind(store).await {
        let waiting = listener(mine.id, "a", "lead.created");
        let other = listener(mine.id, "b", "lead.assigned");
        replace(store, &Actor::System, &mine, &[waiting.clone(), other]).await.unwrap();
        heard.extend(armed(store, &mine).await.filter(|_| fires));
    }
    let mut work = begin_read(store, &Actor::System).await;
    assert_eq!(work.triggers().listening("lead.created").await.unwrap(), heard);
    assert_eq!(work.triggers().listening("run.failed").await.unwrap(), []);
}

/// Schedules are due that were never planned or whose instant has come, the most urgent first.
pub async fn schedules_are_due_when_their_time_has_come(store: &dyn Store) {
    let mine = active(store).await;
    let planned = [Some(at(10)), None, Some(at(11)), Some(at(5))];
    let all: Vec<Trigger> = ["a", "b", "c", "d"]
        .iter()
        .zip(planned)
        .map(|(node, next)| schedule(mine.id, node, next))
        .chain([webhook(mine.id, "e", "token")])
        .collect();
    replace(store, &Actor::System, &mine, &all).await.unwrap();
    assert_eq!(next_planned(store).await, Some(at(5)));
    assert_eq!(due(store, 10).await, ["b", "d", "a"]);
    assert_eq!(due(store, 9).await, ["b", "d"]);
}

/// What is planned is due later, and what is over is due no more, until it is registered again.
pub async fn a_planned_schedule_is_due_later(store: &dyn Store) {
    let mine = active(store).await;
    let all = ["a", "b"].map(|node| schedule(mine.id, node, None));
    replace(store, &Actor::System, &mine, &all).await.unwrap();
    plan(store, &mine, "a", Some(20)).await;
    plan(store, &mine, "b", None).await;
    plan(store, &mine, "unknown", Some(1)).await;
    assert_eq!(due(store, 19).await, [] as [&str; 0]);
    assert_eq!(due(store, 20).await, ["a"]);
    assert_eq!(next_planned(store).await, Some(at(20)));
    assert_eq!(of(store, &mine).await[0], schedule(mine.id, "a", Some(at(20))));
    replace(store, &Actor::System, &mine, &all).await.unwrap();
    assert_eq!(due(store, 1).await, ["a", "b"]);
}

/// Schedules of automations that do not fire are never due.
pub async fn schedules_that_do_not_fire_are_not_due(store: &dyn Store) {
    let mut wanted = Vec::new();
    for (node, mine, fires) in some_of_every_kind(store).await {
        let next = if fires { at(10) } else { at(5) };
        replace(store, &Actor::System, &mine, &[schedule(mine.id, node, Some(next))]).await.unwrap();
        wanted.extend(fires.then_some(node));
    }
    assert_eq!(due(store, 10).await, wanted);
    assert_eq!(next_planned(store).await, Some(at(10)));
}

/// Two units never fire the same schedule, and who comes later sees what the first has planned.
pub async fn a_schedule_that_is_being_fired_is_passed_over(store: &dyn Store) {
    let mine = active(store).await;
    let all = ["a", "b"].map(|node| schedule(mine.id, node, Some(at(5))));
    replace(store, &Actor::System, &mine, &all).await.unwrap();
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    assert_eq!(first_due(&mut *one).await.as_deref(), Some("a"));
    assert_eq!(first_due(&mut *one).await.as_deref(), Some("a"));
    assert_eq!(first_due(&mut *other).await.as_deref(), Some("b"));
    one.triggers().plan(mine.id, "a", Some(at(50))).await.unwrap();
    one.commit().await.unwrap();
    assert_eq!(first_due(&mut *other).await.as_deref(), Some("b"));
    other.triggers().plan(mine.id, "b", Some(at(50))).await.unwrap();
    other.commit().await.unwrap();
    assert_eq!(due(store, 10).await, [] as [&str; 0]);
}

/// Webhooks are met one after the other, whether they fire or not, and their tokens can be sealed anew.
pub async fn hooks_are_sealed_anew(store: &dyn Store) {
    let mut hooks = Vec::new();
    for (token, mine, _) in some_of_every_kind(store).await {
        let hook = webhook(mine.id, "b", token);
        let others = [webhook(mine.id, "a", &format!("second {token}")), hook.clone()];
        replace(store, &Actor::System, &mine, &others).await.unwrap();
        replace(store, &Actor::System, &mine, &[listener(mine.id, "a", "run.failed"), hook.clone()])
            .await
            .unwrap();
        hooks.push(hook);
    }
    hooks.sort_by_key(|hook| hook.automation);
    let mut work = begin(store, &Actor::System).await;
    assert_eq!(work.triggers().hooks_after(None, 2).await.unwrap(), hooks[..2]);
    let last = (hooks[1].automation, hooks[1].node.clone());
    assert_eq!(work.triggers().hooks_after(Some(last), 9).await.unwrap(), hooks[2..]);
    let mut resealed = hooks[0].clone();
    let TriggerOn::Webhook { sealed_token, .. } = &mut resealed.on else { panic!("it is a webhook") };
    *sealed_token = Redacted::new("sealed anew".to_owned());
    work.triggers().reseal(&resealed).await.unwrap();
    let rotated = webhook(hooks[1].automation, "b", "another token");
    work.triggers().reseal(&rotated).await.unwrap();
    work.commit().await.unwrap();
    let mut work = begin_read(store, &Actor::System).await;
    assert_eq!(work.triggers().hooks_after(None, 2).await.unwrap(), [resealed, hooks[1].clone()]);
}

/// One automation that fires and three that do not, with a word for each.
async fn some_of_every_kind(store: &dyn Store) -> [(&'static str, Automation, bool); 4] {
    let world = World::in_store(store).await;
    let of = |status| automation(world.client.id, "Some").with(|one| one.status = status).build();
    let all = [
        ("draft", of(AutomationStatus::Draft), false),
        ("active", of(AutomationStatus::Active), true),
        ("paused", of(AutomationStatus::Paused), false),
        ("deleted", of(AutomationStatus::Active), false),
    ];
    aggregates::add_all(store, &all.clone().map(|(_, one, _)| one)).await.unwrap();
    aggregates::delete(store, &all[3].1).await.unwrap();
    all
}

/// The trigger at `a` of an automation, as it fires.
async fn armed(store: &dyn Store, automation: &Automation) -> Option<ArmedTrigger> {
    let mut work = begin_read(store, &Actor::System).await;
    let owner = work.users().get(automation.owner).await.unwrap().unwrap();
    Some(ArmedTrigger {
        automation: automation.id,
        node: "a".to_owned(),
        flow_number: automation.flow_number,
        vars: automation.settings.vars.clone(),
        owner: UserActor { id: owner.id, role: owner.role, company: owner.company, via: Via::Program },
    })
}

async fn first_due(work: &mut dyn UnitOfWork) -> Option<String> {
    work.triggers().due_schedule(at(10), None).await.unwrap().map(|trigger| trigger.node)
}

/// The nodes of the schedules that are due so many seconds after the start, one after the other; they are fired by nobody.
async fn due(store: &dyn Store, seconds: i64) -> Vec<String> {
    let (mut work, mut met) = (begin(store, &Actor::System).await, Vec::new());
    let mut last = None;
    while let Some(trigger) = work.triggers().due_schedule(at(seconds), last).await.unwrap() {
        met.push(trigger.node.clone());
        last = Some(trigger);
    }
    work.commit().await.unwrap();
    met
}

async fn plan(store: &dyn Store, automation: &Automation, node: &str, seconds: Option<i64>) {
    let mut work = begin(store, &Actor::System).await;
    work.triggers().plan(automation.id, node, seconds.map(at)).await.unwrap();
    work.commit().await.unwrap();
}

async fn next_planned(store: &dyn Store) -> Option<chrono::DateTime<chrono::Utc>> {
    begin_read(store, &Actor::System).await.triggers().next_planned().await.unwrap()
}

async fn of(store: &dyn Store, automation: &Automation) -> Vec<Trigger> {
    begin_read(store, &Actor::System).await.triggers().of(automation.id).await.unwrap()
}

/// Replaces the triggers in a unit of this actor, with a permit of somebody who may.
async fn replace(
    store: &dyn Store,
    actor: &Actor,
    automation: &Automation,
    triggers: &[Trigger],
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let may = permit(&Actor::System, Verb::Update, automation);
    let replaced = work.triggers().replace(&may, automation.id, triggers).await;
    land(work, replaced).await
}

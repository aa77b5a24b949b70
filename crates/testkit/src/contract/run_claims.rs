//! Which runs workers take, and what becomes of those that nobody drives.

use chrono::TimeDelta;
use kairo_domain::{
    Actor, Automation, AutomationRecord, FailedPhase, Firing, ParentStep, Run, RunId, RunState, UserActor,
    Verb, Via,
};
use kairo_ports::{Claimed, Claiming, IdleRun, RunLimits, Store};
use serde_json::Value;

use super::aggregates;
use super::run_progress::{checkpoint, steps_of};
use super::runs::{active, add, add_all, cancelled, end, seen_by};
use super::steps::{
    World, assert_out_of_reach, assert_refused, begin, begin_read, land, save_user, user_seen_by,
};
use crate::builders::{
    acting, active_automation, at, failed, full_automation, full_run, next_id, run, step, succeeded,
};

/// Who takes a run gets everything it takes to go on, and the run shows that it was taken.
pub async fn a_run_is_taken(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = full_automation(world.client.id).build();
    aggregates::add(store, &mine).await.unwrap();
    for state in [RunState::Queued, RunState::Running, RunState::Waiting { until: Some(at(50)) }] {
        let queued = full_run(&mine).with(|run| run.state = state).build();
        let steps = [step(1, "a").build(), step(2, "b").build()];
        add(store, &Actor::System, &queued, &steps).await.unwrap();
        let mut run = queued.clone();
        run.claim().unwrap();
        let owner = UserActor {
            id: world.client.id,
            role: world.client.role,
            company: world.client.company,
            via: Via::Program,
        };
        let settings = mine.settings.clone();
        let claimed = Claimed { run: run.clone(), settings, owner: Some(owner), has_steps: true };
        assert_eq!(claim(store, &queued, 50).await, Claiming::Taken(Box::new(claimed)));
        assert_eq!(seen_by(store, &Actor::System, queued.id).await, Some(run));
    }
}

/// There is nothing to take of a run that waits for a later instant, has ended, or is not there.
pub async fn a_run_is_not_taken_before_its_time(store: &dyn Store) {
    let mine = active(store).await;
    let in_state = |state| run(&mine).with(|run| run.state = state).build();
    let waiting = in_state(RunState::Waiting { until: Some(at(50)) });
    let asleep = in_state(RunState::Waiting { until: None });
    let ended = [succeeded(5, 5_000), failed(5, FailedPhase::Cancelled)].map(in_state);
    add_all(store, &[waiting.clone(), asleep.clone()]).await;
    add_all(store, &ended).await;
    for run in ended.iter().chain([&waiting, &run(&mine).build()]) {
        assert_eq!(claim(store, run, 49).await, Claiming::Nothing);
    }
    assert_eq!(seen_by(store, &Actor::System, waiting.id).await.as_ref(), Some(&waiting));
    taken(store, &waiting, 50).await;
    taken(store, &asleep, 1).await;
}

/// A claim that is rolled back is none.
pub async fn a_dropped_claim_is_none(store: &dyn Store) {
    let mine = active(store).await;
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    assert!(matches!(
        work.progress().claim(queued.id, LIMITS, None, at(1)).await.unwrap(),
        Claiming::Taken(_)
    ));
    drop(work);
    assert_eq!(seen_by(store, &Actor::System, queued.id).await.as_ref(), Some(&queued));
    assert_eq!(taken(store, &queued, 1).await.fence, 1);
}

/// No more runs of an automation are worked on than its settings say; those that wait or have ended do not count.
pub async fn an_automation_has_a_limit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let limited = |automation: &mut AutomationRecord| automation.settings.max_concurrent_runs = Some(2);
    let mine = active_automation(world.client.id, "Mine").with(limited).build();
    let other = active_automation(world.client.id, "Other").build();
    aggregates::add_all(store, &[mine.clone(), other.clone()]).await.unwrap();
    let [a, b, c] = [(); 3].map(|()| run(&mine).build());
    let elsewhere = run(&other).build();
    add_all(store, &[a.clone(), b.clone(), c.clone(), elsewhere.clone()]).await;
    taken(store, &elsewhere, 1).await;
    taken(store, &a, 1).await;
    let mut second = taken(store, &b, 1).await;
    assert_eq!(claim(store, &c, 1).await, Claiming::InLine(mine.id));
    assert_eq!(seen_by(store, &Actor::System, c.id).await.as_ref(), Some(&c));
    // From a worker that is gone: it has its place already.
    let mut first = taken(store, &a, 2).await;

    first.wait(None, TimeDelta::zero()).unwrap();
    checkpoint(store, &Actor::System, &first, &[]).await.unwrap();
    let third = taken(store, &c, 3).await;
    assert_eq!(claim(store, &first, 3).await, Claiming::InLine(mine.id));
    second.succeed(Value::Null, at(4)).unwrap();
    checkpoint(store, &Actor::System, &second, &[]).await.unwrap();
    taken(store, &first, 4).await;
    end(store, &Actor::System, &cancelled(&third)).await.unwrap();
    let last = run(&mine).build();
    add(store, &Actor::System, &last, &[]).await.unwrap();
    taken(store, &last, 5).await;
}

/// No more runs of an owner are worked on than the worker allows, whatever the automation.
pub async fn an_owner_has_a_limit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let of = |owner| active_automation(owner, "Some").build();
    let all = [of(world.client.id), of(world.client.id), of(world.team.id)];
    aggregates::add_all(store, &all).await.unwrap();
    let [first, second, of_another] = all.each_ref().map(|automation| run(automation).build());
    add_all(store, &[first.clone(), second.clone(), of_another.clone()]).await;
    let one = RunLimits { per_owner: 1 };
    let claim = async |run: &Run| claim_within(store, run, one, 1).await;
    assert!(matches!(claim(&first).await, Claiming::Taken(_)));
    assert_eq!(claim(&second).await, Claiming::Full);
    assert!(matches!(claim(&of_another).await, Claiming::Taken(_)));
    assert!(matches!(claim(&first).await, Claiming::Taken(_)));
}

/// A run whose owner may not act any more is taken all the same, in nobody's name.
pub async fn a_run_of_nobody_is_taken(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (owner, is_deleted) in [(&world.client, true), (&world.rival, false)] {
        let mine = active_automation(owner.id, "Mine").build();
        aggregates::add(store, &mine).await.unwrap();
        let queued = run(&mine).build();
        add(store, &Actor::System, &queued, &[]).await.unwrap();
        let mut owner = user_seen_by(store, &Actor::System, owner).await.unwrap();
        if is_deleted {
            owner.delete(at(5));
            save_user(store, &Actor::System, Verb::Delete, &owner).await.unwrap();
        } else {
            owner.suspend(at(5)).unwrap();
            save_user(store, &Actor::System, Verb::Update, &owner).await.unwrap();
        }
        let Claiming::Taken(claimed) = claim(store, &queued, 9).await else { panic!("it is free") };
        assert_eq!(claimed.owner, None);
    }
}

/// Open runs that nobody touched for a while are found, the oldest first, but not those that wait for a later instant.
pub async fn idle_runs_are_found(store: &dyn Store) {
    let mine = active(store).await;
    let started =
        |seconds, state| run(&mine).with(|run| (run.started_at, run.state) = (at(seconds), state)).build();
    let old = started(2, RunState::Running);
    let older = started(1, RunState::Queued);
    let overdue = started(3, RunState::Waiting { until: Some(at(8)) });
    let asleep = started(4, RunState::Waiting { until: None });
    let ended = started(1, succeeded(5, 4_000));
    let waiting = started(1, RunState::Waiting { until: Some(at(10)) });
    let young = started(10, RunState::Queued);
    let busy = started(1, RunState::Queued);
    let all = [&old, &older, &overdue, &asleep, &ended, &waiting, &young, &busy].map(Clone::clone);
    add_all(store, &all).await;
    taken(store, &busy, 10).await;
    assert_eq!(idle(store, 10, 9).await, [older.id, old.id, overdue.id, asleep.id]);
    assert_eq!(idle(store, 10, 2).await, [older.id, old.id]);

    let claimed = taken(store, &old, 5).await;
    let slow = step(1, "a").with(|step| step.finished_at = at(30)).build();
    checkpoint(store, &Actor::System, &claimed, &[slow]).await.unwrap();
    assert!(!idle(store, 30, 9).await.contains(&old.id));
    assert!(idle(store, 31, 9).await.contains(&old.id));
}

/// Idle runs are looked at portion by portion, those fired at one instant included; one that is gone is no obstacle.
pub async fn idle_runs_are_met_by_portions(store: &dyn Store) {
    let mine = active(store).await;
    let all: Vec<Run> = (0..7).map(|n| run(&mine).with(|run| run.started_at = at(n / 3)).build()).collect();
    add_all(store, &all).await;
    let (mut met, mut last) = (Vec::new(), None);
    for expected in [3, 3, 1, 0] {
        let portion = idle_after(store, last, 10, 3).await;
        assert_eq!(portion.len(), expected);
        last = portion.last().copied().or(last);
        met.extend(portion);
        if let Some(met) = all.iter().find(|run| Some(run.id) == last.map(|last| last.id)) {
            taken(store, met, 10).await;
        }
    }
    let expected =
        all.iter().map(|run| IdleRun { started_at: run.started_at, id: run.id, is_in_line: false });
    let mut expected: Vec<IdleRun> = expected.collect();
    expected.sort_by_key(|run| (run.started_at, run.id));
    assert_eq!(met, expected);
}

/// A run that waits for a sub-flow is not idle while that is open: it needs no job until then.
pub async fn a_run_that_waits_for_another_is_not_idle(store: &dyn Store) {
    let mine = active(store).await;
    let in_state = |state| run(&mine).with(|run| run.state = state).build();
    let child_of = |parent: &Run, state| {
        let parent = ParentStep { run: parent.id, step: next_id().to_string() };
        run(&mine).with(|run| (run.firing, run.state) = (Firing::subflow("start", parent, 1), state)).build()
    };
    let asleep = RunState::Waiting { until: None };
    let [waits, forgotten] = [(); 2].map(|()| in_state(asleep.clone()));
    let [at_it, overdue] = [RunState::Running, RunState::Waiting { until: Some(at(8)) }].map(in_state);
    let children = [
        child_of(&waits, RunState::Queued),
        child_of(&waits, succeeded(5, 4_000)),
        child_of(&forgotten, succeeded(5, 4_000)),
        child_of(&forgotten, failed(5, FailedPhase::Cancelled)),
        child_of(&at_it, RunState::Queued),
        child_of(&overdue, RunState::Queued),
    ];
    add_all(store, &[waits.clone(), forgotten.clone(), at_it.clone(), overdue.clone()]).await;
    add_all(store, &children).await;
    let found = idle(store, 10, 99).await;
    let open = [&forgotten, &at_it, &overdue, &children[0], &children[4], &children[5]];
    assert_eq!(found.len(), open.len());
    assert!(open.iter().all(|run| found.contains(&run.id)));
}

/// A run that waits for sub-flows is woken once; one that waits for an instant, or for nothing, is not.
pub async fn a_waiting_run_is_woken_once(store: &dyn Store) {
    let mine = active(store).await;
    let waiting = |until| run(&mine).with(|run| run.state = RunState::Waiting { until }).build();
    let (for_a_child, for_a_time) = (waiting(None), waiting(Some(at(60))));
    let queued = run(&mine).build();
    add_all(store, &[for_a_child.clone(), for_a_time.clone(), queued.clone()]).await;
    let wake = async |run: &Run| {
        let mut work = begin(store, &Actor::System).await;
        let woken = work.progress().wake(run.id, at(5)).await.unwrap();
        work.commit().await.unwrap();
        woken
    };
    assert!(wake(&for_a_child).await);
    for asleep in [&for_a_child, &for_a_time, &queued] {
        assert!(!wake(asleep).await);
    }
    let woken = seen_by(store, &Actor::System, for_a_child.id).await.unwrap();
    assert_eq!(woken.state, RunState::Waiting { until: Some(at(5)) });
    assert!(matches!(claim(store, &for_a_child, 5).await, Claiming::Taken(_)));
    assert_eq!(seen_by(store, &Actor::System, for_a_time.id).await, Some(for_a_time));
}

/// Ended runs go when their automation keeps them no longer, with their steps, so many at a time; nobody is in the way.
pub async fn old_runs_go(store: &dyn Store) {
    let world = World::in_store(store).await;
    let keeps = |days: u16| {
        active_automation(world.client.id, "Some").with(|one| one.settings.retention_days = days).build()
    };
    let (short, long) = (keeps(1), keeps(2));
    aggregates::add_all(store, &[short.clone(), long.clone()]).await.unwrap();
    let day = TimeDelta::days(1).num_seconds();
    let of = |of: &Automation, state| run(of).with(|run| run.state = state).build();
    let old = [1, 2, 3].map(|second| of(&short, succeeded(second, 1_000)));
    let (just, late) = (of(&short, succeeded(10, 1_000)), of(&long, succeeded(1, 1_000)));
    let open = of(&short, RunState::Waiting { until: None });
    add_all(store, &[just.clone(), late.clone(), open.clone()]).await;
    for run in &old {
        add(store, &Actor::System, run, &[step(1, "a").build()]).await.unwrap();
    }
    let purge = async |limit| {
        let mut work = begin(store, &Actor::System).await;
        let gone = work.progress().purge(at(day + 10), limit).await.unwrap();
        work.commit().await.unwrap();
        gone
    };
    let mut dropped = begin(store, &Actor::System).await;
    assert_eq!(dropped.progress().purge(at(day + 10), 9).await.unwrap(), 3);
    drop(dropped);
    assert!(seen_by(store, &Actor::System, old[0].id).await.is_some());
    // A dropped unit holds what it took until its end has reached the database.
    let mut first = 0;
    for _ in 0..1_000 {
        first = purge(2).await;
        if first > 0 {
            break;
        }
    }
    assert_eq!([first, purge(2).await, purge(2).await], [2, 1, 0]);
    for run in &old {
        assert_eq!(seen_by(store, &Actor::System, run.id).await, None);
        assert_eq!(steps_of(store, run).await, []);
    }
    for run in [just, late, open] {
        assert!(seen_by(store, &Actor::System, run.id).await.is_some());
    }
    // Its key is free again with it.
    assert!(add(store, &Actor::System, &old[0], &[]).await.unwrap());
}

/// Nobody but the program takes runs, looks for idle ones, or removes old ones.
pub async fn only_the_program_drives_runs(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = active_automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    let (queued, ended) = (run(&mine).build(), run(&mine).with(|run| run.state = succeeded(1, 1)).build());
    add_all(store, &[queued.clone(), ended.clone()]).await;
    for actor in world.outsiders().into_iter().chain([acting(mine.id, &world.client)]) {
        let mut work = begin(store, &actor).await;
        let claimed = work.progress().claim(queued.id, LIMITS, None, at(1)).await.map(drop);
        assert_refused(land(work, claimed).await);
        let mut work = begin(store, &actor).await;
        let woken = work.progress().wake(queued.id, at(1)).await.map(drop);
        assert_refused(land(work, woken).await);
        let mut work = begin(store, &actor).await;
        let found = work.progress().idle(at(99), None, 9).await.map(drop);
        assert_refused(land(work, found).await);
        let mut work = begin(store, &actor).await;
        let replayed = work.progress().replay(queued.id).await.map(drop);
        assert_refused(land(work, replayed).await);
        let mut work = begin(store, &actor).await;
        let pardoned = work.progress().pardon(queued.id, 0, TimeDelta::zero()).await.map(drop);
        assert_refused(land(work, pardoned).await);
        let mut work = begin(store, &actor).await;
        let stands = work.progress().stand_in_line(queued.id).await;
        assert_refused(land(work, stands).await);
        let mut work = begin(store, &actor).await;
        let line = work.progress().next_in_line(mine.id).await.map(drop);
        assert_refused(land(work, line).await);
        let mut work = begin(store, &actor).await;
        let purged = work.progress().purge(at(99_999_999), 9).await.map(drop);
        assert_refused(land(work, purged).await);
    }
    assert_eq!(seen_by(store, &Actor::System, queued.id).await, Some(queued));
    assert_eq!(seen_by(store, &Actor::System, ended.id).await, Some(ended));
}

/// A unit that only reads drives nothing.
pub async fn a_read_unit_drives_nothing(store: &dyn Store) {
    let mine = active(store).await;
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    let claimed =
        begin_read(store, &Actor::System).await.progress().claim(queued.id, LIMITS, None, at(1)).await;
    assert_refused(claimed.map(drop));
    let written = begin_read(store, &Actor::System).await.progress().checkpoint(&queued, &[]).await;
    assert_out_of_reach(written);
    assert_eq!(seen_by(store, &Actor::System, queued.id).await, Some(queued));
}

const LIMITS: RunLimits = RunLimits { per_owner: 100 };

pub(super) async fn claim(store: &dyn Store, run: &Run, seconds: i64) -> Claiming {
    claim_within(store, run, LIMITS, seconds).await
}

async fn claim_within(store: &dyn Store, run: &Run, limits: RunLimits, seconds: i64) -> Claiming {
    let mut work = begin(store, &Actor::System).await;
    let claiming = work.progress().claim(run.id, limits, None, at(seconds)).await.unwrap();
    work.commit().await.unwrap();
    claiming
}

/// The run as whoever takes it gets it.
pub(super) async fn taken(store: &dyn Store, run: &Run, seconds: i64) -> Run {
    match claim(store, run, seconds).await {
        Claiming::Taken(claimed) => claimed.run,
        other => panic!("{other:?}"),
    }
}

pub(super) async fn idle(store: &dyn Store, seconds: i64, limit: u16) -> Vec<RunId> {
    idle_after(store, None, seconds, limit).await.into_iter().map(|run| run.id).collect()
}

async fn idle_after(store: &dyn Store, last: Option<IdleRun>, seconds: i64, limit: u16) -> Vec<IdleRun> {
    begin_read(store, &Actor::System).await.progress().idle(at(seconds), last, limit).await.unwrap()
}

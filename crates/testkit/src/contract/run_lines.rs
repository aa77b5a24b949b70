//! How runs wait for a place where their automation allows no more of them at a time.

use chrono::TimeDelta;
use kairo_domain::{
    Actor, Automation, AutomationPatch, AutomationRecord, AutomationSettings, Change, Run, RunId, UserId,
};
use kairo_ports::{Claiming, Store};
use serde_json::Value;

use super::aggregates;
use super::run_claims::{claim, idle, taken};
use super::run_progress::checkpoint;
use super::runs::{add_all, cancelled, end, seen_by};
use super::steps::{World, begin, begin_read};
use crate::builders::{active_automation, at, run};

/// A place is given to whoever was fired first, whoever asked for it first; who is cancelled stands in line no longer.
pub async fn places_are_given_in_turn(store: &dyn Store) {
    let (mine, [first, a, b, c, late]) = line_of(store, 1).await;
    let mut at_it = taken(store, &first, 10).await;
    for asking in [&c, &a, &b] {
        assert_eq!(claim(store, asking, 10).await, Claiming::InLine(mine.id));
    }
    assert_eq!(next(store, &mine).await, []);
    at_it.succeed(Value::Null, at(11)).unwrap();
    checkpoint(store, &Actor::System, &at_it, &[]).await.unwrap();
    assert_eq!(next(store, &mine).await, [a.id]);
    for asking in [&b, &late] {
        assert_eq!(claim(store, asking, 11).await, Claiming::InLine(mine.id));
    }
    taken(store, &a, 12).await;
    assert_eq!(next(store, &mine).await, []);
    stop(store, &a).await;
    assert_eq!(next(store, &mine).await, [b.id]);
    stop(store, &b).await;
    assert_eq!(next(store, &mine).await, [c.id]);
    taken(store, &c, 13).await;
    stop(store, &c).await;
    assert_eq!(next(store, &mine).await, [late.id]);
}

/// A run that waited and is older than those in line goes before them; one that a worker has keeps its place.
pub async fn an_older_run_goes_first(store: &dyn Store) {
    let (mine, [first, second, third]) = line_of(store, 1).await;
    let mut oldest = taken(store, &first, 10).await;
    oldest.wait(Some(at(11)), TimeDelta::zero()).unwrap();
    checkpoint(store, &Actor::System, &oldest, &[]).await.unwrap();
    taken(store, &second, 10).await;
    for asking in [&third, &first] {
        assert_eq!(claim(store, asking, 12).await, Claiming::InLine(mine.id));
    }
    assert_eq!(taken(store, &second, 12).await.fence, 2);
    stop(store, &second).await;
    assert_eq!(next(store, &mine).await, [first.id]);
    taken(store, &first, 13).await;
}

/// Who makes way for others gets its place back before those behind it, and stands in line no longer once it has it.
pub async fn who_makes_way_stands_in_line(store: &dyn Store) {
    let (mine, [first, second]) = line_of(store, 1).await;
    let mut at_it = taken(store, &first, 10).await;
    let mut work = begin(store, &Actor::System).await;
    work.progress().stand_in_line(first.id).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(next(store, &mine).await, []);
    at_it.wait(Some(at(11)), TimeDelta::zero()).unwrap();
    checkpoint(store, &Actor::System, &at_it, &[]).await.unwrap();
    assert_eq!(claim(store, &second, 11).await, Claiming::InLine(mine.id));
    assert_eq!(next(store, &mine).await, [first.id]);
    taken(store, &first, 11).await;
    stop(store, &first).await;
    assert_eq!(next(store, &mine).await, [second.id]);
}

/// When an automation allows more, more are let in; when it allows any number, all of them are.
pub async fn more_places_let_more_in(store: &dyn Store) {
    let (mut mine, runs) = line_of::<4>(store, 1).await;
    taken(store, &runs[0], 10).await;
    for asking in &runs[1..] {
        assert_eq!(claim(store, asking, 10).await, Claiming::InLine(mine.id));
    }
    allow(store, &mut mine, Some(3)).await;
    assert_eq!(next(store, &mine).await, [runs[1].id, runs[2].id]);
    allow(store, &mut mine, None).await;
    assert_eq!(next(store, &mine).await, [runs[1].id, runs[2].id, runs[3].id]);
    taken(store, &runs[2], 11).await;
    assert_eq!(next(store, &mine).await, [runs[1].id, runs[3].id]);
}

/// Of those in line the first is looked after like any other, and brings the others along.
pub async fn the_first_in_line_is_idle(store: &dyn Store) {
    let owner = World::in_store(store).await.client.id;
    let mut firsts = Vec::new();
    for _ in 0..2 {
        let mine = limited(store, owner, 1).await;
        let runs = fired::<4>(store, &mine).await;
        taken(store, &runs[0], 40).await;
        for asking in &runs[1..] {
            assert_eq!(claim(store, asking, 10).await, Claiming::InLine(mine.id));
        }
        firsts.push(runs[1].id);
    }
    firsts.sort();
    assert_eq!(idle(store, 30, 9).await, firsts);
}

/// An automation that allows so many runs at a time.
async fn limited(store: &dyn Store, owner: UserId, most: u16) -> Automation {
    let limit = |automation: &mut AutomationRecord| automation.settings.max_concurrent_runs = Some(most);
    let mine = active_automation(owner, "In turn").with(limit).build();
    aggregates::add(store, &mine).await.unwrap();
    mine
}

/// Runs that were fired one after the other.
async fn fired<const N: usize>(store: &dyn Store, automation: &Automation) -> [Run; N] {
    let mut second = 0;
    let runs = [(); N].map(|()| {
        second += 1;
        run(automation).with(|run| run.started_at = at(second)).build()
    });
    add_all(store, &runs).await;
    runs
}

async fn line_of<const N: usize>(store: &dyn Store, most: u16) -> (Automation, [Run; N]) {
    let mine = limited(store, World::in_store(store).await.client.id, most).await;
    let runs = fired(store, &mine).await;
    (mine, runs)
}

async fn next(store: &dyn Store, automation: &Automation) -> Vec<RunId> {
    begin_read(store, &Actor::System).await.progress().next_in_line(automation.id).await.unwrap()
}

async fn stop(store: &dyn Store, run: &Run) {
    let stored = seen_by(store, &Actor::System, run.id).await.unwrap();
    end(store, &Actor::System, &cancelled(&stored)).await.unwrap();
}

async fn allow(store: &dyn Store, automation: &mut Automation, most: Option<u16>) {
    let settings = AutomationSettings { max_concurrent_runs: most, ..automation.settings.clone() };
    let patch = AutomationPatch { settings: Change::Set(settings), ..AutomationPatch::default() };
    automation.edit(patch, at(10)).unwrap();
    aggregates::save(store, automation).await.unwrap();
}

//! What workers write of the runs they have: checkpoints, and fences against those that lost theirs.

use chrono::TimeDelta;
use kairo_domain::{Actor, FailedPhase, Run, RunPhase, RunRecord, Step};
use kairo_flow::StepState;
use kairo_ports::{Claiming, Replay, Store, StoreError};
use serde_json::{Value, json};

use super::aggregates::{self, Aggregate};
use super::run_claims::{claim, taken};
use super::runs::{active, add, cancelled, end, seen_by};
use super::steps::{World, assert_refused, assert_stale, begin, begin_read, land};
use crate::builders::{
    acting, active_automation, at, everything, failed, run, step, step_in_state, succeeded,
};

/// What a run did is kept, step by step, and where it stands.
pub async fn progress_is_kept(store: &dyn Store) {
    let mine = active(store).await;
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    let mut run = taken(store, &queued, 1).await;
    let steps = [step(1, "a").build(), step(2, "b").build(), step(3, "c").build()];
    run.advance(TimeDelta::milliseconds(250));
    checkpoint(store, &Actor::System, &run, &steps[..2]).await.unwrap();
    assert_eq!(seen_by(store, &Actor::System, run.id).await.as_ref(), Some(&run));
    run.wait(Some(at(60)), TimeDelta::milliseconds(1_500)).unwrap();
    checkpoint(store, &Actor::System, &run, &[]).await.unwrap();
    assert_eq!(seen_by(store, &Actor::System, run.id).await.as_ref(), Some(&run));

    let mut run = taken(store, &run, 60).await;
    run.succeed(everything(), at(61)).unwrap();
    checkpoint(store, &Actor::System, &run, &steps[2..]).await.unwrap();
    assert_eq!(seen_by(store, &Actor::System, run.id).await.as_ref(), Some(&run));
    assert_eq!(steps_of(store, &run).await, steps);
    assert_stale(checkpoint(store, &Actor::System, &run, &[]).await);
}

/// A run that failed says why.
pub async fn a_failure_is_kept(store: &dyn Store) {
    let mine = active(store).await;
    for how in FailedPhase::ALL {
        let queued = run(&mine).build();
        add(store, &Actor::System, &queued, &[]).await.unwrap();
        let claimed = taken(store, &queued, 1).await;
        let state = failed(80, how);
        let run =
            Run::restore(RunRecord { state, version: claimed.version.next(), ..RunRecord::clone(&claimed) });
        checkpoint(store, &Actor::System, &run, &[]).await.unwrap();
        assert_eq!(seen_by(store, &Actor::System, run.id).await, Some(run));
    }
}

/// A run's automation writes what the run did, in the unit of what it did; a dropped unit writes neither.
pub async fn an_automation_keeps_its_own_progress(store: &dyn Store) {
    let world = World::in_store(store).await;
    for owner in [&world.client, &world.team, &world.admin] {
        let mine = active_automation(owner.id, "Mine").build();
        aggregates::add(store, &mine).await.unwrap();
        let queued = run(&mine).build();
        add(store, &Actor::System, &queued, &[]).await.unwrap();
        let run = taken(store, &queued, 1).await;
        let mut dropped = begin(store, &acting(mine.id, owner)).await;
        dropped.progress().checkpoint(&run, &[step(1, "a").build()]).await.unwrap();
        drop(dropped);
        assert_eq!(steps_of(store, &run).await, []);
        checkpoint(store, &acting(mine.id, owner), &run, &[step(1, "a").build()]).await.unwrap();
        assert_eq!(steps_of(store, &run).await.len(), 1);
    }
}

/// Nobody else does, its owner in person included.
pub async fn nobody_else_keeps_progress(store: &dyn Store) {
    let world = World::in_store(store).await;
    let [mine, other] = ["Mine", "Other"].map(|title| active_automation(world.client.id, title).build());
    aggregates::add_all(store, &[mine.clone(), other.clone()]).await.unwrap();
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    let run = taken(store, &queued, 1).await;
    let strangers = [acting(other.id, &world.client), world.as_client(), world.as_admin(), Actor::Visitor];
    for actor in strangers {
        assert_refused(checkpoint(store, &actor, &run, &[step(1, "a").build()]).await);
    }
    assert_eq!(steps_of(store, &run).await, []);
}

/// Of two workers that took a run, the earlier can write nothing any more.
pub async fn a_later_claim_fences_the_earlier(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = active_automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    let mut dead = taken(store, &queued, 1).await;
    let alive = taken(store, &queued, 2).await;
    assert_eq!((dead.fence, alive.fence, alive.stalls), (1, 2, 2));
    dead.succeed(json!("dead"), at(3)).unwrap();
    for actor in [Actor::System, acting(mine.id, &world.client)] {
        assert_stale(checkpoint(store, &actor, &dead, &[step(1, "dead").build()]).await);
    }
    assert_eq!(steps_of(store, &alive).await, []);
    assert_eq!(seen_by(store, &Actor::System, alive.id).await.as_ref(), Some(&alive));
    checkpoint(store, &Actor::System, &alive, &[step(1, "alive").build()]).await.unwrap();
    assert_eq!(steps_of(store, &alive).await, [step(1, "alive").build()]);
}

/// A checkpoint that was open when somebody else took the run comes too late.
pub async fn a_checkpoint_that_was_overtaken_is_stale(store: &dyn Store) {
    let mine = active(store).await;
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    let run = taken(store, &queued, 1).await;
    let mut open = begin(store, &Actor::System).await;
    taken(store, &queued, 2).await;
    let written = open.progress().checkpoint(&run, &[step(1, "a").build()]).await;
    assert_stale(land(open, written).await);
    assert_eq!(steps_of(store, &run).await, []);
}

/// Who ends a run fences its worker; and who saw it before a worker took it ends nothing.
pub async fn an_ended_run_fences_its_worker(store: &dyn Store) {
    let mine = active(store).await;
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    let run = taken(store, &queued, 1).await;
    assert_stale(end(store, &Actor::System, &cancelled(&queued)).await);
    end(store, &Actor::System, &cancelled(&run)).await.unwrap();
    assert_stale(checkpoint(store, &Actor::System, &run, &[step(1, "a").build()]).await);
    assert_eq!(claim(store, &run, 5).await, Claiming::Nothing);
    let phase = seen_by(store, &Actor::System, run.id).await.unwrap().phase();
    assert_eq!((phase, steps_of(store, &run).await), (RunPhase::Cancelled, vec![]));
}

/// What is too long for a log is noted when the run has ended; the outputs of a run that failed stay whole.
pub async fn long_steps_are_shortened_at_the_end(store: &dyn Store) {
    let mine = active(store).await;
    let long = json!("é".repeat(40_000));
    let note = json!({"truncated": true, "bytes": 80_002, "start": format!("\"{}", "é".repeat(999))});
    let of = |seq, input: &Value, output: &Value| {
        let state = StepState::Done { port: "out".to_owned(), output: output.clone() };
        step_in_state(seq, "a", state).with(|step| step.record.input = input.clone()).build()
    };
    let first = [of(1, &long, &long), of(2, &json!(1), &json!("x".repeat(65_534)))];
    let last = of(3, &json!(null), &long);
    for (state, last_output) in [(succeeded(9, 1), &note), (failed(9, FailedPhase::Failed), &long)] {
        let queued = run(&mine).build();
        add(store, &Actor::System, &queued, &[]).await.unwrap();
        let claimed = taken(store, &queued, 1).await;
        checkpoint(store, &Actor::System, &claimed, &first).await.unwrap();
        assert_eq!(steps_of(store, &claimed).await, first);
        let version = claimed.version.next();
        let ended = Run::restore(RunRecord { state, version, ..RunRecord::clone(&claimed) });
        checkpoint(store, &Actor::System, &ended, std::slice::from_ref(&last)).await.unwrap();
        let kept = [of(1, &note, last_output), first[1].clone(), of(3, &json!(null), last_output)];
        assert_eq!(steps_of(store, &ended).await, kept);
    }
}

/// What answers a webhook stays whole, however the run ended: it is sent from there.
pub async fn an_answer_stays_whole(store: &dyn Store) {
    let mine = active(store).await;
    let long = json!({"status": 200, "body": "x".repeat(100_000)});
    let said = StepState::Done { port: "out".to_owned(), output: long };
    let answer =
        step_in_state(1, "say", said).with(|step| step.record.kind = Step::ANSWER.to_owned()).build();
    for state in [succeeded(9, 1), failed(9, FailedPhase::Failed)] {
        let queued = run(&mine).build();
        add(store, &Actor::System, &queued, &[]).await.unwrap();
        let claimed = taken(store, &queued, 1).await;
        let version = claimed.version.next();
        let ended = Run::restore(RunRecord { state, version, ..RunRecord::clone(&claimed) });
        checkpoint(store, &Actor::System, &ended, std::slice::from_ref(&answer)).await.unwrap();
        assert_eq!(steps_of(store, &ended).await, std::slice::from_ref(&answer));
    }
}

/// Who goes on with a run gets what it did, without what its steps took in, but for those that are held.
pub async fn a_run_is_replayed(store: &dyn Store) {
    let mine = active(store).await;
    let queued = run(&mine).build();
    let held = StepState::Held { until_ms: Some(5_000), detail: json!({"since": 1}) };
    let took = |step: &mut Step| step.record.input = json!({"text": "ä".repeat(50)});
    let steps = [step(1, "a").with(took).build(), step_in_state(2, "b", held).with(took).build()];
    add(store, &Actor::System, &queued, &steps).await.unwrap();
    let replay = begin_read(store, &Actor::System).await.progress().replay(queued.id).await.unwrap();
    let [mut done, held] = steps;
    let left_out = done.record.input.to_string().len() as u64;
    done.record.input = Value::Null;
    assert_eq!(replay, Replay { steps: vec![done, held], left_out });
    let nothing = begin_read(store, &Actor::System).await.progress().replay(run(&mine).build().id).await;
    assert_eq!(nothing.unwrap(), Replay::default());
}

/// That a run was taken in vain is taken back by whoever took it, and by nobody after them; the time spent stays.
pub async fn a_run_taken_in_vain_is_pardoned(store: &dyn Store) {
    let mine = active(store).await;
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    let pardon = async |fence| {
        let mut work = begin(store, &Actor::System).await;
        let pardoned = work.progress().pardon(queued.id, fence, TimeDelta::milliseconds(40)).await.unwrap();
        work.commit().await.unwrap();
        pardoned
    };
    let first = taken(store, &queued, 1).await;
    let second = taken(store, &queued, 2).await;
    assert_eq!((second.stalls, pardon(first.fence).await), (2, false));
    assert!(pardon(second.fence).await);
    let pardoned = seen_by(store, &Actor::System, queued.id).await.unwrap();
    assert_eq!((pardoned.stalls, pardoned.worked), (1, TimeDelta::milliseconds(40)));
    // What was kept meanwhile counts once.
    assert!(pardon(second.fence).await);
    let again = seen_by(store, &Actor::System, queued.id).await.unwrap();
    assert_eq!((again.stalls, again.worked), (0, TimeDelta::milliseconds(40)));
    end(store, &Actor::System, &cancelled(&again)).await.unwrap();
    assert!(!pardon(second.fence).await);
}

/// A deleted automation's runs go on to their end.
pub async fn runs_outlive_a_deletion(store: &dyn Store) {
    let mine = active(store).await;
    let queued = run(&mine).build();
    add(store, &Actor::System, &queued, &[]).await.unwrap();
    aggregates::save(store, &mine.deleted()).await.unwrap();
    let mut run = taken(store, &queued, 1).await;
    run.succeed(Value::Null, at(2)).unwrap();
    checkpoint(store, &Actor::System, &run, &[]).await.unwrap();
    assert_eq!(seen_by(store, &Actor::System, run.id).await, Some(run));
}

pub(super) async fn checkpoint(
    store: &dyn Store,
    actor: &Actor,
    run: &Run,
    steps: &[Step],
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let written = work.progress().checkpoint(run, steps).await;
    land(work, written).await
}

pub(super) async fn steps_of(store: &dyn Store, run: &Run) -> Vec<Step> {
    begin_read(store, &Actor::System).await.runs().steps(run.id, 0, 1_000).await.unwrap()
}

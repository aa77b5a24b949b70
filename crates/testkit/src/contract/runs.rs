//! Runs, and the steps of which they are made.

use chrono::TimeDelta;
use kairo_domain::{
    Actor, Automation, AutomationId, FailedPhase, Firing, ParentStep, Run, RunId, RunPhase, RunRecord,
    RunState, Step, Verb,
};
use kairo_flow::{StepError, StepKey, StepState};
use kairo_ports::{RunFigures, Store, StoreError};

use super::aggregates;
use super::steps::{
    World, assert_missing, assert_out_of_reach, assert_refused, assert_stale, assert_taken, begin,
    begin_read, land,
};
use crate::builders::{
    active_automation, at, automation, everything, failed, full_run, next_id, permit, run, step,
    step_in_state, succeeded,
};

/// Every field comes back as it was given, in every state.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let mine = active(store).await;
    let in_state = |state| full_run(&mine).with(|run| run.state = state).build();
    let states = [
        RunState::Queued,
        RunState::Running,
        RunState::Waiting { until: None },
        RunState::Waiting { until: Some(at(99) + TimeDelta::microseconds(1)) },
        succeeded(80, 12_345),
        failed(80, FailedPhase::Failed),
        failed(80, FailedPhase::Cancelled),
        failed(80, FailedPhase::TimedOut),
    ];
    for run in states.map(in_state).into_iter().chain([run(&mine).build()]) {
        add(store, &Actor::System, &run, &[]).await.unwrap();
        assert_eq!(seen_by(store, &Actor::System, run.id).await, Some(run));
    }
    assert_eq!(seen_by(store, &Actor::System, RunId::from_uuid(next_id())).await, None);
}

/// Steps come back as they were given, in order and piece by piece, whatever they came to.
pub async fn steps_come_back_in_order(store: &dyn Store) {
    let mine = active(store).await;
    let error = StepError::retryable("http_status", "it said \"500\"\n").with_details(everything());
    let states = [
        StepState::Done { port: "case:a".to_owned(), output: everything() },
        StepState::Failed { error, port: Some("error".to_owned()) },
        StepState::Failed { error: StepError::permanent("no", "no"), port: None },
        StepState::Skipped,
        StepState::Held { until_ms: Some(1_786_708_800_123), detail: everything() },
        StepState::Held { until_ms: None, detail: serde_json::Value::Null },
    ];
    let mut steps: Vec<Step> =
        states.into_iter().zip(1..).map(|(state, seq)| step_in_state(seq, "a", state).build()).collect();
    steps[0].record.key = StepKey { node: "loop".to_owned(), iteration: vec![2, 0, 11] };
    steps[0].record.input = everything();
    steps[1].record.attempt = 4;
    steps[2].record.kind = "http.request".to_owned();
    steps[3].started_at = at(3) + TimeDelta::microseconds(5);
    steps[3].finished_at = at(4) + TimeDelta::microseconds(6);
    let (run, other) = (run(&mine).build(), run(&mine).build());
    add(store, &Actor::System, &run, &steps).await.unwrap();
    add(store, &Actor::System, &other, &steps[..1]).await.unwrap();
    let mut work = begin_read(store, &Actor::System).await;
    assert_eq!(work.runs().steps(run.id, 0, 100).await.unwrap(), steps);
    assert_eq!(work.runs().steps(run.id, 2, 3).await.unwrap(), steps[2..5]);
    assert_eq!(work.runs().steps(run.id, 6, 100).await.unwrap(), []);
    assert_eq!(work.runs().steps(RunId::from_uuid(next_id()), 0, 100).await.unwrap(), []);
}

/// A firing that is rolled back leaves nothing, and may be tried again.
pub async fn a_rolled_back_firing_leaves_nothing(store: &dyn Store) {
    let mine = active(store).await;
    let run = run(&mine).build();
    let mut work = begin(store, &Actor::System).await;
    let may = permit(&Actor::System, Verb::Create, &run);
    assert!(work.runs().add(&may, &run, &[step(1, "a").build()]).await.unwrap());
    assert_eq!(work.runs().get(run.id).await.unwrap().as_ref(), Some(&run));
    assert_eq!(work.runs().steps(run.id, 0, 9).await.unwrap().len(), 1);
    drop(work);
    assert_eq!(seen_by(store, &Actor::System, run.id).await, None);
    assert!(add(store, &Actor::System, &run, &[]).await.unwrap());
}

/// The same automation is fired once with a key: the second run is none, and leaves no step.
pub async fn a_key_fires_once(store: &dyn Store) {
    let mine = active(store).await;
    let other = active_automation(mine.owner, "Other").build();
    aggregates::add(store, &other).await.unwrap();
    let hook = |of: &Automation| run(of).with(|run| run.firing = Firing::webhook("hook", "delivery")).build();
    let (first, second, elsewhere) = (hook(&mine), hook(&mine), hook(&other));
    assert!(add(store, &Actor::System, &first, &[]).await.unwrap());
    assert!(!add(store, &Actor::System, &second, &[step(1, "a").build()]).await.unwrap());
    assert!(add(store, &Actor::System, &elsewhere, &[]).await.unwrap());
    assert_eq!(seen_by(store, &Actor::System, second.id).await, None);
    assert_eq!(seen_by(store, &Actor::System, first.id).await, Some(first));
    let steps = begin_read(store, &Actor::System).await.runs().steps(second.id, 0, 9).await.unwrap();
    assert_eq!(steps, []);
}

/// Who comes second finds that it was fired, even when the unit began before; and within one unit as well.
pub async fn a_key_fires_once_among_units(store: &dyn Store) {
    let mine = active(store).await;
    let tick = || run(&mine).with(|run| run.firing = Firing::schedule("tick", at(60))).build();
    let (first, again, second) = (tick(), tick(), tick());
    let may = |run: &Run| permit(&Actor::System, Verb::Create, run);
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    assert!(one.runs().add(&may(&first), &first, &[]).await.unwrap());
    assert!(!one.runs().add(&may(&again), &again, &[]).await.unwrap());
    one.commit().await.unwrap();
    assert!(!other.runs().add(&may(&second), &second, &[]).await.unwrap());
    other.commit().await.unwrap();
    assert_eq!(seen_by(store, &Actor::System, second.id).await, None);
}

/// A run has an id of its own, and an automation.
pub async fn what_cannot_be_added_is_refused(store: &dyn Store) {
    let mine = active(store).await;
    let first = run(&mine).build();
    add(store, &Actor::System, &first, &[]).await.unwrap();
    let rival = run(&mine).with(|run| run.id = first.id).build();
    assert_taken(add(store, &Actor::System, &rival, &[]).await.map(drop), "id");
    let unknown = automation(mine.owner, "Unknown").build();
    assert_missing(add(store, &Actor::System, &run(&unknown).build(), &[]).await.map(drop), "automationId");
    let mut work = begin(store, &Actor::System).await;
    let (wanted, other) = (run(&mine).build(), run(&mine).build());
    let added = work.runs().add(&permit(&Actor::System, Verb::Create, &other), &wanted, &[]).await;
    assert_refused(land(work, added.map(drop)).await);
    assert_eq!(seen_by(store, &Actor::System, first.id).await, Some(first));
}

/// Staff sees every run, a client those of its own automations, others learn of none; so it is with steps.
pub async fn everybody_sees_what_they_may(store: &dyn Store) {
    let world = World::in_store(store).await;
    for owner in [&world.team, &world.client] {
        let mine = active_automation(owner.id, "Mine").build();
        aggregates::add(store, &mine).await.unwrap();
        let run = run(&mine).build();
        add(store, &Actor::System, &run, &[step(1, "a").build()]).await.unwrap();
        for (actor, seen) in [
            (world.as_admin(), true),
            (world.as_team(), true),
            (world.as_client(), owner.id == world.client.id),
            (world.as_rival(), false),
            (Actor::Visitor, false),
        ] {
            assert_eq!(seen_by(store, &actor, run.id).await.is_some(), seen, "{actor:?}");
            let steps = begin_read(store, &actor).await.runs().steps(run.id, 0, 9).await.unwrap();
            assert_eq!(steps.len(), usize::from(seen), "{actor:?}");
        }
    }
}

/// Everybody fires their own automations and ends what they fired, an administrator those of others too.
pub async fn everybody_fires_their_own(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, owner, is_allowed) in [
        (world.as_client(), world.client.id, true),
        (world.as_team(), world.team.id, true),
        (world.as_admin(), world.client.id, true),
        (world.as_rival(), world.client.id, false),
        (world.as_team(), world.client.id, false),
        (Actor::Visitor, world.client.id, false),
    ] {
        let mine = active_automation(owner, "Mine").build();
        aggregates::add(store, &mine).await.unwrap();
        let (wanted, known) = (run(&mine).build(), run(&mine).build());
        add(store, &Actor::System, &known, &[]).await.unwrap();
        let added = add(store, &actor, &wanted, &[step(1, "a").build()]).await.map(drop);
        let ended = end(store, &actor, &cancelled(&known)).await;
        if is_allowed {
            added.and(ended).unwrap();
        } else {
            assert_out_of_reach(added);
            assert_out_of_reach(ended);
        }
        assert_eq!(seen_by(store, &Actor::System, wanted.id).await.is_some(), is_allowed, "{actor:?}");
        assert_eq!(seen_by(store, &Actor::System, known.id).await == Some(known), !is_allowed, "{actor:?}");
    }
}

/// A run that somebody ended keeps everything else.
pub async fn a_run_is_ended(store: &dyn Store) {
    let mine = active(store).await;
    for state in [RunState::Queued, RunState::Running, RunState::Waiting { until: Some(at(99)) }] {
        let run = full_run(&mine).with(|run| run.state = state).build();
        add(store, &Actor::System, &run, &[]).await.unwrap();
        let ended = cancelled(&run);
        end(store, &Actor::System, &ended).await.unwrap();
        assert_eq!(ended.phase(), RunPhase::Cancelled);
        assert_eq!(seen_by(store, &Actor::System, run.id).await.as_ref(), Some(&ended));
        assert_stale(end(store, &Actor::System, &cancelled(&run)).await);
        assert_eq!(seen_by(store, &Actor::System, run.id).await, Some(ended));
    }
    assert_stale(end(store, &Actor::System, &cancelled(&run(&mine).build())).await);
}

/// Of two who end a run the second comes too late.
pub async fn two_units_cannot_both_end(store: &dyn Store) {
    let mine = active(store).await;
    let run = run(&mine).build();
    add(store, &Actor::System, &run, &[]).await.unwrap();
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    let may = permit(&Actor::System, Verb::Update, &run);
    one.runs().end(&may, &cancelled(&run)).await.unwrap();
    one.commit().await.unwrap();
    let ended = other.runs().end(&may, &cancelled(&run)).await;
    assert_stale(land(other, ended).await);
}

/// The runs that steps of a run wait for, as long as they have not ended.
pub async fn open_children_are_found(store: &dyn Store) {
    let mine = active(store).await;
    let parent = run(&mine).build();
    let child = |of: RunId, node: &str, state: RunState, seconds| {
        let parent = ParentStep { run: of, step: format!("{node}:") };
        run(&mine)
            .with(|run| {
                (run.firing, run.state, run.started_at) =
                    (Firing::subflow("start", parent, 1), state, at(seconds));
            })
            .build()
    };
    let late = child(parent.id, "a", RunState::Waiting { until: None }, 9);
    let early = child(parent.id, "b", RunState::Queued, 3);
    let ended = child(parent.id, "c", succeeded(5, 4_000), 1);
    let of_another = child(RunId::from_uuid(next_id()), "a", RunState::Queued, 1);
    add_all(store, &[parent.clone(), late.clone(), early.clone(), ended, of_another]).await;
    let children = begin_read(store, &Actor::System).await.runs().children(parent.id).await.unwrap();
    assert_eq!(children, [early, late]);
    assert_eq!(begin_read(store, &Actor::Visitor).await.runs().children(parent.id).await.unwrap(), []);
}

/// The open sub-flow of a run is handed to another run, whatever its worker does meanwhile; one that has ended, or is
/// waited for by somebody else, is not.
pub async fn an_open_child_is_adopted(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = active_automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    let [old, new] = [(); 2].map(|()| run(&mine).build());
    let child = |of: &Run, state| {
        let parent = ParentStep { run: of.id, step: next_id().to_string() };
        run(&mine).with(|run| (run.firing, run.state) = (Firing::subflow("start", parent, 1), state)).build()
    };
    let queued = child(&old, RunState::Queued);
    let ended = child(&old, succeeded(5, 4_000));
    let of_another = child(&new, RunState::Queued);
    add_all(store, &[old.clone(), new.clone(), queued.clone(), ended.clone(), of_another.clone()]).await;
    let mut taken = super::run_claims::taken(store, &queued, 1).await;
    let adopt = async |actor: &Actor, child: &Run| {
        let mut work = begin(store, actor).await;
        let may = permit(&Actor::System, Verb::Update, child);
        let adopted = work.runs().adopt(&may, child.id, old.id, new.id).await;
        land(work, adopted.as_ref().map(drop).map_err(|_| StoreError::Stale)).await.ok();
        adopted
    };
    assert!(!adopt(&world.as_rival(), &queued).await.unwrap_or(false));
    assert!(adopt(&world.as_client(), &queued).await.unwrap());
    for not_open in [&queued, &ended, &of_another] {
        assert!(!adopt(&world.as_client(), not_open).await.unwrap());
    }
    assert_eq!(children_of(store, &old).await, []);
    assert!(children_of(store, &new).await.contains(&queued.id));
    taken.wait(None, TimeDelta::zero()).unwrap();
    super::run_progress::checkpoint(store, &Actor::System, &taken, &[]).await.unwrap();
    assert!(children_of(store, &new).await.contains(&queued.id));
}

async fn children_of(store: &dyn Store, run: &Run) -> Vec<RunId> {
    let children = begin_read(store, &Actor::System).await.runs().children(run.id).await.unwrap();
    children.iter().map(|child| child.id).collect()
}

/// What a run answers is the first of its steps for that which came to it, for everybody who sees the run.
pub async fn the_answer_of_a_run_is_found(store: &dyn Store) {
    let mine = active(store).await;
    let error = StepError::permanent("no", "no");
    let done = || StepState::Done { port: "out".to_owned(), output: everything() };
    let answer = |seq, state| {
        step_in_state(seq, "say", state).with(|step| step.record.kind = Step::ANSWER.to_owned()).build()
    };
    let steps = [
        step(1, "a").build(),
        answer(2, StepState::Failed { error, port: None }),
        answer(3, StepState::Skipped),
        answer(4, done()),
        answer(5, done()),
    ];
    let (answering, silent) = (run(&mine).build(), run(&mine).build());
    add(store, &Actor::System, &answering, &steps).await.unwrap();
    add(store, &Actor::System, &silent, &steps[..3]).await.unwrap();
    let found = async |actor: &Actor, run: &Run| {
        begin_read(store, actor).await.runs().answer_of(run.id).await.unwrap()
    };
    assert_eq!(found(&Actor::System, &answering).await.as_ref(), Some(&steps[3]));
    assert_eq!(found(&Actor::System, &silent).await, None);
    assert_eq!(found(&Actor::System, &run(&mine).build()).await, None);
    assert_eq!(found(&Actor::Visitor, &answering).await, None);
}

/// How many runs there were since an instant, how they ended, and how long they took.
pub async fn runs_are_summed_up(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = active_automation(world.client.id, "Mine").build();
    let other = active_automation(world.client.id, "Other").build();
    aggregates::add_all(store, &[mine.clone(), other.clone()]).await.unwrap();
    let of = |of: &Automation, seconds, state| {
        run(of).with(|run| (run.started_at, run.state) = (at(seconds), state)).build()
    };
    let took = |millis| succeeded(90, millis);
    let mut runs = vec![
        of(&mine, 9, took(999_999)),
        of(&other, 20, took(999_999)),
        of(&mine, 10, RunState::Queued),
        of(&mine, 11, RunState::Waiting { until: None }),
        of(&mine, 12, failed(90, FailedPhase::TimedOut)),
    ];
    runs.extend([100, 300, 200, 400].map(|millis| of(&mine, 13, took(millis))));
    add_all(store, &runs).await;
    let figures = async |actor: &Actor, of: AutomationId, since| {
        begin_read(store, actor).await.runs().figures(of, at(since)).await.unwrap()
    };
    // The failed one took 69,999 ms.
    let expected = RunFigures {
        open: 2,
        succeeded: 4,
        failed: 1,
        median: Some(TimeDelta::milliseconds(300)),
        p95: Some(TimeDelta::milliseconds(56_079)),
    };
    for actor in [Actor::System, world.as_team(), world.as_client()] {
        assert_eq!(figures(&actor, mine.id, 10).await, expected, "{actor:?}");
    }
    for actor in [world.as_rival(), Actor::Visitor] {
        assert_eq!(figures(&actor, mine.id, 10).await, RunFigures::default(), "{actor:?}");
    }
    assert_eq!(figures(&Actor::System, mine.id, 14).await, RunFigures::default());
}

/// An automation that fires, stored.
pub(super) async fn active(store: &dyn Store) -> Automation {
    let world = World::in_store(store).await;
    let mine = active_automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    mine
}

/// The run after somebody ended it.
pub(super) fn cancelled(run: &Run) -> Run {
    let mut run = Run::restore(RunRecord::clone(run));
    run.cancel(at(95)).unwrap();
    run
}

pub(super) async fn seen_by(store: &dyn Store, actor: &Actor, id: RunId) -> Option<Run> {
    begin_read(store, actor).await.runs().get(id).await.unwrap()
}

/// Adds runs in one unit.
pub(super) async fn add_all(store: &dyn Store, runs: &[Run]) {
    let mut work = begin(store, &Actor::System).await;
    for run in runs {
        assert!(work.runs().add(&permit(&Actor::System, Verb::Create, run), run, &[]).await.unwrap());
    }
    work.commit().await.unwrap();
}

/// Adds a run in a unit of this actor, with a permit of somebody who may.
pub(super) async fn add(
    store: &dyn Store,
    actor: &Actor,
    run: &Run,
    steps: &[Step],
) -> Result<bool, StoreError> {
    let mut work = begin(store, actor).await;
    let added = work.runs().add(&permit(&Actor::System, Verb::Create, run), run, steps).await?;
    work.commit().await.map(|()| added)
}

/// Ends a run in a unit of this actor, with a permit of somebody who may.
pub(super) async fn end(store: &dyn Store, actor: &Actor, run: &Run) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let ended = work.runs().end(&permit(&Actor::System, Verb::Update, run), run).await;
    land(work, ended).await
}

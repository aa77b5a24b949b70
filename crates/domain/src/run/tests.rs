use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn run() -> Run {
    let id = RunId::from_uuid(Uuid::from_u128(1));
    let fired = Fired {
        automation: Id::from_uuid(Uuid::from_u128(2)),
        owner: Id::from_uuid(Uuid::from_u128(3)),
        flow_number: FlowNumber::FIRST,
        firing: Firing::manual("t", id),
        input: json!({}),
    };
    Run::queue(id, fired, at(0))
}

fn failure() -> RunFailure {
    RunFailure::of_run("e", "an error")
}

#[test]
fn a_run_waits_resumes_and_ends() {
    let mut run = run();
    run.claim().unwrap();
    run.wait(Some(at(60)), TimeDelta::seconds(5)).unwrap();
    run.claim().unwrap();
    run.succeed(json!(1), at(90)).unwrap();
    let ending = Ending { at: at(90), took: TimeDelta::seconds(90) };
    assert_eq!(run.state, RunState::Success { ending, output: json!(1) });
    assert_eq!((run.fence, run.worked), (2, TimeDelta::seconds(5)));
    assert_eq!(run.claim().unwrap_err().to_string(), "cannot go from SUCCESS to RUNNING: SUCCESS is final");
}

#[test]
fn a_run_is_taken_from_a_worker_that_is_gone() {
    let mut run = run();
    run.claim().unwrap();
    run.claim().unwrap();
    assert_eq!((run.phase(), run.fence, run.stalls), (RunPhase::Running, 2, 2));
    run.advance(TimeDelta::seconds(3));
    assert_eq!((run.stalls, run.worked), (0, TimeDelta::seconds(3)));
}

#[test]
fn a_cancelled_run_shows_as_failed_and_fences_its_worker() {
    let mut run = run();
    run.claim().unwrap();
    run.cancel(at(1)).unwrap();
    assert_eq!((run.phase(), run.phase().status(), run.fence), (RunPhase::Cancelled, RunStatus::Failed, 2));
}

fn drive(run: &mut Run, to: RunPhase) -> Result<(), RunRefused> {
    match to {
        RunPhase::Queued => Err(IllegalTransition { from: run.phase(), to, allowed: Vec::new() }),
        RunPhase::Running if run.phase() == RunPhase::Running => {
            Err(IllegalTransition { from: run.phase(), to, allowed: Vec::new() })
        }
        RunPhase::Running => run.claim(),
        RunPhase::Waiting => run.wait(None, TimeDelta::zero()),
        RunPhase::Success => run.succeed(json!(null), at(1)),
        RunPhase::Failed => run.fail(FailedPhase::Failed, failure(), at(1)),
        RunPhase::Cancelled => run.fail(FailedPhase::Cancelled, failure(), at(1)),
        RunPhase::TimedOut => run.fail(FailedPhase::TimedOut, failure(), at(1)),
    }
}

proptest! {
    #[test]
    fn no_walk_leaves_the_edges(walk in prop::collection::vec(prop::sample::select(RunPhase::ALL.to_vec()), 0..40)) {
        let mut run = run();
        for to in walk {
            let from = run.phase();
            let moved = drive(&mut run, to).is_ok();
            prop_assert_eq!(moved, from.next().contains(&to));
            prop_assert_eq!(run.phase(), if moved { to } else { from });
        }
    }
}

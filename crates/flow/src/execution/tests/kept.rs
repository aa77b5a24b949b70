//! What a run keeps is bounded: what its steps were given, what they left, and how they failed.

use super::*;

/// The length of the bodies that are sent here.
const LONG: usize = 500_000;

fn request(id: &str, body: &str) -> Value {
    let params = json!({"method": "POST", "url": "https://a.example", "body": body});
    json!({"id": id, "type": "http.request", "data": {"params": params, "onError": "continue"}})
}

/// Sends a long body for each item of a list of 1,000.
fn sends_much() -> Arc<Plan> {
    let nodes = [
        json!({"id": "start", "type": "trigger.manual"}),
        json!({"id": "each", "type": "forEach", "data": {"params": {"items": "range(1000)"}}}),
        request("h", "{{ trigger }}"),
    ];
    plan_of(&nodes, &["start each", "each/item h"])
}

/// Drives a run, and gives the bytes of what it recorded besides how it ended.
fn recorded(execution: &mut Execution, mut act: impl FnMut(&mut Execution, &Effect)) -> (usize, Outcome) {
    let mut bytes = 0;
    loop {
        let next = execution.next(NOW, 1, Effort::Full);
        let records = execution.take_records();
        bytes += records.iter().map(|record| json!(record).to_string().len()).sum::<usize>();
        match next {
            Next::Act(effects) => effects.iter().for_each(|effect| act(execution, effect)),
            Next::Done(outcome) => return (bytes, outcome),
            Next::Idle { .. } => panic!("nothing wakes this run"),
            Next::Busy => {}
        }
    }
}

fn assert_too_large((bytes, outcome): (usize, Outcome)) {
    let Outcome::Failed { error, .. } = outcome else { panic!("{bytes} bytes were recorded") };
    assert_eq!(error.code, "run_too_large");
    assert!(bytes < 70 * 1024 * 1024, "{bytes} bytes were recorded");
}

#[test]
fn what_steps_are_given_is_bounded() {
    let mut execution = begin(&sends_much(), json!("x".repeat(LONG)));
    assert_too_large(recorded(&mut execution, |execution, effect| {
        execution.learned(&effect.key, Ok(Value::Null));
    }));
}

#[test]
fn what_held_attempts_are_given_is_bounded() {
    let mut execution = begin(&sends_much(), json!("x".repeat(LONG)));
    assert_too_large(recorded(&mut execution, |execution, effect| match effect.attempt {
        1..5 => execution.hold(&effect.key, Some(0), Value::Null),
        _ => execution.learned(&effect.key, Ok(Value::Null)),
    }));
}

#[test]
fn what_a_replay_leaves_out_is_counted() {
    let mut execution = begin(&sends_much(), json!("x"));
    let effect = act(&mut execution).remove(0);
    let records = execution.take_records();
    for (left_out, ends) in [(60 * 1024 * 1024, false), (64 * 1024 * 1024, true)] {
        let mut again = begin(&sends_much(), json!("x"));
        records.iter().for_each(|record| again.replay(record));
        again.replay_inputs(left_out);
        act(&mut again);
        again.learned(&effect.key, Ok(Value::Null));
        assert_eq!(matches!(again.next(NOW, 1, Effort::Full), Next::Done(Outcome::Failed { .. })), ends);
    }
}

#[test]
fn how_steps_fail_is_bounded() {
    let mut execution = begin(&sends_much(), json!("x"));
    assert_too_large(recorded(&mut execution, |execution, effect| {
        let error = StepError::permanent("no", "x".repeat(LONG)).with_details(json!("x".repeat(LONG)));
        execution.learned(&effect.key, Err(error));
    }));
}

//! Every attempt of an effect wants the same: they share one idempotency key.

use super::*;

fn asks_the_time() -> Arc<Plan> {
    let request = json!({"method": "POST", "url": "https://a.example", "body": {"at": "{{ now }}", "to": "{{ trigger }}"}});
    plan(&[start(), ("h", "http.request", request)], &["start h"])
}

/// The second attempt of a run that was held, as it is after a replay of what a store made of the first one.
fn second_attempt(stored: impl Fn(&mut StepRecord)) -> (Effect, Effect) {
    let plan = asks_the_time();
    let mut execution = begin(&plan, json!("Ada"));
    let first = act(&mut execution).remove(0);
    execution.hold(&first.key, Some(0), Value::Null);
    let mut again = begin(&plan, json!("Ada"));
    for mut record in execution.take_records() {
        stored(&mut record);
        again.replay(&record);
    }
    let later = Now { ms: 9_000, text: "2026-01-02T00:00:00Z" };
    let Next::Act(mut effects) = again.next(later, 1, Effort::Full) else { panic!() };
    (first, effects.remove(0))
}

#[test]
fn an_attempt_after_a_replay_wants_what_the_first_one_wanted() {
    let (first, second) = second_attempt(|_| {});
    assert_eq!(second.attempt, 2);
    assert_eq!((&second.input, &second.kind), (&first.input, &first.kind));
}

#[test]
fn what_was_redacted_in_a_store_is_rendered_anew() {
    for (place, value) in [
        ("/body/to", json!("[redacted]")),
        ("/body/to", json!("Bearer [redacted]!")),
        ("/body", json!({"[redacted]": 1})),
        ("/body", json!([["[redacted]"]])),
    ] {
        let (_, second) = second_attempt(|record| *record.input.pointer_mut(place).unwrap() = value.clone());
        assert_eq!(second.input["body"], json!({"at": "2026-01-02T00:00:00Z", "to": "Ada"}), "{value}");
    }
}

#[test]
fn what_was_not_stored_is_rendered_anew() {
    let (_, second) = second_attempt(|record| record.input = Value::Null);
    assert_eq!(second.input["body"]["at"], json!("2026-01-02T00:00:00Z"));
}

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::random::{Dice, Drawing, Driver, flow};
use super::*;

fn begin(plan: &Arc<Plan>) -> Execution {
    let scope = Scope { trigger: json!({"a": 1}), vars: Value::Null, run: Value::Null };
    Execution::start(Arc::clone(plan), "start", scope).unwrap()
}

/// Replays records as a store gives them back: with the inputs of what was held, and the length of the others.
fn replay_stored<'a>(execution: &mut Execution, records: impl Iterator<Item = &'a StepRecord>) {
    let mut left_out = 0;
    for record in records {
        let mut stored = record.clone();
        if !matches!(record.state, StepState::Held { .. }) && !record.input.is_null() {
            left_out += record.input.to_string().len() as u64;
            stored.input = Value::Null;
        }
        execution.replay(&stored);
    }
    execution.replay_inputs(left_out);
}

/// How each step ended.
fn ends(records: impl Iterator<Item = StepRecord>) -> BTreeMap<StepKey, StepState> {
    let ended = records.filter(|record| !matches!(record.state, StepState::Held { .. }));
    ended.map(|record| (record.key, record.state)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_run_goes_on_after_any_record_as_if_nothing_had_happened(seed: u64) {
        let plan = flow(&mut Dice::new(seed), Drawing::Any);
        let (course, outcome) = Driver::new(Dice::new(seed), true, 0).drive(&mut begin(&plan));
        for cut in 0..=course.len().min(60) {
            let mut again = begin(&plan);
            replay_stored(&mut again, course[..cut].iter().map(|(_, record)| record));
            let now_ms = cut.checked_sub(1).map_or(0, |last| course[last].0);
            let (rest, end) = Driver::new(Dice::new(seed), true, now_ms).drive(&mut again);
            prop_assert_eq!(&end, &outcome, "cut after {}", cut);
            let rest: Vec<_> = rest.into_iter().map(|(_, record)| record).collect();
            let expected: Vec<_> = course[cut..].iter().map(|(_, record)| record.clone()).collect();
            prop_assert_eq!(rest, expected, "cut after {}", cut);
        }
    }

    #[test]
    fn a_run_goes_the_same_way_however_it_is_cut_into_calls(seed: u64) {
        let plan = flow(&mut Dice::new(seed), Drawing::Any);
        let mut whole = Driver::new(Dice::new(seed), true, 0);
        let expected = whole.drive(&mut begin(&plan));
        for round in 0..4_u64 {
            let mut cut = Driver::new(Dice::new(seed), true, 0).in_slices(Dice::new((seed, round)));
            let mut execution = begin(&plan);
            // Also after a replay of a part of it.
            let known = Dice::new((round, seed)).below(expected.0.len() + 1) * usize::from(round > 1);
            replay_stored(&mut execution, expected.0[..known].iter().map(|(_, record)| record));
            cut.now_ms = known.checked_sub(1).map_or(0, |last| expected.0[last].0);
            let (course, outcome) = cut.drive(&mut execution);
            prop_assert_eq!(&course, &expected.0[known..]);
            prop_assert_eq!(&outcome, &expected.1);
            prop_assert!(whole.offered.ends_with(&cut.offered), "{:?} of {:?}", cut.offered, whole.offered);
            prop_assert!(known > 0 || cut.offered.len() == whole.offered.len());
        }
    }

    #[test]
    fn a_run_that_depends_on_no_order_ends_the_same_in_every_order(seed: u64) {
        let plan = flow(&mut Dice::new(seed), Drawing::Confluent);
        let (course, outcome) = Driver::new(Dice::new(seed), true, 0).drive(&mut begin(&plan));
        let expected = ends(course.into_iter().map(|(_, record)| record));
        for round in 0..8_u64 {
            let mut dice = Dice::new((seed, round));
            let mut execution = begin(&plan);
            let knife = Dice::new((round, seed));
            let (course, end) =
                Driver::new(dice.clone(), false, 0).in_slices(knife.clone()).drive(&mut execution);
            prop_assert_eq!(&end, &outcome);
            prop_assert_eq!(&ends(course.iter().map(|(_, record)| record.clone())), &expected);
            let cut = dice.below(course.len() + 1);
            let mut again = begin(&plan);
            course[..cut].iter().for_each(|(_, record)| again.replay(record));
            let (rest, end) = Driver::new(dice, false, 0).in_slices(knife).drive(&mut again);
            prop_assert_eq!(&end, &outcome);
            let records = course[..cut].iter().chain(&rest).map(|(_, record)| record.clone());
            prop_assert_eq!(&ends(records), &expected);
        }
    }

    #[test]
    fn every_run_ends_in_every_order(seed: u64) {
        let plan = flow(&mut Dice::new(seed), Drawing::Any);
        let mut execution = begin(&plan);
        let (course, outcome) = Driver::new(Dice::new(seed), false, 0).drive(&mut execution);
        let mut steps: Vec<_> = course.iter().filter(|(_, record)| !matches!(record.state, StepState::Held { .. })).collect();
        let recorded = steps.len();
        steps.sort_by(|(_, one), (_, other)| one.key.cmp(&other.key));
        steps.dedup_by(|(_, one), (_, other)| one.key == other.key);
        prop_assert_eq!(steps.len(), recorded, "a step ended twice");
        let now = Now { ms: 0, text: "" };
        prop_assert_eq!(execution.next(now, 1, Effort::Full), Next::Done(outcome));
    }
}

#[test]
fn what_was_recorded_is_never_evaluated_again() {
    let nodes = json!([
        {"id": "start", "type": "trigger.manual"},
        {"id": "t", "type": "transform", "data": {"params": {"value": "{{ now }}"}}},
        {"id": "each", "type": "forEach", "data": {"params": {"items": "[now]", "result": "now ~ item"}}},
        {"id": "w", "type": "wait", "data": {"params": {"seconds": 1}}},
    ]);
    let edges = json!([
        {"id": "1", "source": "start", "target": "t"},
        {"id": "2", "source": "t", "target": "each"},
        {"id": "3", "source": "each", "sourceHandle": "done", "target": "w"},
    ]);
    let flow = crate::FlowDocument::parse(json!({"nodes": nodes, "edges": edges})).unwrap();
    let plan = Arc::new(Plan::compile(&flow).unwrap());
    let mut execution = begin(&plan);
    execution.next(Now { ms: 0, text: "early" }, 1, Effort::Full);
    let records = execution.take_records();
    assert_eq!(records.len(), 4);
    for cut in 0..=records.len() {
        let mut again = begin(&plan);
        records[..cut].iter().for_each(|record| again.replay(record));
        again.next(Now { ms: 0, text: "late" }, 1, Effort::Full);
        let rest = again.take_records();
        assert_eq!(rest.len(), records.len() - cut);
        let outputs = records[..cut].iter().chain(&rest).map(|record| json!(record.state)).collect::<Value>();
        let early = outputs.to_string().matches("early").count();
        assert_eq!(early, [0, 1, 4, 6, 6][cut], "{outputs}");
    }
}

#[test]
fn records_of_another_version_are_used_where_they_fit() {
    let flow = |nodes: Value, edges: Value| {
        let flow = crate::FlowDocument::parse(json!({"nodes": nodes, "edges": edges})).unwrap();
        Arc::new(Plan::compile(&flow).unwrap())
    };
    let wait = |id: &str| json!({"id": id, "type": "wait", "data": {"params": {"seconds": 1}}});
    let start = json!({"id": "start", "type": "trigger.manual"});
    let edge = |source: &str, target: &str| json!({"id": format!("{source}{target}"), "source": source, "target": target});
    let before = flow(json!([start, wait("a"), wait("b")]), json!([edge("start", "a"), edge("a", "b")]));
    let after = flow(
        json!([start, wait("new"), wait("b"), wait("a")]),
        json!([edge("start", "new"), edge("new", "b"), edge("b", "a")]),
    );
    let now = Now { ms: 0, text: "" };
    let mut execution = begin(&before);
    for result in ["a", "b"] {
        let Next::Act(effects) = execution.next(now, 1, Effort::Full) else { panic!() };
        execution.learned(&effects[0].key, Ok(json!(result)));
    }
    let mut again = begin(&after);
    execution.take_records().iter().for_each(|record| again.replay(record));
    let Next::Act(effects) = again.next(now, 1, Effort::Full) else { panic!() };
    assert_eq!(effects[0].key, StepKey::new("new"));
    again.learned(&effects[0].key, Ok(json!("new")));
    assert_eq!(
        again.next(now, 1, Effort::Full),
        Next::Done(Outcome::Succeeded { output: json!("a"), message: None })
    );
}

//! No call does more than it may, and what it leaves to the next one is done as if there had been one call.

use super::*;

/// Some 60,000 units of fuel: less than a step may use, and more than a call does at most besides its last step.
const COSTLY: &str = "{{ range(30000) | map('string') | list | length }}";

fn called(execution: &mut Execution, effort: Effort) -> (Next, Vec<StepRecord>) {
    (execution.next(NOW, 100, effort), execution.take_records())
}

/// A loop over a list, whose body yields a value.
fn each(items: &str, value: &Value) -> Arc<Plan> {
    let nodes =
        [start(), ("each", "forEach", json!({"items": items})), ("t", "transform", json!({"value": value}))];
    plan(&nodes, &["start each", "each/item t"])
}

fn transform(value: &Value) -> Arc<Plan> {
    plan(&[start(), ("t", "transform", json!({"value": value}))], &["start t"])
}

/// How many records each call makes, until the run ends.
fn records_by_call(execution: &mut Execution, effort: Effort) -> (Vec<usize>, Outcome) {
    let mut calls = Vec::new();
    loop {
        let (next, records) = called(execution, effort);
        calls.push(records.len());
        match next {
            Next::Busy => {}
            Next::Done(outcome) => return (calls, outcome),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_is_costly_is_left_to_a_call_that_may_do_it() {
    let mut execution = begin(&transform(&json!(COSTLY)), Value::Null);
    for _ in 0..3 {
        assert_eq!(called(&mut execution, Effort::Light), (Next::Busy, vec![]));
    }
    let (calls, outcome) = records_by_call(&mut execution, Effort::Full);
    assert_eq!(outcome, Outcome::Succeeded { output: json!(30_000), message: None });
    assert_eq!(calls, [1, 0]);
}

#[test]
fn what_is_too_costly_is_an_error_of_the_full_effort_alone() {
    let value = "{{ [trigger == trigger] | length }}".repeat(2_000) + COSTLY.repeat(9).as_str();
    let mut execution = begin(&transform(&json!(value)), json!({"a": 1}));
    assert_eq!(called(&mut execution, Effort::Light), (Next::Busy, vec![]));
    let (next, records) = called(&mut execution, Effort::Full);
    let Next::Done(Outcome::Failed { node, error }) = next else { panic!("{next:?}") };
    assert_eq!((node.as_deref(), error.code.as_str()), (Some("t"), "expression_too_costly"));
    assert_eq!(records.len(), 1);
}

#[test]
fn what_fails_is_an_error_of_the_full_effort_alone() {
    for value in ["{{ trigger.nobody }}", "{{ 'x' * 2000000 }}", "{{ trigger | map('nothing') | list }}"] {
        let mut execution = begin(&transform(&json!(value)), json!({}));
        assert_eq!(called(&mut execution, Effort::Light), (Next::Busy, vec![]), "{value}");
        let (next, records) = called(&mut execution, Effort::Full);
        assert!(matches!(next, Next::Done(Outcome::Failed { .. })), "{value}: {next:?}");
        assert_eq!(records.len(), 1);
    }
}

#[test]
fn a_value_that_takes_long_to_take_in_or_to_give_out_is_costly() {
    let rows = json!(vec![json!({"id": 1}); 20_000]);
    for value in
        ["{{ trigger | length }}", "{{ trigger }}", "- {{ trigger }}", "{{ trigger | tojson | length }}"]
    {
        let mut execution = begin(&transform(&json!(value)), rows.clone());
        assert_eq!(called(&mut execution, Effort::Light), (Next::Busy, vec![]), "{value}");
        let (calls, outcome) = records_by_call(&mut execution, Effort::Full);
        assert!(calls.len() <= 2 && matches!(outcome, Outcome::Succeeded { .. }), "{value}: {calls:?}");
    }
    let range = "{{ range(50000) | list }}";
    assert_eq!(
        called(&mut begin(&transform(&json!(range)), Value::Null), Effort::Light),
        (Next::Busy, vec![])
    );
}

#[test]
fn the_steps_of_a_call_are_counted_even_if_they_evaluate_nothing() {
    for (effort, most) in [(Effort::Light, 1_000), (Effort::Full, 25_000)] {
        let flow = each("range(10000)", &json!([1]));
        let (calls, outcome) = records_by_call(&mut begin(&flow, Value::Null), effort);
        assert!(matches!(outcome, Outcome::Succeeded { .. }));
        assert_eq!(calls.iter().sum::<usize>(), 10_002);
        assert!(calls.iter().all(|records| *records <= most), "{effort:?}: {calls:?}");
    }
}

#[test]
fn iterations_without_a_step_are_counted_as_well() {
    let nodes = [start(), ("each", "forEach", json!({"items": "range(10000)"}))];
    let (calls, _) = records_by_call(&mut begin(&plan(&nodes, &["start each"]), Value::Null), Effort::Light);
    assert!(calls.len() >= 10 && calls.iter().sum::<usize>() == 2, "{calls:?}");
}

#[test]
fn a_long_list_of_results_is_left_to_a_call_that_may_handle_it() {
    let mut execution = begin(&each("range(5000)", &json!({"name": "Ada"})), Value::Null);
    let ended =
        |record: &StepRecord| record.key.node == "each" && matches!(record.state, StepState::Done { .. });
    loop {
        let (next, records) = called(&mut execution, Effort::Light);
        assert!(next == Next::Busy && !records.iter().any(ended));
        execution.may_do(1);
        execution.go_on(NOW, 1);
        if execution.take_records().iter().any(ended) {
            break;
        }
    }
}

#[test]
fn costly_steps_are_done_one_by_one() {
    let (calls, outcome) =
        records_by_call(&mut begin(&each("range(20)", &json!(COSTLY)), Value::Null), Effort::Full);
    assert!(matches!(outcome, Outcome::Succeeded { .. }));
    assert!(calls.len() >= 20 && calls.iter().all(|records| *records <= 2), "{calls:?}");
}

#[test]
fn costly_results_of_iterations_are_evaluated_one_by_one() {
    let result = "range(30000) | map('string') | list | length";
    let nodes = [start(), ("each", "forEach", json!({"items": "range(20)", "result": result}))];
    let (calls, _) = records_by_call(&mut begin(&plan(&nodes, &["start each"]), Value::Null), Effort::Full);
    assert!(calls.len() >= 20 && calls.iter().all(|records| *records <= 2), "{calls:?}");
}

#[test]
fn steps_that_fail_cost_what_they_may_have_used() {
    let fails = |value: String, items: &str| {
        let data = json!({"params": {"value": value}, "onError": "continue"});
        let nodes = [
            json!({"id": "start", "type": "trigger.manual"}),
            json!({"id": "each", "type": "forEach", "data": {"params": {"items": items}}}),
            json!({"id": "t", "type": "transform", "data": data}),
        ];
        let flow = plan_of(&nodes, &["start each", "each/item t"]);
        records_by_call(&mut begin(&flow, Value::Null), Effort::Full).0
    };
    let costly = fails(format!("{COSTLY}{{{{ nobody }}}}"), "range(20)");
    assert!(costly.len() >= 20 && costly.iter().all(|records| *records <= 2), "{costly:?}");
    let too_costly = fails(COSTLY.repeat(9), "range(5)");
    assert!(too_costly.len() >= 5 && too_costly.iter().all(|records| *records <= 2), "{too_costly:?}");
    let cheap = fails("{{ nobody }}".to_owned(), "range(300)");
    assert!((2..10).contains(&cheap.len()), "{cheap:?}");
}

#[test]
fn the_expressions_of_a_step_are_bounded_together() {
    let mut execution = begin(&transform(&json!(vec![COSTLY; 9])), Value::Null);
    let (next, _) = called(&mut execution, Effort::Full);
    let Next::Done(Outcome::Failed { error, .. }) = next else { panic!("{next:?}") };
    assert_eq!(error.code, "expression_too_costly");
}

#[test]
fn effects_are_offered_together_once_all_are_rendered() {
    let request = |url: &str| json!({"method": "GET", "url": url});
    let nodes = [
        start(),
        ("cheap", "http.request", request("https://a.example/{{ now }}")),
        ("costly", "http.request", request(COSTLY)),
    ];
    let mut execution = begin(&plan(&nodes, &["start cheap", "start costly"]), Value::Null);
    assert_eq!(called(&mut execution, Effort::Light), (Next::Busy, vec![]));
    assert_eq!(execution.next(NOW, 0, Effort::Light), Next::Idle { until_ms: Some(NOW.ms) });
    let later = Now { ms: 2_000, text: "later" };
    let Next::Act(effects) = execution.next(later, 100, Effort::Full) else { panic!() };
    let urls: Vec<_> = effects.iter().map(|effect| effect.input["url"].clone()).collect();
    assert_eq!(urls, [json!("https://a.example/2026-01-01T00:00:00Z"), json!(30_000)]);
    assert_eq!(execution.next(later, 100, Effort::Full), Next::Idle { until_ms: None });
}

#[test]
fn what_a_run_did_before_it_was_replayed_is_gone_through_in_calls_as_well() {
    let flow = each("range(10000)", &json!([1]));
    let mut execution = begin(&flow, Value::Null);
    let mut again = begin(&flow, Value::Null);
    while execution.next(NOW, 1, Effort::Full) == Next::Busy {}
    execution.take_records().iter().for_each(|record| again.replay(record));
    let (calls, outcome) = records_by_call(&mut again, Effort::Light);
    assert!(matches!(outcome, Outcome::Succeeded { .. }));
    assert!(calls.len() >= 10 && calls.iter().all(|records| *records == 0), "{calls:?}");
}

#[test]
fn what_is_brought_together_is_bounded_before_it_is_there() {
    for mode in ["append", "all"] {
        let long = json!({"value": "{{ 'x' * 1000000 }}"});
        let ids: Vec<String> = (0..15).map(|at| format!("t{at}")).collect();
        let mut nodes = vec![start(), ("m", "merge", json!({"mode": mode}))];
        nodes.extend(ids.iter().map(|id| (id.as_str(), "transform", long.clone())));
        let mut edges: Vec<String> = ids.iter().map(|id| format!("start {id}")).collect();
        edges.extend(ids.iter().map(|id| format!("{id} m")));
        edges.extend(vec!["t0 m".to_owned(); 3_000]);
        let edges: Vec<&str> = edges.iter().map(String::as_str).collect();
        let Outcome::Failed { node, error } = run(&mut begin(&plan(&nodes, &edges), Value::Null)) else {
            panic!()
        };
        assert_eq!((node.as_deref(), error.code.as_str()), (Some("m"), "value_too_large"), "{mode}");
    }
}

#[test]
fn a_filter_that_is_costly_is_asked_again_with_the_full_effort() {
    let filter = "range(30000) | map('string') | list | length == trigger";
    let plan = plan(&[("start", "trigger.event", json!({"event": "lead.created", "filter": filter}))], &[]);
    let scope = Scope { trigger: json!(30_000), vars: Value::Null, run: Value::Null };
    assert_eq!(plan.accepts("start", &scope, NOW, Effort::Light), Ok(Verdict::Busy));
    assert_eq!(plan.accepts("start", &scope, NOW, Effort::Full), Ok(Verdict::Starts));
    let large = Scope { trigger: json!(vec![json!({"id": 1}); 20_000]), ..scope };
    assert_eq!(plan.accepts("start", &large, NOW, Effort::Light), Ok(Verdict::Busy));
    assert_eq!(plan.accepts("start", &large, NOW, Effort::Full), Ok(Verdict::Stays));
}

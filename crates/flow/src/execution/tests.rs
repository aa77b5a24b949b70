use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::{Effect, EffectKind, FlowDocument, WaitFor};

const NOW: Now<'static> = Now { ms: 1_000, text: "2026-01-01T00:00:00Z" };

/// A plan of nodes `(id, kind, params)` and edges `source[:port] target`.
fn plan(nodes: &[(&str, &str, Value)], edges: &[&str]) -> Arc<Plan> {
    let data = |params: &Value| json!({"params": params});
    let nodes: Vec<Value> = nodes
        .iter()
        .map(|(id, kind, params)| json!({"id": id, "type": kind, "data": data(params)}))
        .collect();
    plan_of(&nodes, edges)
}

fn plan_of(nodes: &[Value], edges: &[&str]) -> Arc<Plan> {
    let edges: Vec<Value> = edges
        .iter()
        .enumerate()
        .map(|(at, edge)| {
            let (source, target) = edge.split_once(' ').unwrap();
            let (source, port) =
                source.split_once('/').map_or((source, None), |(node, port)| (node, Some(port)));
            json!({"id": format!("e{at}"), "source": source, "sourceHandle": port, "target": target})
        })
        .collect();
    let flow = FlowDocument::parse(json!({"nodes": nodes, "edges": edges})).unwrap();
    Arc::new(Plan::compile(&flow).unwrap())
}

fn begin(plan: &Arc<Plan>, trigger: Value) -> Execution {
    let scope = Scope { trigger, vars: json!({"greeting": "Hi"}), run: json!({"id": "r1"}) };
    Execution::start(Arc::clone(plan), "start", scope).unwrap()
}

/// Runs to the end; every effect gives its input back.
fn run(execution: &mut Execution) -> Outcome {
    loop {
        match execution.next(NOW, 100) {
            Next::Act(effects) => {
                for effect in effects {
                    execution.learned(&effect.key, Ok(effect.input));
                }
            }
            Next::Idle { .. } => panic!("nothing wakes this run"),
            Next::Done(outcome) => return outcome,
        }
    }
}

fn output(plan: &Arc<Plan>, trigger: Value) -> Value {
    match run(&mut begin(plan, trigger)) {
        Outcome::Succeeded { output, .. } => output,
        Outcome::Failed { node, error } => panic!("{node:?}: {error}"),
    }
}

fn act(execution: &mut Execution) -> Vec<Effect> {
    match execution.next(NOW, 100) {
        Next::Act(effects) => effects,
        other => panic!("{other:?}"),
    }
}

fn start() -> (&'static str, &'static str, Value) {
    ("start", "trigger.manual", json!({}))
}

#[test]
fn a_text_that_is_one_expression_keeps_the_type_of_its_value() {
    let value = json!({"list": "{{ trigger.list }}", "text": "n={{ trigger.n }}", "n": "{{ trigger.n + 1 }}", "k": [1]});
    let plan = plan(&[start(), ("t", "transform", json!({"value": value}))], &["start t"]);
    let output = output(&plan, json!({"list": [1, {"a": null}], "n": 2}));
    assert_eq!(output, json!({"list": [1, {"a": null}], "text": "n=2", "n": 3, "k": [1]}));
}

#[test]
fn all_names_are_there() {
    let value = json!("{{ vars.greeting ~ run.id ~ now ~ steps.start.a ~ steps['node-1'].b }}");
    let nodes = [
        start(),
        ("node-1", "transform", json!({"expression": "{'b': trigger.a}"})),
        ("t", "transform", json!({"value": value})),
    ];
    let plan = plan(&nodes, &["start node-1", "node-1 t"]);
    assert_eq!(output(&plan, json!({"a": "x"})), json!("Hir12026-01-01T00:00:00Zxx"));
}

#[test]
fn a_missing_name_is_an_error_that_names_it() {
    for (value, named) in [
        ("{{ trigger.nobody }}", "trigger.nobody"),
        ("Hello {{ trigger.nobody }}", "trigger.nobody"),
        ("{{ trigger.nobody.name }}", "trigger.nobody"),
        ("{{ nothing }}", "nothing"),
        ("{{ item }}", "item"),
        ("{{ steps.later.x }}", "steps.later"),
    ] {
        let plan = plan(&[start(), ("t", "transform", json!({"value": {"deep": value}}))], &["start t"]);
        let Outcome::Failed { node, error } = run(&mut begin(&plan, json!({}))) else { panic!("{value}") };
        assert_eq!((node.as_deref(), error.code.as_str()), (Some("t"), "expression_failed"), "{value}");
        assert!(error.message.contains(named), "{value}: {}", error.message);
    }
}

#[test]
fn an_if_goes_one_way_and_the_other_is_dead() {
    let nodes = [
        start(),
        ("if", "if", json!({"condition": "trigger.n > 1"})),
        ("big", "transform", json!({"value": "big"})),
        ("small", "transform", json!({"value": "small"})),
        ("end", "transform", json!({"value": "{{ steps.big | default('no') }}"})),
    ];
    let plan = plan(&nodes, &["start if", "if/true big", "if/false small", "big end", "small end"]);
    assert_eq!(output(&plan, json!({"n": 2})), json!("big"));
    assert_eq!(output(&plan, json!({"n": 0})), json!("no"));
}

#[test]
fn a_switch_takes_the_first_case_that_fits() {
    let cases = json!([
        {"key": "one", "equals": 1},
        {"key": "name", "equals": "{{ vars.greeting }}"},
        {"key": "many", "condition": "trigger is number and trigger > 5"},
    ]);
    let mut nodes = vec![start(), ("s", "switch", json!({"value": "trigger", "cases": cases}))];
    for id in ["one", "name", "many", "default"] {
        nodes.push((id, "transform", json!({"value": id})));
    }
    let plan = plan(
        &nodes,
        &["start s", "s/case:one one", "s/case:name name", "s/case:many many", "s/default default"],
    );
    for (value, way) in [(json!(1), "one"), (json!(1.0), "one"), (json!("Hi"), "name"), (json!(7), "many")] {
        assert_eq!(output(&plan, value), json!(way));
    }
    assert_eq!(output(&plan, json!(null)), json!("default"));
}

#[test]
fn a_filter_ends_its_branch_and_no_other() {
    let nodes = [
        start(),
        ("f", "filter", json!({"condition": "trigger"})),
        ("behind", "transform", json!({"value": "behind"})),
        ("beside", "transform", json!({"value": "beside"})),
    ];
    let plan = plan(&nodes, &["start f", "f behind", "start beside"]);
    assert_eq!(output(&plan, json!(true)), json!({"behind": "behind", "beside": "beside"}));
    assert_eq!(output(&plan, json!(false)), json!("beside"));
}

#[test]
fn a_merge_waits_as_it_is_told() {
    let flow = |mode: &str| {
        let nodes = [
            start(),
            ("a", "subflow", json!({"automation": "00000000-0000-0000-0000-000000000000"})),
            ("b", "transform", json!({"value": [1, 2]})),
            ("dead", "filter", json!({"condition": "false"})),
            ("m", "merge", json!({"mode": mode})),
        ];
        plan(&nodes, &["start a", "start b", "start dead", "a m", "b m", "dead m"])
    };
    let outcome = |mode: &str| {
        let mut execution = begin(&flow(mode), Value::Null);
        let effects = act(&mut execution);
        execution.learned(&effects[0].key, Ok(json!("a")));
        execution.next(NOW, 1);
        let merged = |record: StepRecord| (record.key.node == "m").then_some(record.state);
        execution.take_records().into_iter().find_map(merged).unwrap()
    };
    let done = |output: Value| StepState::Done { port: "out".into(), output };
    assert_eq!(outcome("all"), done(json!({"a": "a", "b": [1, 2]})));
    assert_eq!(outcome("any"), done(json!([1, 2])));
    assert_eq!(outcome("append"), done(json!(["a", 1, 2])));
}

#[test]
fn only_the_trigger_that_fired_is_followed() {
    let nodes = [
        start(),
        ("other", "trigger.event", json!({"event": "lead.created"})),
        ("a", "transform", json!({"value": "a"})),
        ("b", "transform", json!({"value": "b"})),
        ("both", "transform", json!({"value": "both"})),
    ];
    let plan = plan(&nodes, &["start a", "other b", "a both", "b both"]);
    assert_eq!(output(&plan, Value::Null), json!("both"));
    let mut execution = begin(&plan, Value::Null);
    run(&mut execution);
    let ran: Vec<String> = execution.take_records().into_iter().map(|record| record.key.node).collect();
    assert_eq!(ran, ["a", "both"]);
}

#[test]
fn branches_are_offered_side_by_side_up_to_the_limit() {
    let ids = ["a", "b", "c"];
    let mut nodes = vec![start()];
    nodes.extend(ids.map(|id| (id, "wait", json!({"seconds": 1}))));
    let plan = plan(&nodes, &["start a", "start b", "start c"]);
    let mut execution = begin(&plan, Value::Null);
    let Next::Act(first) = execution.next(NOW, 2) else { panic!() };
    let Next::Act(second) = execution.next(NOW, 2) else { panic!() };
    let offered: Vec<_> = first.iter().chain(&second).map(|effect| effect.key.node.as_str()).collect();
    assert_eq!(offered, ids);
    assert_eq!(first[0].kind, EffectKind::Wait(WaitFor::Span { ms: 1_000 }));
    assert_eq!(execution.next(NOW, 2), Next::Idle { until_ms: None });
}

#[test]
fn a_held_effect_comes_back_when_its_time_has_come() {
    let plan = plan(&[start(), ("w", "wait", json!({"until": "{{ trigger }}"}))], &["start w"]);
    let mut execution = begin(&plan, json!("2027-01-01T00:00:00Z"));
    let effect = act(&mut execution).remove(0);
    assert_eq!((effect.attempt, &effect.resumed), (1, &None));
    execution.hold(&effect.key, Some(5_000), json!("detail"));
    assert_eq!(execution.next(NOW, 1), Next::Idle { until_ms: Some(5_000) });
    let later = Now { ms: 5_000, ..NOW };
    let Next::Act(effects) = execution.next(later, 1) else { panic!() };
    assert_eq!((effects[0].attempt, &effects[0].resumed), (2, &Some(json!("detail"))));
    assert_eq!(effects[0].input, effect.input);
}

#[test]
fn a_hold_without_an_end_waits_for_its_release_also_after_a_replay() {
    let automation =
        json!({"automation": "00000000-0000-0000-0000-000000000001", "input": {"a": "{{ trigger }}"}});
    let plan = plan(&[start(), ("s", "subflow", automation)], &["start s"]);
    let mut execution = begin(&plan, json!(1));
    let effect = act(&mut execution).remove(0);
    execution.hold(&effect.key, None, json!({"run": 7}));
    let records = execution.take_records();
    let mut again = begin(&plan, json!(1));
    records.iter().for_each(|record| again.replay(record));
    for execution in [&mut execution, &mut again] {
        assert_eq!(execution.next(NOW, 1), Next::Idle { until_ms: None });
        assert!(execution.release(&effect.key));
        let effects = act(execution);
        assert_eq!((effects[0].attempt, &effects[0].resumed), (2, &Some(json!({"run": 7}))));
        assert!(!execution.release(&StepKey::new("nobody")));
    }
}

#[test]
fn the_first_result_of_an_effect_stands() {
    let plan = plan(&[start(), ("w", "wait", json!({"seconds": 1}))], &["start w"]);
    let mut execution = begin(&plan, Value::Null);
    let key = StepKey::new("w");
    execution.learned(&key, Ok(json!("too early")));
    act(&mut execution);
    execution.learned(&key, Ok(json!("first")));
    execution.learned(&key, Ok(json!("second")));
    execution.hold(&key, None, Value::Null);
    assert_eq!(execution.take_records().len(), 1);
    let outcome = Outcome::Succeeded { output: json!("first"), message: None };
    assert_eq!(execution.next(NOW, 1), Next::Done(outcome));
}

#[test]
fn an_error_goes_where_the_node_says() {
    let flow = |on_error: Value, edges: &[&str]| {
        let data = json!({"params": {"method": "GET", "url": "https://a"}, "onError": on_error});
        let nodes = vec![
            json!({"id": "start", "type": "trigger.manual"}),
            json!({"id": "h", "type": "http.request", "data": data}),
            json!({"id": "ok", "type": "transform", "data": {"params": {"value": {"ok": "{{ steps.h }}"}}}}),
            json!({"id": "bad", "type": "transform", "data": {"params": {"value": {"bad": "{{ steps.h | default(none) }}"}}}}),
        ];
        plan_of(&nodes, edges)
    };
    let outcome = |on_error: Value, edges: &[&str]| {
        let mut execution = begin(&flow(on_error, edges), Value::Null);
        let effect = act(&mut execution).remove(0);
        execution.learned(&effect.key, Err(StepError::retryable("http_status", "500")));
        run(&mut execution)
    };
    let both = ["start h", "h ok", "h/error bad"];
    let error = json!({"error": {"code": "http_status", "message": "500"}});
    let succeeded = |output: Value| Outcome::Succeeded { output, message: None };
    assert_eq!(outcome(Value::Null, &both), succeeded(json!({"bad": error})));
    assert_eq!(outcome(json!("branch"), &both), succeeded(json!({"bad": error})));
    assert_eq!(outcome(json!("continue"), &both), succeeded(json!({"ok": error})));
    let failed =
        Outcome::Failed { node: Some("h".into()), error: StepError::retryable("http_status", "500") };
    assert_eq!(outcome(json!("fail"), &both), failed);
    assert_eq!(outcome(Value::Null, &["start h", "h ok", "start bad"]), failed);
}

#[test]
fn a_request_with_a_way_out_for_errors_is_still_the_last_step_when_it_succeeds() {
    let request = json!({"method": "GET", "url": "https://a"});
    let nodes = [start(), ("h", "http.request", request), ("bad", "transform", json!({"value": "bad"}))];
    let plan = plan(&nodes, &["start h", "h/error bad"]);
    for (result, output) in [(Ok(json!("good")), "good"), (Err(StepError::permanent("no", "no")), "bad")] {
        let mut execution = begin(&plan, Value::Null);
        let effect = act(&mut execution).remove(0);
        execution.learned(&effect.key, result);
        assert_eq!(run(&mut execution), Outcome::Succeeded { output: json!(output), message: None });
    }
}

#[test]
fn stop_and_fail_end_the_run_at_once() {
    let nodes = |kind: &'static str, params: Value| {
        plan(&[start(), ("w", "wait", json!({"days": 1})), ("end", kind, params)], &["start w", "start end"])
    };
    let stop = nodes("stop", json!({"message": "{{ trigger }} done", "output": {"n": "{{ trigger }}"}}));
    let outcome = begin(&stop, json!(3)).next(NOW, 9);
    assert_eq!(
        outcome,
        Next::Done(Outcome::Succeeded { output: json!({"n": 3}), message: Some("3 done".into()) })
    );
    let fail = nodes("fail", json!({"message": "no {{ trigger }}"}));
    let Next::Done(Outcome::Failed { node, error }) = begin(&fail, json!(3)).next(NOW, 9) else { panic!() };
    assert_eq!(
        (node.as_deref(), error.code.as_str(), error.message.as_str()),
        (Some("end"), "failed_by_flow", "no 3")
    );
}

#[test]
fn a_loop_gathers_what_its_iterations_leave() {
    let nodes = [
        start(),
        ("each", "forEach", json!({"items": "trigger", "concurrency": 2})),
        ("body", "transform", json!({"value": "{{ index }}:{{ item.n * 2 }}"})),
        ("after", "transform", json!({"value": "{{ steps.each | join('+') }}"})),
    ];
    let plan = plan(&nodes, &["start each", "each/item body", "each/done after"]);
    assert_eq!(output(&plan, json!([{"n": 1}, {"n": 2}, {"n": 3}])), json!("0:2+1:4+2:6"));
    assert_eq!(output(&plan, json!([])), json!(""));
}

#[test]
fn loops_nest_and_see_what_is_around_them() {
    let nodes = [
        start(),
        ("rows", "forEach", json!({"items": "trigger", "concurrency": 3})),
        ("sum", "transform", json!({"value": "{{ item | sum }}"})),
        (
            "cells",
            "forEach",
            json!({"items": "item", "result": "steps.cell ~ '/' ~ steps.sum ~ '@' ~ index"}),
        ),
        ("cell", "transform", json!({"value": "{{ item }}"})),
        ("mapped", "forEach", json!({"items": "steps.rows", "result": "item | length"})),
    ];
    let edges = ["start rows", "rows/item sum", "sum cells", "cells/item cell", "rows/done mapped"];
    let plan = plan(&nodes, &edges);
    let mut execution = begin(&plan, json!([[1, 2], [], [3]]));
    assert_eq!(run(&mut execution), Outcome::Succeeded { output: json!([2, 0, 1]), message: None });
    let records = execution.take_records();
    let of = |node: &str, path: &str| {
        let key = StepKey::at(node, path).unwrap();
        let mut states = records.iter().filter(|record| record.key == key).map(|record| record.state.clone());
        states.next_back()
    };
    let done = |port: &str, output: Value| Some(StepState::Done { port: port.into(), output });
    assert_eq!(of("rows", ""), done("done", json!([["1/3@0", "2/3@1"], [], ["3/3@0"]])));
    assert_eq!(of("cells", "0"), done("done", json!(["1/3@0", "2/3@1"])));
    assert_eq!(of("cells", "0.1"), done("item", json!("2/3@1")));
    assert_eq!(of("cell", "2.0"), done("out", json!(3)));
}

#[test]
fn a_loop_keeps_as_many_iterations_open_as_it_may() {
    let nodes = [
        start(),
        ("each", "forEach", json!({"items": "range(5)", "concurrency": 2})),
        ("w", "wait", json!({"seconds": "{{ item }}"})),
    ];
    let plan = plan(&nodes, &["start each", "each/item w"]);
    let mut execution = begin(&plan, Value::Null);
    let effects = act(&mut execution);
    let keys: Vec<String> = effects.iter().map(|effect| effect.key.to_string()).collect();
    assert_eq!(keys, ["w:0", "w:1"]);
    execution.learned(&effects[1].key, Ok(json!("late")));
    assert_eq!(act(&mut execution)[0].key.to_string(), "w:2");
}

#[test]
fn a_disabled_node_is_passed_through() {
    let transform = |id: &str, value: &str, disabled: bool| json!({"id": id, "type": "transform", "data": {"params": {"value": value}, "disabled": disabled}});
    let nodes = vec![
        json!({"id": "start", "type": "trigger.manual"}),
        transform("off", "off", true),
        transform("on", "{{ steps.off | default('nothing') }}", false),
    ];
    let plan = plan_of(&nodes, &["start off", "off on"]);
    let mut execution = begin(&plan, Value::Null);
    assert_eq!(run(&mut execution), Outcome::Succeeded { output: json!("nothing"), message: None });
    assert_eq!(execution.take_records()[0].state, StepState::Skipped);
}

#[test]
fn what_a_run_leaves_is_bounded() {
    let nodes = [
        start(),
        ("each", "forEach", json!({"items": "range(40)"})),
        ("big", "transform", json!({"value": "{{ 'x' * 1000000 }}"})),
    ];
    let flow = plan(&nodes, &["start each", "each/item big"]);
    let Outcome::Failed { error, .. } = run(&mut begin(&flow, Value::Null)) else { panic!() };
    assert_eq!(error.code, "run_too_large");
    let nodes = [start(), ("big", "transform", json!({"value": "{{ 'x' * 2000000 }}"}))];
    let flow = plan(&nodes, &["start big"]);
    let Outcome::Failed { error, .. } = run(&mut begin(&flow, Value::Null)) else { panic!() };
    assert_eq!(error.code, "value_too_large");
    let nodes = [start(), ("each", "forEach", json!({"items": "range(10001)"}))];
    let flow = plan(&nodes, &["start each"]);
    let Outcome::Failed { error, .. } = run(&mut begin(&flow, Value::Null)) else { panic!() };
    assert_eq!(error.code, "too_many_items");
}

#[test]
fn an_effect_that_leaves_too_much_has_failed() {
    let nodes = [start(), ("h", "http.request", json!({"method": "GET", "url": "https://a"}))];
    let flow = plan(&nodes, &["start h"]);
    let mut execution = begin(&flow, Value::Null);
    let effect = act(&mut execution).remove(0);
    execution.learned(&effect.key, Ok(json!("x".repeat(1024 * 1024))));
    let Next::Done(Outcome::Failed { error, .. }) = execution.next(NOW, 1) else { panic!() };
    assert_eq!(error.code, "value_too_large");
}

#[test]
fn an_event_is_filtered_before_a_run_starts() {
    let event = json!({"event": "lead.created", "filter": "trigger.lead.source == 'web'"});
    let plan = plan(&[("start", "trigger.event", event)], &[]);
    let accepts =
        |trigger: Value| plan.accepts("start", &Scope { trigger, vars: Value::Null, run: Value::Null }, NOW);
    assert_eq!(accepts(json!({"lead": {"source": "web"}})), Ok(true));
    assert_eq!(accepts(json!({"lead": {"source": "fair"}})), Ok(false));
    assert_eq!(accepts(json!({})).unwrap_err().code, "expression_failed");
}

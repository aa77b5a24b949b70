mod attempts;
mod effects;
mod efforts;
mod kept;
mod loops;
mod routes;

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::{Effect, EffectKind, Effort, FlowDocument, Verdict, WaitFor};

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
        match execution.next(NOW, 100, Effort::Full) {
            Next::Act(effects) => {
                for effect in effects {
                    execution.learned(&effect.key, Ok(effect.input));
                }
            }
            Next::Idle { .. } => panic!("nothing wakes this run"),
            Next::Busy => {}
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
    match execution.next(NOW, 100, Effort::Full) {
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
fn an_event_is_filtered_before_a_run_starts() {
    let event = json!({"event": "lead.created", "filter": "trigger.lead.source == 'web'"});
    let plan = plan(&[("start", "trigger.event", event)], &[]);
    let accepts = |trigger: Value, effort: Effort| {
        plan.accepts("start", &Scope { trigger, vars: Value::Null, run: Value::Null }, NOW, effort)
    };
    for effort in [Effort::Light, Effort::Full] {
        assert_eq!(accepts(json!({"lead": {"source": "web"}}), effort), Ok(Verdict::Starts));
        assert_eq!(accepts(json!({"lead": {"source": "fair"}}), effort), Ok(Verdict::Stays));
    }
    assert_eq!(accepts(json!({}), Effort::Full).unwrap_err().code, "expression_failed");
    assert_eq!(accepts(json!({}), Effort::Light), Ok(Verdict::Busy));
}

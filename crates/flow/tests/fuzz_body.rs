//! Anything at all, as a flow and as an expression: nothing may panic, run for long, or be taken for what it is not, and
//! a run goes the same way however it is cut into calls.

use std::sync::Arc;

use kairo_flow::{
    Effect, Effort, Execution, FlowDocument, Next, Now, Outcome, Plan, Scope, StepKey, StepRecord, check,
    compare, references, simulate,
};
use serde_json::{Map, Value, json};

/// Takes the bytes for a document, for an expression and for a template.
pub(crate) fn body(bytes: &[u8]) {
    if let Ok(json) = serde_json::from_slice::<Value>(bytes) {
        document(&json);
    }
    let text = String::from_utf8_lossy(bytes);
    for params in [
        json!({"expression": text}),
        json!({"value": text}),
        json!({"value": format!("{{{{ {text} }}}}")}),
        json!({"value": format!("- {{% if {text} %}}{{{{ {text} }}}}{{% endif %}}")}),
        json!({"value": format!("{{% set x = [1] %}}{}{{{{ x }}}}!", format!("{{% set x = {text} %}}").repeat(70))}),
        json!({"value": format!("{{% with x = 1{} %}}{{{{ x }}}}{{% endwith %}}", format!(", x = {text}").repeat(70))}),
        json!({"value": format!("{{% for x in {text} %}}{{{{ x }}}}{{% endfor %}}!")}),
    ] {
        document(&json!({
            "nodes": [
                {"id": "start", "type": "trigger.manual"},
                {"id": "n", "type": "transform", "data": {"params": params}},
            ],
            "edges": [{"id": "e", "source": "start", "target": "n"}],
        }));
    }
}

fn document(json: &Value) {
    let Ok(flow) = FlowDocument::parse(json.clone()) else { return };
    assert_eq!(flow.as_json(), json);
    assert!(flow.is_same_flow(&flow) && compare(&flow, &flow).is_empty());
    references(&flow);
    let faults = check(&flow);
    for fault in &faults {
        let (place, _) = fault.pointer.rsplit_once('/').unwrap_or_default();
        let known = json.pointer(&fault.pointer).is_some() || json.pointer(place).is_some();
        assert!(known || place.ends_with("/data") || place.contains("/data/"), "{}", fault.pointer);
    }
    match Plan::compile(&flow) {
        Err(again) => assert_eq!(again, faults),
        Ok(plan) => {
            assert!(faults.is_empty());
            run(&Arc::new(plan));
        }
    }
}

const NOW: Now<'static> = Now { ms: 0, text: "2026-01-01T00:00:00Z" };

fn run(plan: &Arc<Plan>) {
    for trigger in plan.triggers() {
        let done = simulate(Arc::clone(plan), &trigger.node, scope(), NOW, &Map::new());
        assert!(done.is_ok_and(|done| done.records.len() <= 2_001));
        let expected = drive(plan, &trigger.node, &[Effort::Full]);
        for efforts in [&[Effort::Light, Effort::Full][..], &[Effort::Light, Effort::Light, Effort::Full]] {
            let cut = drive(plan, &trigger.node, efforts);
            assert_eq!(cut.offered, expected.offered);
            assert_eq!(cut.outcome, expected.outcome);
            assert_eq!(cut.records, expected.records);
        }
    }
}

fn scope() -> Scope {
    Scope { trigger: json!({"a": [1, "x"]}), vars: json!({}), run: json!({}) }
}

/// How a run went.
#[derive(Default)]
struct Course {
    records: Vec<StepRecord>,
    offered: Vec<(StepKey, u32)>,
    outcome: Option<Outcome>,
}

/// Drives a run by calls of these efforts in turn, one of them full. It is given up when it has offered much.
fn drive(plan: &Arc<Plan>, trigger: &str, efforts: &[Effort]) -> Course {
    let mut course = Course::default();
    let Ok(mut execution) = Execution::start(Arc::clone(plan), trigger, scope()) else { return course };
    for effort in efforts.iter().cycle() {
        let next = execution.next(NOW, 2, *effort);
        course.records.append(&mut execution.take_records());
        match next {
            Next::Busy => {}
            Next::Act(effects) if course.offered.len() < 300 => {
                for effect in effects {
                    act(&mut execution, &effect);
                    course.offered.push((effect.key, effect.attempt));
                }
            }
            Next::Act(_) | Next::Idle { .. } => break,
            Next::Done(outcome) => {
                course.outcome = Some(outcome);
                break;
            }
        }
    }
    course
}

/// Holds an effect once, and gives it what it wanted the second time.
fn act(execution: &mut Execution, effect: &Effect) {
    match effect.attempt {
        1 => execution.hold(&effect.key, Some(0), json!(null)),
        _ => execution.learned(&effect.key, Ok(effect.input.clone())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FRAGMENTS: &[&str] = &[
        "trigger",
        ".a",
        "[0]",
        "[",
        "]",
        "(",
        ")",
        "{",
        "}",
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "-",
        "+",
        "*",
        "**",
        "/",
        "//",
        "%",
        "~",
        "|",
        "|string",
        "|tojson",
        "|fromjson",
        "|list",
        "|join",
        "|length",
        "|map('x')",
        "|sort",
        "|trim('x')",
        "|replace('x', 'xx')",
        "|chain(x)",
        "[x]",
        "[x:]",
        "[:1]",
        " not in ",
        " is ",
        " is in ",
        "eq",
        "'x'",
        "\"",
        "'",
        "\\",
        ",",
        ":",
        "=",
        "==",
        "<",
        " and ",
        " or ",
        " not ",
        " in ",
        " is ",
        "defined",
        " if ",
        " else ",
        "for x in ",
        "endfor",
        "endif",
        "if 1",
        "set x = ",
        "with x = ",
        "endwith",
        "x",
        "[x]",
        "{'a': x}",
        "|batch(1)",
        " recursive",
        "loop",
        "range(",
        "10",
        "1e9",
        "99999999999999999999",
        "true",
        "none",
        "é",
        "\0",
        "\n",
        " ",
        "item",
        "steps",
    ];

    fn words() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(FRAGMENTS), 0..24).prop_map(|words| words.concat())
    }

    fn flow() -> impl Strategy<Value = Value> {
        let kinds = || prop::sample::select(kairo_flow::catalogue()).prop_map(|spec| spec.kind);
        let id = || prop::sample::select(&["a", "b", "c", "d", "e", ""][..]);
        let params = prop_oneof![
            words().prop_map(|text| json!({"expression": text})),
            words()
                .prop_map(|text| json!({"condition": text, "items": text, "value": text, "message": text})),
            Just(json!({"seconds": 1})),
            Just(json!({"items": "range(3)"})),
            Just(json!({"value": 1})),
            Just(json!({"message": "x"})),
            Just(json!({})),
            Just(json!(null)),
            Just(json!([])),
        ];
        let node = (id(), kinds(), params, any::<bool>())
            .prop_map(|(id, kind, params, off)| json!({"id": id, "type": kind, "data": {"params": params, "disabled": off}}));
        let port = prop::sample::select(&["out", "item", "done", "true", "error", "default"][..]);
        let edge = (id(), id(), prop::option::of(port), "[a-z]{3}").prop_map(
            |(from, to, port, id)| json!({"id": id, "source": from, "target": to, "sourceHandle": port}),
        );
        (prop::collection::vec(node, 0..6), prop::collection::vec(edge, 0..8))
            .prop_map(|(nodes, edges)| json!({"nodes": nodes, "edges": edges}))
    }

    proptest! {
        #[test]
        fn anything_is_taken_or_refused(bytes: Vec<u8>) {
            body(&bytes);
        }

        #[test]
        fn words_of_the_language_are_taken_or_refused(text in words()) {
            body(text.as_bytes());
        }

        #[test]
        fn flows_are_taken_or_refused(flow in flow()) {
            body(flow.to_string().as_bytes());
        }
    }
}

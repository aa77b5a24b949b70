use std::sync::Arc;

use kairo_flow::{FlowDocument, Now, Outcome, Plan, Scope, check, simulate};
use serde_json::{Map, Value, json};

use crate::documents::documents;
use crate::run::{end_of, flow_with, timed};
use crate::words::{expressions, templates};

#[test]
fn no_expression_does_harm() {
    let expressions = expressions();
    assert!(expressions.len() >= 100);
    let mut survivors = Vec::new();
    for source in &expressions {
        let name: String = source.chars().take(60).collect();
        for params in [
            json!({"expression": source}),
            json!({"value": format!("{{{{ {source} }}}}")}),
            json!({"value": format!("- {{{{ {source} }}}}")}),
        ] {
            if let Ok(value) = timed(&name, || end_of("transform", &params)) {
                survivors.push(format!("{name}: {}", value.to_string().chars().take(60).collect::<String>()));
            }
        }
    }
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
    let peak = peak_memory_kb();
    assert!(peak < 256_000, "{peak} kB at the peak");
}

/// What this process has needed so far, where the system tells.
pub(crate) fn peak_memory_kb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    peak.and_then(|peak| peak.parse().ok()).unwrap_or(0)
}

#[test]
fn no_template_does_harm() {
    let mut survivors = Vec::new();
    for source in templates() {
        let name: String = source.chars().take(60).collect();
        for (kind, params) in [
            ("transform", json!({"value": source})),
            ("email.send", json!({"to": "a@b.example", "subject": "x", "text": "x", "html": source})),
        ] {
            if let Ok(value) = timed(&name, || end_of(kind, &params)) {
                survivors.push(format!("{name}: {}", value.to_string().chars().take(60).collect::<String>()));
            }
        }
    }
    assert!(survivors.is_empty(), "{}", survivors.join("\n"));
}

#[test]
fn every_bad_flow_is_refused_for_what_is_wrong_with_it() {
    for (json, code) in documents() {
        let shown: String = json.to_string().chars().take(300).collect();
        let flow = FlowDocument::parse(json).unwrap();
        let faults = timed(&shown, || check(&flow));
        assert!(faults.iter().any(|fault| fault.code == code), "{shown}: {faults:?}");
        for fault in faults {
            assert!(fault.pointer.is_empty() || fault.pointer.starts_with('/'));
            assert!(!fault.message.is_empty());
        }
    }
}

#[test]
fn what_is_no_flow_is_not_taken() {
    for json in [
        json!(null),
        json!([]),
        json!({}),
        json!({"nodes": []}),
        json!({"edges": []}),
        json!({"nodes": {}, "edges": []}),
        json!({"nodes": [], "edges": {}}),
        json!({"nodes": [1], "edges": []}),
        json!({"nodes": [{"id": 1, "type": "if"}], "edges": []}),
        json!({"nodes": [{"id": "a"}], "edges": []}),
        json!({"nodes": [], "edges": [{"id": "e", "source": "a"}]}),
        json!({"nodes": [], "edges": [{"id": "e", "source": null, "target": "a"}]}),
    ] {
        assert!(FlowDocument::parse(json).is_err());
    }
}

#[test]
fn many_long_texts_in_one_node_are_refused_before_they_are_there() {
    let texts = json!(vec!["{{ trigger.text * 10 }}"; 5_000]);
    for (kind, params) in [
        ("transform", json!({"value": texts})),
        ("http.request", json!({"method": "POST", "url": "https://a.example", "body": {"texts": texts}})),
    ] {
        let end = timed(kind, || end_of(kind, &params));
        assert!(end.as_ref().is_err_and(|error| error.starts_with("value_too_large: ")), "{end:?}");
    }
    let peak = peak_memory_kb();
    assert!(peak < 256_000, "{peak} kB at the peak");
}

#[test]
fn a_mock_of_any_size_is_bounded() {
    let flow = FlowDocument::parse(flow_with("wait", &json!({"seconds": 1}))).unwrap();
    let plan = Arc::new(Plan::compile(&flow).unwrap());
    let scope = Scope { trigger: Value::Null, vars: Value::Null, run: Value::Null };
    let mocks = Map::from_iter([("n".to_owned(), json!("x".repeat(2_000_000)))]);
    let now = Now { ms: 0, text: "" };
    let simulation = simulate(plan, "start", scope, now, &mocks).unwrap();
    assert!(matches!(simulation.outcome, Outcome::Failed { error, .. } if error.code == "value_too_large"));
}

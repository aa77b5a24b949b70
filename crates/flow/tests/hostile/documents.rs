use kairo_flow::FaultCode;
use serde_json::{Value, json};

use crate::run::flow_with;

/// Flows that nobody means well with, and what is wrong with each.
pub(crate) fn documents() -> Vec<(Value, FaultCode)> {
    let start = json!({"id": "start", "type": "trigger.manual"});
    let node =
        |id: &str, kind: &str, params: Value| json!({"id": id, "type": kind, "data": {"params": params}});
    let wait = |id: &str| node(id, "wait", json!({"seconds": 1}));
    let edge = |id: &str, from: &str, to: &str| json!({"id": id, "source": from, "target": to});
    let port = |id: &str, from: &str, port: Value, to: &str| json!({"id": id, "source": from, "sourceHandle": port, "target": to});
    let flow = |nodes: Value, edges: Value| json!({"nodes": nodes, "edges": edges});
    let each = |id: &str| node(id, "forEach", json!({"items": "[1]"}));
    let deep = (0..70).fold(json!(1), |inner, _| json!([inner]));
    let nested: Vec<Value> = (0..9).map(|at| each(&format!("l{at}"))).collect();
    let nesting: Vec<Value> = (1..9)
        .map(|at| port(&format!("e{at}"), &format!("l{}", at - 1), json!("item"), &format!("l{at}")))
        .collect();
    let request = |params: Value| {
        let mut all = json!({"method": "GET", "url": "https://a"});
        all.as_object_mut().unwrap().extend(params.as_object().unwrap().clone());
        flow_with("http.request", &all)
    };
    let data = |data: Value| {
        flow(json!([start, {"id": "n", "type": "transform", "data": data}]), json!([edge("e", "start", "n")]))
    };
    let with = |list: Vec<Value>| [vec![start.clone()], list].concat();
    use FaultCode::*;
    vec![
        (flow(json!([]), json!([])), NoTrigger),
        (
            flow(json!([{"id": "t", "type": "trigger.manual", "data": {"disabled": true}}]), json!([])),
            NoTrigger,
        ),
        (
            flow(
                json!([start, wait("a"), wait("b")]),
                json!([edge("1", "start", "a"), edge("2", "a", "b"), edge("3", "b", "a")]),
            ),
            Cycle,
        ),
        (flow(json!([start, wait("a")]), json!([edge("1", "start", "a"), edge("2", "a", "a")])), Cycle),
        (flow(json!([start]), json!([edge("1", "start", "gone")])), DanglingEdge),
        (flow(json!([start]), json!([edge("1", "gone", "start")])), DanglingEdge),
        (flow(json!([start, start]), json!([])), DuplicateId),
        (
            flow(json!([start, wait("a")]), json!([edge("1", "start", "a"), edge("1", "start", "a")])),
            DuplicateId,
        ),
        (flow(json!([start, wait("a")]), json!([])), UnreachableNode),
        (flow_with("teleport", &json!({})), UnknownKind),
        (flow_with("approval", &json!({})), UnknownKind),
        (flow_with("project.publish", &json!({"project": "x"})), UnknownKind),
        (flow_with("asset.tag", &json!({"asset": "x", "add": "y"})), UnknownKind),
        (flow_with("", &json!({})), UnknownKind),
        (flow_with("HTTP.REQUEST", &json!({})), UnknownKind),
        (flow(json!([{"id": "", "type": "trigger.manual"}]), json!([])), InvalidParam),
        (flow(json!([{"id": "a\r\nb", "type": "trigger.manual"}]), json!([])), InvalidParam),
        (flow(json!([{"id": "\u{0}", "type": "trigger.manual"}]), json!([])), InvalidParam),
        (flow(json!([{"id": "x".repeat(201), "type": "trigger.manual"}]), json!([])), InvalidParam),
        (
            flow(
                json!([start, wait("a"), wait("b")]),
                json!([edge("1", "start", "a"), port("2", "a", json!("error"), "b")]),
            ),
            UnknownPort,
        ),
        (flow(json!([start, wait("a")]), json!([port("1", "start", json!("item"), "a")])), UnknownPort),
        (flow(json!([start, wait("a")]), json!([port("1", "start", json!(7), "a")])), UnknownPort),
        (
            flow(json!([start, wait("a")]), json!([edge("1", "start", "a"), edge("2", "a", "start")])),
            UnknownPort,
        ),
        (flow(json!([start, {"id": "x", "type": "note"}]), json!([edge("1", "start", "x")])), UnknownPort),
        (
            flow(
                json!([start, node("f", "fail", json!({"message": "x"})), wait("a")]),
                json!([edge("1", "start", "f"), edge("2", "f", "a")]),
            ),
            UnknownPort,
        ),
        (
            flow(
                json!([start, node("i", "if", json!({"condition": "1"})), wait("a")]),
                json!([edge("1", "start", "i"), edge("2", "i", "a")]),
            ),
            UnknownPort,
        ),
        (
            flow(
                json!([
                    start,
                    node("s", "switch", json!({"value": "1", "cases": [{"key": "a", "equals": 1}]})),
                    wait("a")
                ]),
                json!([edge("1", "start", "s"), port("2", "s", json!("case:b"), "a")]),
            ),
            UnknownPort,
        ),
        (
            flow(
                json!([start, each("l"), wait("a")]),
                json!([edge("1", "start", "l"), port("2", "l", json!("item"), "a"), edge("3", "start", "a")]),
            ),
            InvalidParam,
        ),
        (
            flow(
                json!([start, each("l"), wait("a")]),
                json!([
                    edge("1", "start", "l"),
                    port("2", "l", json!("item"), "a"),
                    port("3", "l", json!("done"), "a")
                ]),
            ),
            InvalidParam,
        ),
        (
            flow(Value::from(with(nested)), Value::from([vec![edge("e0", "start", "l0")], nesting].concat())),
            InvalidParam,
        ),
        (data(json!([])), InvalidParam),
        (data(json!("x")), InvalidParam),
        (data(json!({"params": []})), InvalidParam),
        (data(json!({"params": {}})), InvalidParam),
        (data(json!({"params": {"value": 1, "expression": "1"}})), InvalidParam),
        (data(json!({"params": {"value": 1, "more": 1}})), InvalidParam),
        (data(json!({"params": {"value": 1}, "retry": 3})), InvalidParam),
        (data(json!({"params": {"value": 1}, "retry": {"attempts": 0}})), InvalidParam),
        (data(json!({"params": {"value": 1}, "retry": {"attempts": 21}})), InvalidParam),
        (data(json!({"params": {"value": 1}, "retry": {"attempts": 1e99}})), InvalidParam),
        (data(json!({"params": {"value": 1}, "retry": {"tries": 1}})), InvalidParam),
        (
            data(json!({"params": {"value": 1}, "retry": {"initialSeconds": 9, "maxSeconds": 8}})),
            InvalidParam,
        ),
        (data(json!({"params": {"value": 1}, "timeoutSeconds": -1})), InvalidParam),
        (data(json!({"params": {"value": 1}, "onError": "explode"})), InvalidParam),
        (data(json!({"params": {"value": 1}, "disabled": "yes"})), InvalidParam),
        (
            flow(
                json!([start, {"id": "w", "type": "wait", "data": {"params": {"seconds": 1}, "onError": "branch"}}]),
                json!([edge("1", "start", "w")]),
            ),
            InvalidParam,
        ),
        (request(json!({"method": "TRACE"})), InvalidParam),
        (request(json!({"method": "get"})), InvalidParam),
        (request(json!({"url": ""})), InvalidParam),
        (request(json!({"url": null})), InvalidParam),
        (request(json!({"headers": []})), InvalidParam),
        (request(json!({"headers": {"a": {}}})), InvalidParam),
        (request(json!({"timeoutSeconds": 0})), InvalidParam),
        (request(json!({"timeoutSeconds": 121})), InvalidParam),
        (request(json!({"maxResponseBytes": 1_048_577})), InvalidParam),
        (request(json!({"credential": "{{ 'x' * 300 }}".repeat(20)})), InvalidParam),
        (request(json!({"failOnStatus": "no"})), InvalidParam),
        (request(json!({"body": {"a": ["{{ 1 + }}"]}})), InvalidExpression),
        (flow_with("email.send", &json!({"to": [], "subject": "a", "text": "b"})), InvalidParam),
        (flow_with("email.send", &json!({"to": {"a": 1}, "subject": "a", "text": "b"})), InvalidParam),
        (flow_with("forEach", &json!({"items": "[1]", "concurrency": 11})), InvalidParam),
        (flow_with("forEach", &json!({"items": [1]})), InvalidParam),
        (flow_with("switch", &json!({"value": "1", "cases": []})), InvalidParam),
        (
            flow_with(
                "switch",
                &json!({"value": "1", "cases": [{"key": "a", "equals": 1}, {"key": "a", "equals": 2}]}),
            ),
            InvalidParam,
        ),
        (flow_with("switch", &json!({"value": "1", "cases": [{"key": "a:b", "equals": 1}]})), InvalidParam),
        (flow_with("wait", &json!({})), InvalidParam),
        (flow_with("wait", &json!({"seconds": -1})), InvalidParam),
        (flow_with("wait", &json!({"days": 1e300})), InvalidParam),
        (flow_with("wait", &json!({"seconds": 1, "until": "x"})), InvalidParam),
        (flow_with("subflow", &json!({"automation": "{{ trigger.id }}"})), InvalidParam),
        (flow_with("respond", &json!({"status": 99})), InvalidParam),
        (flow_with("merge", &json!({"mode": "some"})), InvalidParam),
        (flow_with("trigger.event", &json!({"event": "lead.exploded"})), InvalidParam),
        (flow_with("trigger.event", &json!({"event": "project.published"})), InvalidParam),
        (flow_with("trigger.schedule", &json!({"cron": ""})), InvalidParam),
        (
            flow_with("trigger.webhook", &json!({"signature": {"scheme": "md5", "credential": "x"}})),
            InvalidParam,
        ),
        (json!({"nodes": [start], "edges": [], "deep": deep}), TooLarge),
        (json!({"nodes": [start], "edges": [], "long": "x".repeat(2_000_000)}), TooLarge),
        (flow(json!([start]), Value::from(vec![edge("e", "start", "start"); 4_001])), TooLarge),
        (flow(Value::from(vec![start.clone(); 1_001]), json!([])), TooLarge),
    ]
}

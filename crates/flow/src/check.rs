use std::io;

use serde_json::Value;

use crate::expression::Templates;
use crate::graph::{Graph, Loops};
use crate::params::{Params, Reader};
use crate::plan::Plan;
use crate::pointer::Place;
use crate::settings::{self, Settings};
use crate::{Fault, FaultCode, FlowDocument};

/// The most nodes a flow may have.
pub const MAX_NODES: usize = 1_000;
/// The most edges a flow may have.
pub const MAX_EDGES: usize = 4_000;

/// Lists every fault of a flow; an empty list means that it may be activated.
///
/// Two codes it never gives: `credential_missing` and `subflow_cycle` need a store. See
/// [`references`](crate::references).
pub fn check(flow: &FlowDocument) -> Vec<Fault> {
    analyse(flow).err().unwrap_or_default()
}

/// Reads all of a flow, and makes of it what can run.
///
/// # Errors
/// Every fault of the flow.
pub(crate) fn analyse(flow: &FlowDocument) -> Result<Plan, Vec<Fault>> {
    let excess = too_large(flow);
    if !excess.is_empty() {
        // The other rules answer in time only for flows within the bounds.
        return Err(excess);
    }
    let graph = Graph::new(flow);
    let mut faults = graph.faults(flow);
    let mut templates = Templates::new();
    let nodes = read_nodes(&graph, &mut templates, &mut faults);
    let Some(order) = graph.order() else { return Err(faults) };
    let Loops { around, faults: entered } = graph.loops(&order);
    faults.extend(entered);
    if faults.is_empty() { Ok(Plan::new(&graph, &order, &around, nodes, templates)) } else { Err(faults) }
}

fn read_nodes(
    graph: &Graph<'_>,
    templates: &mut Templates,
    faults: &mut Vec<Fault>,
) -> Vec<(Settings, Params)> {
    let list = Place::root("nodes");
    let nothing = Value::Object(serde_json::Map::new());
    let mut nodes = Vec::with_capacity(graph.nodes.len());
    for (at, node) in graph.nodes.iter().enumerate() {
        let mut read = (Settings::default(), Params::default());
        if let Some(entry) = node.entry.filter(|entry| !entry.kind.is_drawing()) {
            let mut reader = Reader { templates, faults, node: node.id };
            let place = list.index(at);
            let place = place.key("data");
            let data = node.data.unwrap_or(&nothing);
            if data.is_object() {
                let params = data.get("params").filter(|params| !params.is_null()).unwrap_or(&nothing);
                read.0 = settings::read(&mut reader, entry.kind, data, place);
                read.1 = reader.object(entry.fields, entry.rules, params, place.key("params"));
                reader.distinct_cases(params, place.key("params"));
            } else {
                reader.invalid(place, "this is an object");
            }
        }
        nodes.push(read);
    }
    nodes
}

impl Reader<'_> {
    /// Two cases of one name would share a port.
    fn distinct_cases(&mut self, params: &Value, place: Place<'_>) {
        let cases = params.get("cases").and_then(Value::as_array);
        let mut seen = std::collections::HashSet::new();
        for (at, case) in cases.into_iter().flatten().enumerate() {
            if let Some(key) = case.get("key").and_then(Value::as_str)
                && !seen.insert(key)
            {
                self.invalid(place.key("cases").index(at).key("key"), "this key is taken");
            }
        }
    }
}

fn too_large(flow: &FlowDocument) -> Vec<Fault> {
    let (nodes, edges) = (flow.drawn_nodes().count(), flow.drawn_edges().count());
    let mut faults = Vec::new();
    let mut excess = |pointer: &str, message: String| {
        faults.push(Fault { code: FaultCode::TooLarge, pointer: pointer.to_owned(), id: None, message });
    };
    if !is_shallow(flow.as_json(), FlowDocument::MAX_LEVELS) {
        excess("", format!("a flow has at most {} levels", FlowDocument::MAX_LEVELS));
    } else if serde_json::to_writer(Within(FlowDocument::MAX_BYTES), flow.as_json()).is_err() {
        excess("", format!("a flow has at most {} bytes", FlowDocument::MAX_BYTES));
    }
    if nodes > MAX_NODES {
        excess("/nodes", format!("a flow has at most {MAX_NODES} nodes"));
    }
    if edges > MAX_EDGES {
        excess("/edges", format!("a flow has at most {MAX_EDGES} edges"));
    }
    faults
}

fn is_shallow(json: &Value, levels: usize) -> bool {
    match json {
        Value::Array(items) => levels > 0 && items.iter().all(|item| is_shallow(item, levels - 1)),
        Value::Object(fields) => levels > 0 && fields.values().all(|field| is_shallow(field, levels - 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Takes this many bytes, and fails at the next.
struct Within(usize);

impl io::Write for Within {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn flow(nodes: &[(&str, &str)], edges: &[(&str, &str)]) -> FlowDocument {
        let nodes: Vec<Value> = nodes
            .iter()
            .map(|(id, kind)| {
                let params = match *kind {
                    "if" => json!({"condition": "true"}),
                    "transform" => json!({"value": 1}),
                    _ => json!({}),
                };
                json!({"id": id, "type": kind, "data": {"params": params}})
            })
            .collect();
        let edges: Vec<Value> = edges
            .iter()
            .enumerate()
            .map(|(at, (from, to))| json!({"id": format!("e{at}"), "source": from, "target": to}))
            .collect();
        FlowDocument::parse(json!({"nodes": nodes, "edges": edges})).unwrap()
    }

    fn codes(flow: &FlowDocument) -> Vec<FaultCode> {
        check(flow).into_iter().map(|fault| fault.code).collect()
    }

    #[test]
    fn a_triggered_chain_has_no_fault() {
        let flow = flow(&[("t", "trigger.manual"), ("m", "transform"), ("n", "note")], &[("t", "m")]);
        assert_eq!(check(&flow), []);
    }

    #[test]
    fn an_empty_flow_lacks_a_trigger() {
        assert_eq!(codes(&FlowDocument::empty()), [FaultCode::NoTrigger]);
    }

    #[test]
    fn every_fault_is_listed_at_once() {
        let flow = flow(
            &[("a", "if"), ("a", "teleport"), ("b", "stop")],
            &[("a", "b"), ("b", "a"), ("a", "nowhere")],
        );
        let codes = codes(&flow);
        for code in [
            FaultCode::DuplicateId,
            FaultCode::UnknownKind,
            FaultCode::DanglingEdge,
            FaultCode::NoTrigger,
            FaultCode::Cycle,
            FaultCode::UnreachableNode,
        ] {
            assert!(codes.contains(&code), "{code} is missing in {codes:?}");
        }
    }

    #[test]
    fn a_fault_says_where_it_is() {
        let params = json!({"method": "GET", "url": 7, "body": [{"a": "{{ 1 + }}"}], "nonsense": 1, "headers": {"a/b": []}});
        let flow = FlowDocument::parse(json!({
            "nodes": [
                {"id": "t", "type": "trigger.manual"},
                {"id": "h", "type": "http.request", "data": {"params": params, "retry": {"attempts": 99}}},
            ],
            "edges": [{"id": "e", "source": "t", "sourceHandle": "no", "target": "h"}],
        }));
        let faults = check(&flow.unwrap());
        for (code, place) in [
            (FaultCode::InvalidParam, "/nodes/1/data/params/url"),
            (FaultCode::InvalidParam, "/nodes/1/data/params/nonsense"),
            (FaultCode::InvalidParam, "/nodes/1/data/params/headers/a~1b"),
            (FaultCode::InvalidExpression, "/nodes/1/data/params/body/0/a"),
            (FaultCode::InvalidParam, "/nodes/1/data/retry/attempts"),
            (FaultCode::UnknownPort, "/edges/0"),
        ] {
            let found = faults.iter().find(|fault| fault.pointer == place);
            assert_eq!(found.map(|fault| fault.code), Some(code), "{place}: {faults:?}");
        }
        assert_eq!(faults.len(), 6);
    }

    #[test]
    fn only_what_reaches_out_has_a_time_for_each_attempt() {
        for entry in crate::catalogue::entries().filter(|entry| !entry.kind.is_drawing()) {
            let data = |seconds: Value| json!({"params": {}, "timeoutSeconds": seconds});
            let faults_with = |seconds: Value| {
                let nodes = json!([{"id": "n", "type": entry.word, "data": data(seconds)}]);
                let flow = FlowDocument::parse(json!({"nodes": nodes, "edges": []})).unwrap();
                let faults = check(&flow).into_iter();
                let of_time = |fault: &Fault| fault.pointer == "/nodes/0/data/timeoutSeconds";
                faults.filter(of_time).map(|fault| fault.code).collect::<Vec<_>>()
            };
            let takes = matches!(entry.word, "http.request" | "email.send" | "subflow");
            let expected = if takes { vec![] } else { vec![FaultCode::InvalidParam] };
            assert_eq!(faults_with(json!(30)), expected, "{}", entry.word);
            assert_eq!(faults_with(json!(-1)), [FaultCode::InvalidParam], "{}", entry.word);
            assert_eq!(faults_with(Value::Null), [], "{}", entry.word);
        }
    }

    #[test]
    fn the_largest_flow_is_checked() {
        let nodes: Vec<Value> = (0..MAX_NODES)
            .map(|at| match at {
                0 => json!({"id": "0", "type": "trigger.manual"}),
                _ => {
                    let value =
                        format!("Hello {{{{ trigger.name }}}}, number {{% if {at} > 1 %}}{at}{{% endif %}}");
                    json!({"id": at.to_string(), "type": "transform", "data": {"params": {"value": value}}})
                }
            })
            .collect();
        let edges: Vec<Value> = (1..MAX_NODES)
            .flat_map(|at| [0, at / 2, at / 3, at - 1].map(|from| (from, at)))
            .enumerate()
            .map(|(id, (from, to))| json!({"id": id.to_string(), "source": from.to_string(), "target": to.to_string()}))
            .collect();
        assert_eq!(check(&FlowDocument::parse(json!({"nodes": nodes, "edges": edges})).unwrap()), []);
    }

    #[test]
    fn a_flow_over_the_bounds_is_too_large() {
        let nodes: Vec<Value> =
            (0..=MAX_NODES).map(|at| json!({"id": at.to_string(), "type": "if"})).collect();
        let flow = FlowDocument::parse(json!({"nodes": nodes, "edges": []})).unwrap();
        assert_eq!(codes(&flow), [FaultCode::TooLarge]);
    }

    #[test]
    fn a_document_without_edges_is_no_flow() {
        assert!(FlowDocument::parse(json!({"nodes": []})).is_err());
        assert!(FlowDocument::parse(json!({"nodes": [{"id": 1, "type": "if"}], "edges": []})).is_err());
        assert!(FlowDocument::parse(json!([])).is_err());
    }

    #[test]
    fn keys_the_engine_does_not_know_are_kept() {
        let json = json!({"nodes": [{"id": "a", "type": "if", "position": {"x": 1}}], "edges": [], "viewport": {"zoom": 2}});
        assert_eq!(FlowDocument::parse(json.clone()).unwrap().as_json(), &json);
    }

    proptest! {
        #[test]
        fn edges_that_only_go_forward_never_make_a_cycle(pairs in prop::collection::vec((0_usize..30, 0_usize..30), 0..80)) {
            let names: Vec<String> = (0..30).map(|at| format!("n{at}")).collect();
            let nodes: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "transform")).collect();
            let edges: Vec<(&str, &str)> = pairs.iter().filter(|(a, b)| a < b)
                .map(|(a, b)| (names[*a].as_str(), names[*b].as_str())).collect();
            prop_assert!(!codes(&flow(&nodes, &edges)).contains(&FaultCode::Cycle));
        }
    }
}

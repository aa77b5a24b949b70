use std::collections::{HashMap, HashSet};

use crate::kind::{is_drawing, is_known_kind, is_trigger};
use crate::{EdgeRef, Fault, FaultCode, FlowDocument, NodeRef};

/// The most nodes a flow may have.
pub const MAX_NODES: usize = 1_000;
/// The most edges a flow may have.
pub const MAX_EDGES: usize = 4_000;

/// Lists every structural fault of a flow; an empty list means that it may be activated.
pub fn check(flow: &FlowDocument) -> Vec<Fault> {
    let nodes: Vec<_> = flow.nodes().collect();
    let edges: Vec<_> = flow.edges().collect();
    let mut faults = too_large(nodes.len(), edges.len());
    if !faults.is_empty() {
        // The other rules answer in time only for flows within the bounds.
        return faults;
    }
    faults.extend(duplicates("nodes", nodes.iter().map(|node| node.id)));
    faults.extend(duplicates("edges", edges.iter().map(|edge| edge.id)));
    faults.extend(unknown_kinds(&nodes));
    let graph = Graph::new(&nodes, &edges);
    faults.extend(graph.dangling());
    faults.extend(graph.without_trigger());
    faults.extend(graph.cycles());
    faults.extend(graph.unreachable());
    faults
}

fn too_large(nodes: usize, edges: usize) -> Vec<Fault> {
    [("/nodes", nodes > MAX_NODES), ("/edges", edges > MAX_EDGES)]
        .into_iter()
        .filter(|(_, over)| *over)
        .map(|(pointer, _)| Fault { code: FaultCode::TooLarge, pointer: pointer.to_owned(), id: None })
        .collect()
}

fn fault(code: FaultCode, list: &str, index: usize, id: &str) -> Fault {
    Fault { code, pointer: format!("/{list}/{index}"), id: Some(id.to_owned()) }
}

fn duplicates<'a>(list: &str, ids: impl Iterator<Item = &'a str>) -> Vec<Fault> {
    let mut seen = HashSet::new();
    ids.enumerate()
        .filter(|(_, id)| !seen.insert(*id))
        .map(|(index, id)| fault(FaultCode::DuplicateId, list, index, id))
        .collect()
}

fn unknown_kinds(nodes: &[NodeRef<'_>]) -> Vec<Fault> {
    nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !is_known_kind(node.kind))
        .map(|(index, node)| fault(FaultCode::UnknownKind, "nodes", index, node.id))
        .collect()
}

struct Graph<'a> {
    nodes: &'a [NodeRef<'a>],
    edges: &'a [EdgeRef<'a>],
    index: HashMap<&'a str, usize>,
    next: Vec<Vec<usize>>,
}

impl<'a> Graph<'a> {
    fn new(nodes: &'a [NodeRef<'a>], edges: &'a [EdgeRef<'a>]) -> Self {
        let index: HashMap<_, _> = nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
        let mut next = vec![Vec::new(); nodes.len()];
        for edge in edges {
            if let (Some(&from), Some(&to)) = (index.get(edge.source), index.get(edge.target)) {
                next[from].push(to);
            }
        }
        Self { nodes, edges, index, next }
    }

    fn dangling(&self) -> impl Iterator<Item = Fault> {
        self.edges
            .iter()
            .enumerate()
            .filter(|(_, edge)| {
                !self.index.contains_key(edge.source) || !self.index.contains_key(edge.target)
            })
            .map(|(at, edge)| fault(FaultCode::DanglingEdge, "edges", at, edge.id))
    }

    fn triggers(&self) -> impl Iterator<Item = usize> {
        self.nodes.iter().enumerate().filter(|(_, node)| is_trigger(node.kind)).map(|(at, _)| at)
    }

    fn without_trigger(&self) -> Option<Fault> {
        let none = self.triggers().next().is_none();
        none.then(|| Fault { code: FaultCode::NoTrigger, pointer: "/nodes".to_owned(), id: None })
    }

    /// Kahn's algorithm: what cannot be put in order lies on a cycle or behind one.
    fn cycles(&self) -> Option<Fault> {
        let mut incoming = vec![0_usize; self.nodes.len()];
        for &to in self.next.iter().flatten() {
            incoming[to] += 1;
        }
        let mut ready: Vec<usize> = (0..self.nodes.len()).filter(|&at| incoming[at] == 0).collect();
        while let Some(at) = ready.pop() {
            for &to in &self.next[at] {
                incoming[to] -= 1;
                if incoming[to] == 0 {
                    ready.push(to);
                }
            }
        }
        let at = incoming.iter().position(|&count| count > 0)?;
        Some(fault(FaultCode::Cycle, "nodes", at, self.nodes[at].id))
    }

    fn unreachable(&self) -> Vec<Fault> {
        let mut reached = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = self.triggers().collect();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                open.extend(&self.next[at]);
            }
        }
        self.nodes
            .iter()
            .enumerate()
            .filter(|(at, node)| !reached[*at] && !is_drawing(node.kind))
            .map(|(at, node)| fault(FaultCode::UnreachableNode, "nodes", at, node.id))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn flow(nodes: &[(&str, &str)], edges: &[(&str, &str)]) -> FlowDocument {
        let nodes: Vec<Value> = nodes.iter().map(|(id, kind)| json!({"id": id, "type": kind})).collect();
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
        let flow = flow(&[("t", "trigger.manual"), ("m", "email.send"), ("n", "note")], &[("t", "m")]);
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
            let nodes: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "if")).collect();
            let edges: Vec<(&str, &str)> = pairs.iter().filter(|(a, b)| a < b)
                .map(|(a, b)| (names[*a].as_str(), names[*b].as_str())).collect();
            prop_assert!(!codes(&flow(&nodes, &edges)).contains(&FaultCode::Cycle));
        }
    }
}

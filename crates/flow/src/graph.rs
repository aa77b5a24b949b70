mod cycles;
mod loops;

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::catalogue::{Entry, Ports, entry};
use crate::kind::NodeKind;
use crate::settings::is_disabled;
use crate::{EdgeRef, Fault, FaultCode, FlowDocument};

pub(crate) use loops::Loops;

/// A flow as nodes and edges that know each other by position.
pub(crate) struct Graph<'a> {
    pub(crate) nodes: Vec<Drawn<'a>>,
    pub(crate) edges: Vec<EdgeRef<'a>>,
    /// Each edge with two ends, as positions of nodes.
    pub(crate) ends: Vec<Option<(usize, usize)>>,
    /// The edges that leave each node.
    pub(crate) leaving: Vec<Vec<usize>>,
    /// The edges that enter each node.
    pub(crate) entering: Vec<Vec<usize>>,
}

/// A node as it was drawn.
pub(crate) struct Drawn<'a> {
    pub(crate) id: &'a str,
    pub(crate) word: &'a str,
    pub(crate) entry: Option<&'static Entry>,
    pub(crate) data: Option<&'a Value>,
}

impl Drawn<'_> {
    pub(crate) fn kind(&self) -> Option<NodeKind> {
        self.entry.map(|entry| entry.kind)
    }

    fn is_trigger(&self) -> bool {
        self.kind().is_some_and(NodeKind::is_trigger)
    }

    fn is_drawing(&self) -> bool {
        self.kind().is_some_and(NodeKind::is_drawing)
    }

    /// The ports it is left through.
    pub(crate) fn ports(&self) -> Vec<String> {
        match self.entry.map(|entry| entry.ports) {
            None => Vec::new(),
            Some(Ports::Fixed(ports)) => ports.iter().map(|port| (*port).to_owned()).collect(),
            Some(Ports::Cases(ports)) => {
                let cases =
                    self.data.and_then(|data| data.pointer("/params/cases")).and_then(Value::as_array);
                let keys = cases.into_iter().flatten().filter_map(|case| case.get("key")?.as_str());
                keys.map(|key| format!("case:{key}"))
                    .chain(ports.iter().map(|port| (*port).to_owned()))
                    .collect()
            }
        }
    }
}

impl<'a> Graph<'a> {
    pub(crate) fn new(flow: &'a FlowDocument) -> Self {
        let nodes: Vec<Drawn<'a>> = flow
            .nodes()
            .zip(flow.drawn_nodes())
            .map(|(node, drawn)| Drawn {
                id: node.id,
                word: node.kind,
                entry: entry(node.kind),
                data: drawn.get("data").filter(|data| !data.is_null()),
            })
            .collect();
        let mut index = HashMap::with_capacity(nodes.len());
        for (at, node) in nodes.iter().enumerate() {
            index.entry(node.id).or_insert(at);
        }
        let edges: Vec<EdgeRef<'a>> = flow.edges().collect();
        let ends: Vec<_> =
            edges.iter().map(|edge| Some((*index.get(edge.source)?, *index.get(edge.target)?))).collect();
        let (mut leaving, mut entering) = (vec![Vec::new(); nodes.len()], vec![Vec::new(); nodes.len()]);
        for (at, (from, to)) in ends.iter().enumerate().filter_map(|(at, ends)| Some((at, (*ends)?))) {
            leaving[from].push(at);
            entering[to].push(at);
        }
        Self { nodes, edges, ends, leaving, entering }
    }

    /// Everything that is wrong with the drawing, whatever the parameters say.
    pub(crate) fn faults(&self, flow: &FlowDocument) -> Vec<Fault> {
        let mut faults = self.names();
        faults.extend(self.unknown_kinds());
        faults.extend(self.dangling());
        faults.extend(self.unknown_ports(flow));
        faults.extend(self.without_trigger());
        faults.extend(self.cycles());
        faults.extend(self.unreachable());
        faults
    }

    /// The node that an edge leads from one node to.
    fn next(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        self.leaving[node].iter().filter_map(|edge| Some(self.ends[*edge]?.1))
    }

    fn names(&self) -> Vec<Fault> {
        let mut faults = duplicates("nodes", self.nodes.iter().map(|node| node.id));
        faults.extend(duplicates("edges", self.edges.iter().map(|edge| edge.id)));
        for (at, node) in self.nodes.iter().enumerate().filter(|(_, node)| !is_id(node.id)) {
            let message = "an id has 1 to 200 characters, none of them a control character";
            let fault = fault(FaultCode::InvalidParam, "nodes", at, node.id, message);
            faults.push(Fault { pointer: format!("{}/id", fault.pointer), ..fault });
        }
        faults
    }

    fn unknown_kinds(&self) -> impl Iterator<Item = Fault> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.entry.is_none()).map(|(at, node)| {
            let message = match node.word {
                word @ ("approval" | "project.publish" | "asset.tag") => format!("`{word}` is not built yet"),
                word => format!("there is no kind `{word}`"),
            };
            fault(FaultCode::UnknownKind, "nodes", at, node.id, &message)
        })
    }

    fn dangling(&self) -> impl Iterator<Item = Fault> {
        let loose = self.edges.iter().zip(&self.ends).enumerate().filter(|(_, (_, ends))| ends.is_none());
        loose.map(|(at, (edge, _))| {
            fault(
                FaultCode::DanglingEdge,
                "edges",
                at,
                edge.id,
                "the edge leads from or to a node that is not there",
            )
        })
    }

    fn unknown_ports(&self, flow: &FlowDocument) -> Vec<Fault> {
        let ports: Vec<Vec<String>> = self.nodes.iter().map(Drawn::ports).collect();
        let edges = self.edges.iter().zip(&self.ends).zip(flow.drawn_edges()).enumerate();
        edges
            .filter_map(|(at, ((edge, ends), drawn))| {
                let (from, to) = (*ends)?;
                let message = self.bad_port(edge, drawn, &ports[from], (from, to))?;
                Some(fault(FaultCode::UnknownPort, "edges", at, edge.id, &message))
            })
            .collect()
    }

    /// Why an edge cannot leave or enter where it does.
    fn bad_port(
        &self,
        edge: &EdgeRef<'_>,
        drawn: &Value,
        ports: &[String],
        ends: (usize, usize),
    ) -> Option<String> {
        let (source, target) = (&self.nodes[ends.0], &self.nodes[ends.1]);
        if target.is_trigger() || target.is_drawing() {
            return Some(format!("nothing enters a node of the kind `{}`", target.word));
        }
        let handle = drawn.get("sourceHandle").filter(|handle| !handle.is_null());
        let port = edge.source_handle.unwrap_or("out");
        if source.entry.is_none()
            || (ports.iter().any(|known| known == port) && handle.is_none_or(Value::is_string))
        {
            return None;
        }
        Some(match ports {
            [] => format!("nothing leaves a node of the kind `{}`", source.word),
            ports => format!("this node is left through {}", ports.join(", ")),
        })
    }

    fn triggers(&self) -> impl Iterator<Item = usize> {
        self.nodes.iter().enumerate().filter(|(_, node)| node.is_trigger()).map(|(at, _)| at)
    }

    fn without_trigger(&self) -> Option<Fault> {
        let none = !self.triggers().any(|at| !is_disabled(self.nodes[at].data));
        none.then(|| Fault {
            code: FaultCode::NoTrigger,
            pointer: "/nodes".to_owned(),
            id: None,
            message: "no enabled node starts the flow".to_owned(),
        })
    }

    /// A node behind a disabled trigger is reachable: switching a trigger off breaks nothing.
    fn unreachable(&self) -> Vec<Fault> {
        let mut reached = vec![false; self.nodes.len()];
        let mut open: Vec<usize> = self.triggers().collect();
        while let Some(at) = open.pop() {
            if !std::mem::replace(&mut reached[at], true) {
                open.extend(self.next(at));
            }
        }
        self.nodes
            .iter()
            .enumerate()
            .filter(|(at, node)| !reached[*at] && !node.is_drawing())
            .map(|(at, node)| {
                fault(FaultCode::UnreachableNode, "nodes", at, node.id, "no trigger leads here")
            })
            .collect()
    }
}

/// A fault of an entry of a list.
fn fault(code: FaultCode, list: &str, index: usize, id: &str, message: &str) -> Fault {
    Fault { code, pointer: format!("/{list}/{index}"), id: Some(id.to_owned()), message: message.to_owned() }
}

fn duplicates<'a>(list: &str, ids: impl Iterator<Item = &'a str>) -> Vec<Fault> {
    let mut seen = HashSet::new();
    ids.enumerate()
        .filter(|(_, id)| !seen.insert(*id))
        .map(|(index, id)| fault(FaultCode::DuplicateId, list, index, id, "this id is taken"))
        .collect()
}

/// An id goes into keys, logs and expressions.
fn is_id(id: &str) -> bool {
    (1..=200).contains(&id.len()) && !id.chars().any(char::is_control)
}

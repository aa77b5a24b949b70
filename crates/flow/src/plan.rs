mod before;
mod step;

use std::collections::HashMap;
use std::sync::Arc;

use crate::check::analyse;
use crate::execution::Names;
use crate::expression::{Expr, Meter, Templates};
use crate::graph::Graph;
use crate::params::Params;
use crate::settings::{OnError, Settings};
use crate::{Effort, Fault, FlowDocument, Now, Scope, StepError, Trigger, Verdict};

use before::Before;

pub(crate) use step::{Case, CaseTest, MergeMode, Step};

/// A flow that was checked and compiled: it can run any number of times, and side by side.
#[derive(Debug)]
pub struct Plan {
    pub(crate) nodes: Vec<Node>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) index: HashMap<String, usize>,
    pub(crate) templates: Templates,
    /// The nodes outside of loops.
    pub(crate) root: Members,
    triggers: Vec<Trigger>,
    before: Before,
}

/// A node, compiled.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) word: &'static str,
    pub(crate) step: Step,
    pub(crate) settings: Settings,
    pub(crate) ports: Vec<String>,
    pub(crate) leaving: Vec<usize>,
    pub(crate) entering: Vec<usize>,
    /// The innermost loop around it.
    pub(crate) around: Option<usize>,
    /// Its position among the members of that loop.
    pub(crate) slot: usize,
    /// What it repeats, when it is a loop.
    pub(crate) body: Members,
}

/// An edge, compiled.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) from: usize,
    pub(crate) port: String,
    pub(crate) to: usize,
    /// Whether it leads from a loop into its body.
    pub(crate) enters_body: bool,
}

/// Nodes that run together: the body of a loop, or what is outside of all.
#[derive(Debug, Default)]
pub(crate) struct Members {
    pub(crate) nodes: Vec<usize>,
    /// Those that nothing follows when all goes well.
    pub(crate) leaves: Vec<usize>,
}

impl Plan {
    /// Checks and compiles a flow.
    ///
    /// # Errors
    /// Every fault of the flow, as [`check`](crate::check) lists them.
    pub fn compile(flow: &FlowDocument) -> Result<Self, Vec<Fault>> {
        analyse(flow)
    }

    /// The enabled triggers, in document order.
    pub fn triggers(&self) -> &[Trigger] {
        &self.triggers
    }

    /// Whether the filter of a trigger lets a run start; a trigger without a filter does. With little effort, what
    /// cannot be told at once is [`Verdict::Busy`], and so is a filter that fails: with the full one it is an error.
    ///
    /// # Errors
    /// [`StepError`] when there is no such trigger, or its filter fails.
    pub fn accepts(
        &self,
        trigger_node: &str,
        scope: &Scope,
        now: Now<'_>,
        effort: Effort,
    ) -> Result<Verdict, StepError> {
        let node = &self.nodes[self.trigger(trigger_node)?];
        let Step::Trigger { filter: Some(filter) } = &node.step else { return Ok(Verdict::Starts) };
        let meter = match effort {
            Effort::Light => Meter::light(effort.units()),
            Effort::Full => Meter::full(),
        };
        match (lets_start(filter, scope, now, &meter), effort) {
            (Ok(true), _) => Ok(Verdict::Starts),
            (Ok(false), _) => Ok(Verdict::Stays),
            (Err(_), Effort::Light) => Ok(Verdict::Busy),
            (Err(error), Effort::Full) => Err(error),
        }
    }

    /// The position of an enabled trigger.
    pub(crate) fn trigger(&self, node: &str) -> Result<usize, StepError> {
        let enabled = self.triggers.iter().any(|trigger| trigger.node == node);
        let found = self.index.get(node).copied().filter(|_| enabled);
        found.ok_or_else(|| {
            StepError::permanent("unknown_trigger", format!("there is no enabled trigger `{node}`"))
        })
    }

    /// Whether edges lead from one node to the other.
    pub(crate) fn is_before(&self, node: usize, other: usize) -> bool {
        self.before.holds(node, other)
    }

    /// The members of a loop, or what is outside of all.
    pub(crate) fn members(&self, around: Option<usize>) -> &Members {
        around.map_or(&self.root, |owner| &self.nodes[owner].body)
    }

    pub(crate) fn new(
        graph: &Graph<'_>,
        order: &[usize],
        around: &[Option<usize>],
        read: Vec<(Settings, Params)>,
        templates: Templates,
    ) -> Self {
        let edges: Vec<Edge> = graph
            .edges
            .iter()
            .zip(&graph.ends)
            .filter_map(|(edge, ends)| {
                let (from, to) = (*ends)?;
                let port = edge.source_handle.unwrap_or("out").to_owned();
                let enters_body = around[to] == Some(from);
                Some(Edge { from, port, to, enters_body })
            })
            .collect();
        let mut plan = Self {
            nodes: Vec::with_capacity(graph.nodes.len()),
            edges,
            index: HashMap::with_capacity(graph.nodes.len()),
            templates,
            root: Members::default(),
            triggers: Vec::new(),
            before: Before::new(graph, order),
        };
        for (at, (settings, mut params)) in read.into_iter().enumerate() {
            let drawn = &graph.nodes[at];
            let Some(entry) = drawn.entry else { continue };
            if let Some(kind) = step::trigger(entry.kind, &mut params).filter(|_| !settings.disabled) {
                plan.triggers.push(Trigger { node: drawn.id.to_owned(), kind });
            }
            plan.index.insert(drawn.id.to_owned(), at);
            plan.nodes.push(Node {
                id: drawn.id.to_owned(),
                word: entry.word,
                step: Step::new(entry.kind, params),
                settings,
                ports: drawn.ports(),
                leaving: graph.leaving[at].clone(),
                entering: graph.entering[at].clone(),
                around: around[at],
                slot: 0,
                body: Members::default(),
            });
        }
        plan.assign_slots();
        plan
    }

    fn assign_slots(&mut self) {
        for at in 0..self.nodes.len() {
            if matches!(self.nodes[at].step, Step::Drawing) {
                continue;
            }
            // What hangs on `item` is in another row, and what hangs on `error` only follows if the node fails.
            let goes_on = |edge: &Edge| !edge.enters_body && edge.port != "error";
            let is_leaf = !self.nodes[at].leaving.iter().any(|edge| goes_on(&self.edges[*edge]));
            let around = self.nodes[at].around;
            let members = match around {
                Some(owner) => &mut self.nodes[owner].body,
                None => &mut self.root,
            };
            let slot = members.nodes.len();
            members.nodes.push(at);
            if is_leaf {
                members.leaves.push(at);
            }
            self.nodes[at].slot = slot;
        }
    }
}

fn lets_start(filter: &Expr, scope: &Scope, now: Now<'_>, meter: &Arc<Meter>) -> Result<bool, StepError> {
    for value in [&scope.trigger, &scope.vars, &scope.run] {
        meter.handle_value(value)?;
    }
    filter.holds(&Names::outside(scope.clone(), now.text, meter))
}

impl Node {
    /// Where a run goes when this node is out of service.
    pub(crate) fn passing_port(&self) -> &str {
        match self.step {
            Step::ForEach { .. } => "done",
            Step::Trigger { .. }
            | Step::Effect { .. }
            | Step::Transform(_)
            | Step::Compute(_)
            | Step::If(_)
            | Step::Filter(_)
            | Step::Switch { .. }
            | Step::Merge(_)
            | Step::Fail { .. }
            | Step::Stop { .. }
            | Step::Drawing => self.ports.first().map_or("out", String::as_str),
        }
    }

    /// Where a run goes when this node failed; nothing when it fails as well.
    pub(crate) fn failing_port(&self, edges: &[Edge]) -> Option<&'static str> {
        let drawn = || self.leaving.iter().any(|edge| edges[*edge].port == "error");
        match self.settings.on_error {
            Some(OnError::Continue) => Some("out"),
            Some(OnError::Branch) => Some("error"),
            Some(OnError::Fail) => None,
            None => drawn().then_some("error"),
        }
    }
}

/// A plan is shared by all runs of a flow.
const _: fn(Arc<Plan>) -> Box<dyn Send + Sync> = |plan| Box::new(plan);

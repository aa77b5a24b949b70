use std::collections::BTreeMap;
use std::sync::Arc;

use super::loops::Loop;
use super::names::Row;
use crate::plan::{MergeMode, Plan, Step};

/// The rows that are being run: the outermost one, and one for each open iteration.
#[derive(Default)]
pub(super) struct Frames {
    slots: Vec<Frame>,
    free: Vec<usize>,
}

/// A row that is being run.
pub(super) struct Frame {
    pub(super) row: Arc<Row>,
    pub(super) path: Vec<u32>,
    /// The frame and the loop it is an iteration of.
    pub(super) parent: Option<(usize, usize)>,
    /// The loops of this row that have begun.
    pub(super) loops: BTreeMap<usize, Loop>,
    slots: Vec<Slot>,
    open: usize,
}

/// How far one step of a row is.
#[derive(Clone, Default)]
struct Slot {
    /// How many edges may still bring it something.
    waiting: usize,
    taken: bool,
    started: bool,
    counts: bool,
    /// The taken edges in the order they were taken; kept for those that ask.
    arrivals: Vec<usize>,
}

impl Frames {
    pub(super) fn open(
        &mut self,
        plan: &Plan,
        row: Row,
        path: Vec<u32>,
        parent: Option<(usize, usize)>,
    ) -> usize {
        let members = &plan.members(row.owner).nodes;
        let waiting = members.iter().map(|at| plan.nodes[*at].entering.len());
        let slots: Vec<Slot> = waiting.map(|waiting| Slot { waiting, ..Slot::default() }).collect();
        let open = slots.len();
        let frame = Frame { row: Arc::new(row), path, parent, loops: BTreeMap::new(), slots, open };
        if let Some(at) = self.free.pop() {
            self.slots[at] = frame;
            at
        } else {
            self.slots.push(frame);
            self.slots.len() - 1
        }
    }

    pub(super) fn close(&mut self, at: usize) {
        self.free.push(at);
    }

    pub(super) fn get(&self, at: usize) -> &Frame {
        &self.slots[at]
    }

    pub(super) fn get_mut(&mut self, at: usize) -> &mut Frame {
        &mut self.slots[at]
    }
}

impl Frame {
    pub(super) const fn is_over(&self) -> bool {
        self.open == 0
    }

    /// Whether a step left something that is more than an error.
    pub(super) fn counts(&self, slot: usize) -> bool {
        self.slots[slot].counts
    }

    pub(super) fn arrivals(&self, slot: usize) -> &[usize] {
        &self.slots[slot].arrivals
    }

    /// Ends a step: the edges of its port are taken, all others are dead, and so is what they alone led to. Tells how
    /// many nodes and edges were decided.
    pub(super) fn settle(
        &mut self,
        plan: &Plan,
        node: usize,
        port: Option<&str>,
        counts: bool,
        mut ready: impl FnMut(usize),
    ) -> usize {
        self.slots[plan.nodes[node].slot].counts = counts;
        let (mut dying, mut decided) = (vec![(node, port)], 0);
        while let Some((node, port)) = dying.pop() {
            decided += 1 + plan.nodes[node].leaving.len();
            self.slots[plan.nodes[node].slot].started = true;
            self.open -= 1;
            for &edge in plan.nodes[node].leaving.iter().filter(|edge| !plan.edges[**edge].enters_body) {
                let taken = port == Some(plan.edges[edge].port.as_str());
                match self.arrive(plan, edge, taken) {
                    Arrival::Ready(next) => ready(next),
                    Arrival::Dead(next) => dying.push((next, None)),
                    Arrival::Open => {}
                }
            }
        }
        decided
    }

    /// Lets a loop's edges into its body be taken.
    pub(super) fn enter(&mut self, plan: &Plan, owner: usize, mut ready: impl FnMut(usize)) {
        for &edge in plan.nodes[owner].leaving.iter().filter(|edge| plan.edges[**edge].enters_body) {
            if let Arrival::Ready(next) = self.arrive(plan, edge, true) {
                ready(next);
            }
        }
    }

    fn arrive(&mut self, plan: &Plan, edge: usize, taken: bool) -> Arrival {
        let node = plan.edges[edge].to;
        let step = &plan.nodes[node].step;
        let slot = &mut self.slots[plan.nodes[node].slot];
        slot.waiting -= 1;
        slot.taken |= taken;
        if taken && matches!(step, Step::Merge(_)) {
            slot.arrivals.push(edge);
        }
        let enough = slot.waiting == 0 || (slot.taken && matches!(step, Step::Merge(MergeMode::Any)));
        if slot.started || !enough {
            return Arrival::Open;
        }
        slot.started = true;
        if slot.taken { Arrival::Ready(node) } else { Arrival::Dead(node) }
    }
}

/// What an edge that was decided means for where it leads.
enum Arrival {
    /// It begins.
    Ready(usize),
    /// It never will.
    Dead(usize),
    /// It waits for more, or has begun before.
    Open,
}

use super::{Graph, fault};
use crate::{Fault, FaultCode};

/// More cycles than these are not listed: whoever mends so many looks again.
const MOST_LISTED: usize = 20;

impl Graph<'_> {
    /// One fault for each cycle, at its first node.
    pub(super) fn cycles(&self) -> Vec<Fault> {
        let mut alive = vec![true; self.nodes.len()];
        let mut faults = Vec::new();
        while faults.len() < MOST_LISTED {
            self.trim(&mut alive);
            let Some(cycle) = self.cycle_among(&alive) else { break };
            for at in &cycle {
                alive[*at] = false;
            }
            let Some(first) = cycle.iter().copied().min() else { break };
            let path: Vec<&str> = cycle.iter().take(10).map(|at| self.nodes[*at].id).collect();
            let message = format!("these nodes lead back to where they start: {}", path.join(", "));
            faults.push(fault(FaultCode::Cycle, "nodes", first, self.nodes[first].id, &message));
        }
        faults
    }

    /// The nodes in an order in which every edge leads forward; nothing when there is none.
    pub(crate) fn order(&self) -> Option<Vec<usize>> {
        let mut alive = vec![true; self.nodes.len()];
        let order = self.trim(&mut alive);
        (order.len() == self.nodes.len()).then_some(order)
    }

    /// Takes out, one after the other, the nodes that nothing left enters.
    fn trim(&self, alive: &mut [bool]) -> Vec<usize> {
        let mut incoming = vec![0_usize; self.nodes.len()];
        for at in (0..self.nodes.len()).filter(|at| alive[*at]) {
            for to in self.next(at) {
                incoming[to] += 1;
            }
        }
        let mut order: Vec<usize> =
            (0..self.nodes.len()).filter(|&at| alive[at] && incoming[at] == 0).collect();
        let mut done = 0;
        while let Some(&at) = order.get(done) {
            done += 1;
            alive[at] = false;
            for to in self.next(at) {
                incoming[to] -= 1;
                if incoming[to] == 0 && alive[to] {
                    order.push(to);
                }
            }
        }
        order
    }

    /// Every node that is left is entered by one that is left, so walking backwards closes a cycle.
    fn cycle_among(&self, alive: &[bool]) -> Option<Vec<usize>> {
        let mut at = alive.iter().position(|alive| *alive)?;
        let mut seen = vec![None; self.nodes.len()];
        let mut path = Vec::new();
        loop {
            if let Some(start) = seen[at] {
                let mut cycle = path.split_off(start);
                cycle.reverse();
                return Some(cycle);
            }
            seen[at] = Some(path.len());
            path.push(at);
            let mut sources = self.entering[at].iter().filter_map(|edge| Some(self.ends[*edge]?.0));
            at = sources.find(|from| alive[*from])?;
        }
    }
}

use super::{Graph, fault};
use crate::kind::NodeKind;
use crate::{Fault, FaultCode};

/// How deep loops may nest.
const MAX_NESTING: usize = 8;

/// Which loop each node belongs to.
pub(crate) struct Loops {
    /// The innermost loop around each node.
    pub(crate) around: Vec<Option<usize>>,
    /// The edges that enter a body from outside, and the loops that nest too deep.
    pub(crate) faults: Vec<Fault>,
}

impl Graph<'_> {
    /// Follows the nodes in order: what leaves a loop through `item` is in its body, and so is all behind it.
    pub(crate) fn loops(&self, order: &[usize]) -> Loops {
        let mut loops = Loops { around: vec![None; self.nodes.len()], faults: Vec::new() };
        let mut nesting = vec![0_usize; self.nodes.len()];
        for &at in order {
            let depth = |owner: Option<usize>| owner.map_or(0, |owner: usize| nesting[owner] + 1);
            let entering: Vec<(usize, Option<usize>)> = self.entering[at]
                .iter()
                .map(|edge| (*edge, self.body_behind(*edge, &loops.around)))
                .collect();
            let around =
                entering.iter().map(|(_, owner)| *owner).rev().max_by_key(|owner| depth(*owner)).flatten();
            let depth = depth(around);
            loops.around[at] = around;
            nesting[at] = depth;
            let strangers = entering.iter().filter(|(_, owner)| *owner != around);
            loops.faults.extend(strangers.map(|(edge, _)| self.entered_from_outside(*edge, around)));
            if depth == MAX_NESTING && self.nodes[at].kind() == Some(NodeKind::ForEach) {
                let message = format!("loops nest at most {MAX_NESTING} deep");
                loops.faults.push(fault(FaultCode::InvalidParam, "nodes", at, self.nodes[at].id, &message));
            }
        }
        loops
    }

    fn body_behind(&self, edge: usize, around: &[Option<usize>]) -> Option<usize> {
        let (from, _) = self.ends[edge]?;
        let enters = self.nodes[from].kind() == Some(NodeKind::ForEach)
            && self.edges[edge].source_handle == Some("item");
        if enters { Some(from) } else { around[from] }
    }

    fn entered_from_outside(&self, edge: usize, body: Option<usize>) -> Fault {
        let owner = body.map_or("", |owner| self.nodes[owner].id);
        let message = format!("the edge enters the body of the loop `{owner}` from outside");
        fault(FaultCode::InvalidParam, "edges", edge, self.edges[edge].id, &message)
    }
}

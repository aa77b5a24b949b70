use crate::graph::Graph;

/// Which nodes lie before which: one bit for each pair.
#[derive(Debug)]
pub(super) struct Before {
    bits: Vec<u64>,
    row: usize,
}

impl Before {
    /// Follows the nodes in order: before a node lies what leads to it, and what lies before that.
    pub(super) fn new(graph: &Graph<'_>, order: &[usize]) -> Self {
        let row = graph.nodes.len().div_ceil(64);
        let mut before = Self { bits: vec![0; row * graph.nodes.len()], row };
        for &node in order {
            for (from, _) in graph.entering[node].iter().filter_map(|edge| graph.ends[*edge]) {
                for word in 0..row {
                    before.bits[node * row + word] |= before.bits[from * row + word];
                }
                before.bits[node * row + from / 64] |= 1 << (from % 64);
            }
        }
        before
    }

    pub(super) fn holds(&self, node: usize, other: usize) -> bool {
        self.bits[other * self.row + node / 64] & (1 << (node % 64)) != 0
    }
}

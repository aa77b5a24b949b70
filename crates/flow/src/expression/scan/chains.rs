/// The most operators that may depend on each other in one expression.
const MAX_CHAIN: usize = 120;

/// Counts, over all open brackets, the operators whose operands contain each other.
pub(super) struct Chains {
    levels: Vec<usize>,
    total: usize,
    /// How many brackets are open.
    pub(super) open: usize,
}

impl Chains {
    pub(super) fn new() -> Self {
        Self { levels: vec![0], total: 0, open: 0 }
    }

    pub(super) fn link(&mut self) -> Result<(), String> {
        if let Some(level) = self.levels.last_mut() {
            *level += 1;
        }
        self.total += 1;
        if self.total > MAX_CHAIN {
            return Err(format!("an expression nests at most {MAX_CHAIN} operators"));
        }
        Ok(())
    }

    pub(super) fn enter(&mut self) -> Result<(), String> {
        self.link()?;
        self.open += 1;
        self.levels.push(0);
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.open = self.open.saturating_sub(1);
        if self.levels.len() > 1 {
            self.total -= self.levels.pop().unwrap_or(0);
        }
    }

    pub(super) fn restart(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.total -= std::mem::take(level);
        }
    }
}

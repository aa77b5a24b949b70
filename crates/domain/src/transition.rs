use std::fmt;

/// A state machine said no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IllegalTransition<S> {
    /// Where the thing stands.
    pub from: S,
    /// Where it was asked to go.
    pub to: S,
    /// Where it may go from here.
    pub allowed: Vec<S>,
}

impl<S: fmt::Display> fmt::Display for IllegalTransition<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot go from {} to {}: ", self.from, self.to)?;
        if self.allowed.is_empty() {
            return write!(f, "{} is final", self.from);
        }
        f.write_str("the legal targets are ")?;
        for (at, state) in self.allowed.iter().enumerate() {
            let joint = if at == 0 { "" } else { ", " };
            write!(f, "{joint}{state}")?;
        }
        Ok(())
    }
}

impl<S: fmt::Display + fmt::Debug> std::error::Error for IllegalTransition<S> {}

use std::fmt;

use chrono::{DateTime, Utc};
use kairo_flow::FlowDocument;

use crate::{AutomationId, UserId};

/// The number of a version of a flow, starting at 1. Runs are pinned to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FlowNumber(u32);

impl FlowNumber {
    /// The flow an automation begins with.
    pub const FIRST: Self = Self(1);

    /// Takes a number as it is stored or asked for.
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u32 {
        self.0
    }

    /// The version after one more change of the flow.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for FlowNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A flow as an automation had it once; never changed.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowVersion {
    /// The automation.
    pub automation: AutomationId,
    /// Its number.
    pub number: FlowNumber,
    /// What it does.
    pub flow: FlowDocument,
    /// When it was drawn.
    pub drawn_at: DateTime<Utc>,
    /// Who drew it; absent for changes made in SQL.
    pub drawn_by: Option<UserId>,
}

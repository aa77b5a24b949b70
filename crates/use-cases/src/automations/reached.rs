use std::collections::{BTreeMap, BTreeSet};

use kairo_domain::{AutomationId, Id, UserId};
use kairo_flow::{Reference, references};
use kairo_ports::UnitOfWork;
use uuid::Uuid;

use crate::Error;

/// The automations that a flow reaches through its sub-flows, with those that each of them calls.
pub(super) struct Reached {
    calls: BTreeMap<AutomationId, Vec<AutomationId>>,
    is_cut_short: bool,
}

impl Reached {
    /// How many automations are followed. One that is not there counts as well.
    pub(super) const MOST: usize = 100;

    /// Follows the sub-flows from some on. What belongs to somebody else is not followed.
    pub(super) async fn from(
        work: &mut dyn UnitOfWork,
        owner: UserId,
        first: impl IntoIterator<Item = AutomationId>,
    ) -> Result<Self, Error> {
        let mut met = BTreeSet::new();
        let mut calls = BTreeMap::new();
        let mut open: Vec<_> = first.into_iter().collect();
        while let Some(next) = open.pop() {
            if !met.insert(next) {
                continue;
            }
            if met.len() > Self::MOST {
                return Ok(Self { calls, is_cut_short: true });
            }
            let found = work.automations().get(next).await?;
            let Some(found) = found.filter(|found| found.owner == owner) else { continue };
            let called: Vec<_> = references(&found.flow).subflows.iter().filter_map(called).collect();
            open.extend(&called);
            calls.insert(next, called);
        }
        Ok(Self { calls, is_cut_short: false })
    }

    /// Whether there were too many to follow them all.
    pub(super) const fn is_cut_short(&self) -> bool {
        self.is_cut_short
    }

    /// Whether an automation may be called: it is there, and of the same owner. Unknown when it was cut short.
    pub(super) fn is_called(&self, id: AutomationId) -> bool {
        self.is_cut_short || self.calls.contains_key(&id)
    }

    /// Whether following sub-flows from one automation leads to another.
    pub(super) fn leads(&self, from: AutomationId, to: AutomationId) -> bool {
        let mut met = BTreeSet::new();
        let mut open = vec![from];
        while let Some(next) = open.pop() {
            if next == to {
                return true;
            }
            if met.insert(next) {
                open.extend(self.calls.get(&next).into_iter().flatten());
            }
        }
        false
    }
}

/// The automation that a node names, when it is an id at all.
pub(super) fn called(reference: &Reference) -> Option<AutomationId> {
    Uuid::parse_str(&reference.name).ok().map(Id::from_uuid)
}

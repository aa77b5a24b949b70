use chrono::{DateTime, Utc};
use kairo_flow::Fault;

use crate::{Automation, AutomationId, AutomationStatus, IllegalTransition};

/// An automation changed its status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutomationMoved {
    /// The automation.
    pub automation: AutomationId,
    /// Where it stood.
    pub from: AutomationStatus,
    /// Where it stands.
    pub to: AutomationStatus,
}

/// Why an automation did not change.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AutomationRefused {
    /// The machine has no such edge.
    #[error("{0}")]
    Illegal(IllegalTransition<AutomationStatus>),
    /// The flow has faults.
    #[error("the flow has {} faults and cannot run", .0.len())]
    NotRunnable(Vec<Fault>),
}

impl Automation {
    /// Moves the automation along its machine. `faults` are those of its flow; only one without becomes ACTIVE.
    ///
    /// # Errors
    /// [`AutomationRefused`]; the automation is then unchanged.
    pub fn move_to(
        &mut self,
        to: AutomationStatus,
        faults: Vec<Fault>,
        at: DateTime<Utc>,
    ) -> Result<AutomationMoved, AutomationRefused> {
        let from = self.status;
        if !from.next().contains(&to) {
            let allowed = from.next().to_vec();
            return Err(AutomationRefused::Illegal(IllegalTransition { from, to, allowed }));
        }
        if to == AutomationStatus::Active && !faults.is_empty() {
            return Err(AutomationRefused::NotRunnable(faults));
        }
        self.record.status = to;
        self.touch(at);
        Ok(AutomationMoved { automation: self.id, from, to })
    }
}

use kairo_domain::{Actor, Automation, AutomationId, Trigger, Verb};
use kairo_flow::{Fault, FlowDocument};
use kairo_ports::StoreError;

use super::Automations;
use crate::Error;

/// A flow that was looked at, with everything that is wrong with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspected {
    /// Every fault; without one, the flow can run.
    pub faults: Vec<Fault>,
}

/// What has to be known before an automation gets another flow or begins to fire. It takes a look beyond the actor's
/// reach, so it is found out before the unit of work that writes.
pub(super) struct Inspection {
    /// The automation as it was then.
    pub(super) automation: Automation,
    /// The faults of the flow it is to have.
    pub(super) faults: Vec<Fault>,
    /// The triggers it has.
    pub(super) triggers: Vec<Trigger>,
}

impl Automations {
    /// Looks for every fault of a flow that the actor drew, as an activation would.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn inspect(&self, actor: &Actor, flow: &FlowDocument) -> Result<Inspected, Error> {
        let mut work = self.desk.begin_read(&Actor::System).await?;
        let faults = self.faults_of(&mut *work, actor.user(), None, flow).await?;
        Ok(Inspected { faults })
    }

    /// Looks at an automation that the actor wants to change, and at the flow it is to have: a new one, or its own.
    pub(super) async fn look_at(
        &self,
        actor: &Actor,
        verb: Verb,
        id: AutomationId,
        flow: Option<&FlowDocument>,
    ) -> Result<Inspection, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(verb, &automation)?;
        drop(work);
        let mut work = self.desk.begin_read(&Actor::System).await?;
        let flow = flow.unwrap_or(&automation.flow);
        let faults = self.faults_of(&mut *work, Some(automation.owner), Some(id), flow).await?;
        let triggers = work.triggers().of(id).await?;
        Ok(Inspection { automation, faults, triggers })
    }
}

impl Inspection {
    /// Refuses to go on when the automation was changed since it was looked at; the order may be tried again.
    pub(super) fn still_holds(&self, automation: &Automation) -> Result<(), Error> {
        let unchanged =
            (self.automation.version, self.automation.owner) == (automation.version, automation.owner);
        if unchanged { Ok(()) } else { Err(StoreError::Contention(None).into()) }
    }
}

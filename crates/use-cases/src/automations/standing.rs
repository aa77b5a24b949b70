use kairo_domain::{
    Actor, Automation, AutomationChange, AutomationId, AutomationStatus, Resource, Seen, Verb,
};

use super::{Automations, happened};
use crate::desk::Asked;
use crate::once::{keep, replay};
use crate::{Error, Once, Outcome};

/// Another status for an automation.
#[derive(Clone, Debug, PartialEq)]
pub struct MoveAutomation {
    /// Which automation.
    pub automation: AutomationId,
    /// Where to: ACTIVE, PAUSED, ARCHIVED, or DRAFT to restore it.
    pub to: AutomationStatus,
    /// Which version the mover saw.
    pub seen: Seen,
}

impl Automations {
    /// Moves an automation along its state machine. Its triggers fire from the commit on, or no more.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::IllegalTransition`], and
    /// [`Error::FlowNotRunnable`] for a flow with faults that is to fire.
    pub async fn move_to(
        &self,
        actor: &Actor,
        order: MoveAutomation,
        once: Option<Once<Automation>>,
    ) -> Result<Outcome<Automation>, Error> {
        let (desk, order, once, id) = (&self.desk, &order, once.as_ref(), order.automation);
        desk.order(actor, Asked::of(Verb::Move, Resource::Automation, id.uuid()), || async move {
            let now = desk.now();
            let inspection = self.look_at(actor, Verb::Move, id, None).await?;
            let mut work = desk.begin(actor).await?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            let mut automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Move, &automation)?;
            order.seen.check(automation.version)?;
            inspection.still_holds(&automation)?;
            let moved = automation.move_to(order.to, inspection.faults, now)?;
            let triggers = self.triggers_of(&automation, &inspection.triggers)?;
            work.automations().save(&permit, &automation).await?;
            work.triggers().replace(&permit, id, &triggers).await?;
            let change = AutomationChange::Moved { from: moved.from, to: moved.to };
            work.journal().record(&permit, &happened(id, change), now).await?;
            keep(&mut *work, once, &automation, now).await?;
            work.commit().await?;
            Ok(Outcome::Done(automation))
        })
        .await
    }
}

mod answer;
mod delivery;
mod event;
mod schedule;
mod signed;
mod view;

use kairo_domain::{Actor, ArmedTrigger, Fired, Firing, Run, RunId, Verb};
use kairo_ports::UnitOfWork;
use serde_json::Value;

use crate::Error;
use crate::desk::Desk;
use crate::runs::send_off;
use crate::slots::Slot;

pub use answer::HookAnswer;
pub use delivery::{Delivered, Delivery};

/// What fires automations without a person: requests, the time, and events.
#[derive(Clone)]
pub struct Firings {
    pub(crate) desk: Desk,
    /// The place of the worker that fires, if it is one.
    pub(crate) slot: Option<Slot>,
}

impl Firings {
    /// Makes a run and gives it to the workers, in a unit of the program or of the automation. `None` when the
    /// automation was fired with this key before.
    async fn fire_within(
        &self,
        work: &mut dyn UnitOfWork,
        actor: &Actor,
        armed: &ArmedTrigger,
        firing: Firing,
        input: Value,
    ) -> Result<Option<RunId>, Error> {
        let fired = Fired {
            automation: armed.automation,
            owner: armed.owner.id,
            flow_number: armed.flow_number,
            firing,
            input,
        };
        let run = Run::queue(self.desk.new_id(), fired, self.desk.now());
        let permit = actor.may(Verb::Create, &run)?;
        if !work.runs().add(&permit, &run, &[]).await? {
            return Ok(None);
        }
        let counted = actor.may(Verb::Run, armed)?;
        send_off(work, &counted, &run).await?;
        Ok(Some(run.id))
    }
}

mod answer;
mod delivery;
mod event;
mod schedule;
mod signed;
mod view;

use kairo_domain::{Actor, Automation, Fired, Firing, Run, RunId, Trigger, User, UserActor, Verb, Via};
use kairo_ports::UnitOfWork;
use serde_json::Value;

use crate::Error;
use crate::desk::Desk;
use crate::retry::retry;
use crate::runs::send_off;

pub use answer::HookAnswer;
pub use delivery::{Delivered, Delivery};

/// What fires automations without a person: requests, the time, and events.
#[derive(Clone)]
pub struct Firings {
    pub(crate) desk: Desk,
}

/// A trigger with whom it acts for.
struct Armed {
    trigger: Trigger,
    automation: Automation,
    actor: Actor,
}

impl Firings {
    /// Whom a trigger acts for; `None` when its automation fires no more or its owner may not act. `work` is a unit of
    /// the program itself.
    async fn arm(&self, work: &mut dyn UnitOfWork, trigger: Trigger) -> Result<Option<Armed>, Error> {
        let automation = work.automations().get(trigger.automation).await?;
        let Some(automation) = automation.filter(|automation| automation.fires()) else { return Ok(None) };
        let owner = work.users().get(automation.owner).await?.filter(User::may_sign_in);
        Ok(owner.map(|owner| {
            let on_behalf_of =
                UserActor { id: owner.id, role: owner.role, company: owner.company, via: Via::Program };
            let actor = Actor::Automation { id: automation.id, on_behalf_of };
            Armed { trigger, automation, actor }
        }))
    }

    /// Makes a run and gives it to the workers, all in one unit. `None` when the automation was fired with this key
    /// before.
    async fn fire(&self, armed: &Armed, firing: &Firing, input: &Value) -> Result<Option<RunId>, Error> {
        let desk = &self.desk;
        retry(|| async move {
            let mut work = desk.begin(&armed.actor).await?;
            let run =
                self.add(&mut *work, &armed.actor, &armed.automation, firing.clone(), input.clone()).await?;
            if run.is_some() {
                work.commit().await?;
            }
            Ok(run)
        })
        .await
    }

    async fn add(
        &self,
        work: &mut dyn UnitOfWork,
        actor: &Actor,
        automation: &Automation,
        firing: Firing,
        input: Value,
    ) -> Result<Option<RunId>, Error> {
        let fired = Fired {
            automation: automation.id,
            owner: automation.owner,
            flow_number: automation.flow_number,
            firing,
            input,
        };
        let run = Run::queue(self.desk.new_id(), fired, self.desk.now());
        let permit = actor.may(Verb::Create, &run)?;
        if !work.runs().add(&permit, &run, &[]).await? {
            return Ok(None);
        }
        let counted = actor.may(Verb::Run, automation)?;
        send_off(work, &counted, &run).await?;
        Ok(Some(run.id))
    }
}

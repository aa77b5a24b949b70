mod taken_over;

use kairo_domain::{
    Actor, Automation, Event, Fired, Firing, FlowNumber, Resource, Run, RunChange, RunId, RunState, Verb,
};
use kairo_ports::{StoreError, UnitOfWork};

use self::taken_over::{TakenOver, taken_over};
use super::Runs;
use super::start::{refuse_unless_startable, send_off};
use crate::desk::Asked;
use crate::engine::{Plans, tell_fired};
use crate::once::{keep, replay};
use crate::{Error, Once, Outcome};

/// A run to be done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryRun {
    /// Which run.
    pub run: RunId,
    /// From where on.
    pub from: From,
    /// On which version of the flow.
    pub which: Which,
}

/// From where on a run is done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// From the step that failed; what succeeded is taken over.
    Failure,
    /// From its trigger.
    Start,
}

/// On which version of the flow a run is done again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one it was pinned to.
    Pinned,
    /// The one that the automation has now.
    Latest,
}

impl Runs {
    /// Does an ended run again, as a run of its own.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::StillOpen`] when it has not ended,
    /// [`Error::FlowNotRunnable`] when the version has faults; [`Error::KeyReused`] and [`Error::InProgress`] when
    /// `once` says so.
    pub async fn retry(
        &self,
        actor: &Actor,
        order: RetryRun,
        once: Option<Once<Run>>,
    ) -> Result<Outcome<Run>, Error> {
        let (desk, once) = (&self.desk, once.as_ref());
        let asked = Asked::of(Verb::Update, Resource::Run, order.run.uuid());
        desk.order(actor, asked, || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let old = work.runs().get(order.run).await?.ok_or_else(|| Error::missing(order.run))?;
            actor.may(Verb::Update, &old)?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            refuse_unless_ended(&old, order.from)?;
            let automation = work.automations().get(old.automation).await?;
            let automation = automation.ok_or_else(|| Error::missing(old.automation))?;
            let counted = actor.may(Verb::Run, &automation)?;
            refuse_unless_startable(&automation)?;
            let number = pinned(&desk.plans, &mut *work, &automation, &old, order.which).await?;
            let taken = match order.from {
                From::Start => TakenOver::default(),
                From::Failure => taken_over(&mut *work, old.id).await?,
            };
            let id = desk.new_id();
            let fired = Fired {
                automation: old.automation,
                owner: automation.owner,
                flow_number: number,
                firing: Firing::retry(&old.firing.node, id, old.id),
                input: old.input.clone(),
            };
            let run = Run::queue(id, fired, now);
            let permit = actor.may(Verb::Create, &run)?;
            work.runs().add(&permit, &run, &taken.steps).await?;
            for child in &taken.children {
                let permit = actor.may(Verb::Update, child)?;
                if !work.runs().adopt(&permit, child.id, old.id, id).await? {
                    // It has ended since it was read: what it came to is seen by whoever begins anew.
                    return Err(StoreError::Contention(None).into());
                }
            }
            let change = RunChange::Requested { automation: old.automation };
            work.journal().record(&permit, &Event::Run { run: id, change }, now).await?;
            keep(&mut *work, once, &run, now).await?;
            send_off(&mut *work, &counted, &run).await?;
            work.commit().await?;
            tell_fired(run.id, run.firing.by);
            Ok(Outcome::Done(run))
        })
        .await
    }
}

fn refuse_unless_ended(run: &Run, from: From) -> Result<(), Error> {
    match (&run.state, from) {
        (RunState::Queued | RunState::Running | RunState::Waiting { .. }, _) => Err(Error::StillOpen),
        (RunState::Success { .. }, From::Failure) => {
            Err(Error::invalid("/from", "nothing_failed", "the run ended well: do it again from its start"))
        }
        (RunState::Success { .. } | RunState::Failed { .. }, _) => Ok(()),
    }
}

async fn pinned(
    plans: &Plans,
    work: &mut dyn UnitOfWork,
    automation: &Automation,
    run: &Run,
    which: Which,
) -> Result<FlowNumber, Error> {
    let number = match which {
        Which::Pinned => run.flow_number,
        Which::Latest => automation.flow_number,
    };
    let plan = plans.get(work, automation.id, number).await?;
    if !plan.triggers().iter().any(|trigger| trigger.node == run.firing.node) {
        let message = "this version of the flow has no such trigger any more";
        return Err(Error::invalid("/on", "not_a_trigger", message));
    }
    Ok(number)
}

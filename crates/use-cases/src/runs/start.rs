use kairo_domain::{
    Actor, Automation, AutomationId, Event, Fired, Firing, Job, Resource, Run, RunChange, Verb,
};
use kairo_ports::UnitOfWork;
use serde_json::Value;

use super::Runs;
use crate::automations::chosen;
use crate::desk::Asked;
use crate::engine::tell_fired;
use crate::once::{keep, replay};
use crate::{Error, Once, Outcome};

/// An automation to be run by hand.
#[derive(Clone, Debug, PartialEq)]
pub struct StartRun {
    /// Which automation.
    pub automation: AutomationId,
    /// The trigger's node to begin with; the first trigger unless told.
    pub trigger: Option<String>,
    /// What expressions are to know as `trigger`.
    pub input: Value,
}

impl Runs {
    /// Fires an automation by hand: an active one, or a draft as a test.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::NotActive`] for one that is paused or archived,
    /// [`Error::FlowNotRunnable`] for a flow with faults, [`Error::Invalid`] at `/trigger`; [`Error::KeyReused`] and
    /// [`Error::InProgress`] when `once` says so.
    pub async fn start(
        &self,
        actor: &Actor,
        order: StartRun,
        once: Option<Once<Run>>,
    ) -> Result<Outcome<Run>, Error> {
        let (desk, order, once, id) = (&self.desk, &order, once.as_ref(), order.automation);
        desk.order(actor, Asked::of(Verb::Run, Resource::Automation, id.uuid()), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Run, &automation)?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            refuse_unless_startable(&automation)?;
            let plan = desk.plans.get(&mut *work, id, automation.flow_number).await?;
            let node = chosen(&plan, order.trigger.as_deref())?;
            let run_id = desk.new_id();
            let fired = Fired {
                automation: id,
                owner: automation.owner,
                flow_number: automation.flow_number,
                firing: Firing::manual(&node, run_id),
                input: order.input.clone(),
            };
            let run = Run::queue(run_id, fired, now);
            let started = actor.may(Verb::Create, &run)?;
            work.runs().add(&started, &run, &[]).await?;
            let change = RunChange::Requested { automation: id };
            work.journal().record(&started, &Event::Run { run: run.id, change }, now).await?;
            keep(&mut *work, once, &run, now).await?;
            send_off(&mut *work, &permit, &run).await?;
            work.commit().await?;
            tell_fired(run.id, run.firing.by);
            Ok(Outcome::Done(run))
        })
        .await
    }
}

/// A paused or archived automation starts nothing.
pub(super) fn refuse_unless_startable(automation: &Automation) -> Result<(), Error> {
    match automation.may_be_run_by_hand() {
        true => Ok(()),
        false => Err(Error::NotActive { status: automation.status.as_str() }),
    }
}

/// Gives a run that was just added to the workers, and counts it.
pub(crate) async fn send_off(
    work: &mut dyn UnitOfWork,
    permit: &kairo_domain::Permit,
    run: &Run,
) -> Result<(), Error> {
    work.queue().enqueue(&Job::DriveRun(run.id), run.started_at).await?;
    Ok(work.automations().count_runs(permit, run.automation, 1, run.started_at).await?)
}

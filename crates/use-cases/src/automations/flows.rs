use kairo_domain::{
    Actor, Automation, AutomationChange, AutomationId, FlowNumber, FlowVersion, Resource, Seen, Verb,
};
use kairo_flow::{FlowChanges, FlowDocument, compare};
use kairo_ports::UnitOfWork;

use super::inspection::Inspection;
use super::{Automations, happened};
use crate::desk::Asked;
use crate::once::{keep, replay};
use crate::{Error, Once, Outcome};

/// Another flow for an automation.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawFlow {
    /// Which automation.
    pub automation: AutomationId,
    /// What it is to do.
    pub flow: FlowDocument,
    /// Which version the editor saw.
    pub seen: Seen,
}

/// An older flow that an automation is to have again.
#[derive(Clone, Debug, PartialEq)]
pub struct RollBack {
    /// Which automation.
    pub automation: AutomationId,
    /// The number of the older flow.
    pub to: FlowNumber,
    /// Which version of the automation was seen.
    pub seen: Seen,
}

impl Automations {
    /// Replaces the flow of an automation, which makes a new version of it unless nothing has changed. One that fires
    /// takes no flow with faults.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::FlowNotRunnable`].
    pub async fn draw(&self, actor: &Actor, order: DrawFlow) -> Result<Automation, Error> {
        let order = &order;
        let asked = Asked::of(Verb::Update, Resource::Automation, order.automation.uuid());
        self.desk
            .order(actor, asked, || async move {
                let inspection =
                    self.look_at(actor, Verb::Update, order.automation, Some(&order.flow)).await?;
                let mut work = self.desk.begin(actor).await?;
                let automation = known(&mut *work, actor, order.automation).await?;
                let drawn = self.redraw(&mut *work, actor, automation, order, inspection, None).await?;
                work.commit().await?;
                Ok(drawn)
            })
            .await
    }

    /// Gives an automation an older flow again, as a new version.
    ///
    /// # Errors
    /// As [`Automations::draw`], and [`Error::NotFound`] when there is no such version; [`Error::KeyReused`] and
    /// [`Error::InProgress`] when `once` says so.
    pub async fn roll_back(
        &self,
        actor: &Actor,
        order: RollBack,
        once: Option<Once<Automation>>,
    ) -> Result<Outcome<Automation>, Error> {
        let once = once.as_ref();
        let flow = self.flow(actor, order.automation, order.to).await?.flow;
        let draw = &DrawFlow { automation: order.automation, flow, seen: order.seen };
        let asked = Asked::of(Verb::Update, Resource::Automation, order.automation.uuid());
        self.desk
            .order(actor, asked, || async move {
                let inspection = self.look_at(actor, Verb::Update, draw.automation, Some(&draw.flow)).await?;
                let now = self.desk.now();
                let mut work = self.desk.begin(actor).await?;
                let automation = known(&mut *work, actor, draw.automation).await?;
                if let Some(answer) = replay(&mut *work, once, now).await? {
                    return Ok(Outcome::Replayed(answer));
                }
                let restored = Some(order.to);
                let drawn = self.redraw(&mut *work, actor, automation, draw, inspection, restored).await?;
                keep(&mut *work, once, &drawn, now).await?;
                work.commit().await?;
                Ok(Outcome::Done(drawn))
            })
            .await
    }

    /// Shows one version of the flow of an automation.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn flow(
        &self,
        actor: &Actor,
        id: AutomationId,
        number: FlowNumber,
    ) -> Result<FlowVersion, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &automation)?;
        let version = work.automations().flow(id, number).await?;
        version.ok_or(Error::NotFound { what: "version of the flow" })
    }

    /// Lists the versions of the flow of an automation before a number, the latest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the automation is not there or not within the actor's reach.
    pub async fn flows(
        &self,
        actor: &Actor,
        id: AutomationId,
        before: Option<FlowNumber>,
        limit: u16,
    ) -> Result<Vec<FlowVersion>, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &automation)?;
        Ok(work.automations().flows(id, before, limit).await?)
    }

    /// What differs from one version of the flow to another.
    ///
    /// # Errors
    /// [`Error::NotFound`] when one of them is not there or not within the actor's reach.
    pub async fn compare(
        &self,
        actor: &Actor,
        id: AutomationId,
        from: FlowNumber,
        to: FlowNumber,
    ) -> Result<FlowChanges, Error> {
        let from = self.flow(actor, id, from).await?;
        let to = self.flow(actor, id, to).await?;
        Ok(compare(&from.flow, &to.flow))
    }

    async fn redraw(
        &self,
        work: &mut dyn UnitOfWork,
        actor: &Actor,
        mut automation: Automation,
        order: &DrawFlow,
        inspection: Inspection,
        restored: Option<FlowNumber>,
    ) -> Result<Automation, Error> {
        let (now, id) = (self.desk.now(), order.automation);
        let permit = actor.may(Verb::Update, &automation)?;
        order.seen.check(automation.version)?;
        inspection.still_holds(&automation)?;
        let Some(drawn) = automation.draw(order.flow.clone(), inspection.faults, now)? else {
            return Ok(automation);
        };
        let triggers = self.triggers_of(&automation, &inspection.triggers)?;
        work.automations().save(&permit, &automation).await?;
        work.triggers().replace(&permit, id, &triggers).await?;
        let change = AutomationChange::Drawn { number: drawn.number, restored };
        work.journal().record(&permit, &happened(id, change), now).await?;
        Ok(automation)
    }
}

/// The automation, if the actor may change it.
async fn known(work: &mut dyn UnitOfWork, actor: &Actor, id: AutomationId) -> Result<Automation, Error> {
    let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
    actor.may(Verb::Update, &automation)?;
    Ok(automation)
}

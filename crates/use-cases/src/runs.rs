mod again;
mod end;
mod start;

use chrono::TimeDelta;
use kairo_domain::{
    Actor, AutomationId, Condition, FieldValue, Page, Resource, Run, RunField, RunId, Step, Test, Verb,
};
use kairo_ports::RunFigures;

use crate::desk::Desk;
use crate::{Error, Listing};

pub use again::{From, RetryRun, Which};
pub use start::StartRun;
pub(crate) use start::send_off;

/// What is done with runs.
#[derive(Clone)]
pub struct Runs {
    pub(crate) desk: Desk,
}

impl Runs {
    /// Lists the runs within the actor's reach.
    ///
    /// # Errors
    /// [`Error::NotFound`] for actors who may see no run at all.
    pub async fn list(&self, actor: &Actor, query: &Listing<RunField>) -> Result<Page<Run>, Error> {
        actor.may_list(Resource::Run)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.runs().list(&query.filter, &query.sort, &query.page).await?)
    }

    /// Shows one run.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn get(&self, actor: &Actor, id: RunId) -> Result<Run, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let run = work.runs().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &run)?;
        Ok(run)
    }

    /// Shows a run with its steps after a number, in order.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the run is not there or not within the actor's reach.
    pub async fn steps(
        &self,
        actor: &Actor,
        id: RunId,
        after: u32,
        limit: u16,
    ) -> Result<(Run, Vec<Step>), Error> {
        let mut work = self.desk.begin_read(actor).await?;
        // The run first: when it shows as ended, none of its steps is missing.
        let run = work.runs().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &run)?;
        let steps = work.runs().steps(id, after, limit).await?;
        Ok((run, steps))
    }

    /// Lists the runs of one automation.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the automation is not there or not within the actor's reach.
    pub async fn list_of(
        &self,
        actor: &Actor,
        id: AutomationId,
        query: &Listing<RunField>,
    ) -> Result<Page<Run>, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &automation)?;
        let mut filter = query.filter.clone();
        let test = Test::Equal(FieldValue::Id(id.uuid()));
        filter.conditions.push(Condition { field: RunField::AutomationId, test });
        Ok(work.runs().list(&filter, &query.sort, &query.page).await?)
    }

    /// How the runs of an automation ended within the last hours, days or weeks.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the automation is not there or not within the actor's reach.
    pub async fn figures(
        &self,
        actor: &Actor,
        id: AutomationId,
        span: TimeDelta,
    ) -> Result<RunFigures, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &automation)?;
        Ok(work.runs().figures(id, self.desk.now() - span).await?)
    }
}

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kairo_domain::{Actor, AutomationId, Event, Run, RunChange, Verb};
use kairo_ports::UnitOfWork;

use crate::Error;

/// A run that was ended along with the sub-flows it waits for.
pub(crate) struct Cancelled {
    pub(crate) run: Run,
    /// Whose runs these were: there may be places now, once the unit is committed.
    pub(crate) automations: BTreeSet<AutomationId>,
}

/// Ends a run, and the sub-flows it waits for.
pub(crate) async fn cancel_within(
    work: &mut dyn UnitOfWork,
    actor: &Actor,
    run: Run,
    now: DateTime<Utc>,
) -> Result<Cancelled, Error> {
    let run = cancel_one(work, actor, run, now).await?;
    let (mut parents, mut automations) = (vec![run.id], BTreeSet::from([run.automation]));
    while let Some(parent) = parents.pop() {
        // Of one that has ended: from then on it calls no further one.
        for child in work.runs().children(parent).await? {
            automations.insert(child.automation);
            parents.push(cancel_one(work, actor, child, now).await?.id);
        }
    }
    Ok(Cancelled { run, automations })
}

async fn cancel_one(
    work: &mut dyn UnitOfWork,
    actor: &Actor,
    mut run: Run,
    now: DateTime<Utc>,
) -> Result<Run, Error> {
    let permit = actor.may(Verb::Update, &run)?;
    run.cancel(now)?;
    work.runs().end(&permit, &run).await.map_err(Error::or_again)?;
    let change = RunChange::Cancelled { automation: run.automation };
    work.journal().record(&permit, &Event::Run { run: run.id, change }, now).await?;
    Ok(run)
}

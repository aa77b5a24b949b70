use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, AutomationId, AutomationSettings, Event, FailedPhase, Job, Run, RunChange, RunFailure, RunId,
    RunRefused, RunState, Step, Verb,
};
use kairo_flow::Outcome;
use kairo_ports::UnitOfWork;
use serde_json::json;

use crate::Error;
use crate::desk::Desk;
use crate::retry::retry;

/// How the outcome of an execution ends its run.
pub(super) fn settling(outcome: Outcome) -> impl Fn(&mut Run, DateTime<Utc>) -> Result<(), RunRefused> {
    move |run, at| match &outcome {
        Outcome::Succeeded { output, message } => {
            let output = match message {
                Some(message) => json!({"message": message, "output": output}),
                None => output.clone(),
            };
            run.succeed(output, at)
        }
        Outcome::Failed { node, error } => {
            run.fail(FailedPhase::Failed, RunFailure::of_step(node.clone(), error), at)
        }
    }
}

/// Ends a run in a unit of its own.
pub(super) async fn end(
    desk: &Desk,
    actor: &Actor,
    run: Run,
    steps: &[Step],
    settle: impl Fn(&mut Run, DateTime<Utc>) -> Result<(), RunRefused>,
) -> Result<Run, Error> {
    let (run, settle) = (&run, &settle);
    retry(|| async move {
        let now = desk.now();
        let mut run = run.clone();
        settle(&mut run, now)?;
        let mut work = desk.begin(actor).await?;
        end_within(&mut *work, actor, &run, steps, now).await?;
        work.commit().await?;
        Ok(run)
    })
    .await
}

/// What a run that has ended leaves to others: whoever waits for it goes on, and its place is free.
pub(super) async fn leave(desk: &Desk, ended: &Run, settings: &AutomationSettings) -> Result<(), Error> {
    wake_parent(desk, ended).await?;
    leave_place(desk, ended, settings).await
}

/// Without a limit nobody stands in line; where it was set while this run was worked on, the sweep finds the line.
pub(super) async fn leave_place(desk: &Desk, run: &Run, settings: &AutomationSettings) -> Result<(), Error> {
    match settings.max_concurrent_runs {
        Some(_) => let_in(desk, run.automation).await,
        None => Ok(()),
    }
}

pub(super) async fn end_within(
    work: &mut dyn UnitOfWork,
    actor: &Actor,
    run: &Run,
    steps: &[Step],
    now: DateTime<Utc>,
) -> Result<(), Error> {
    work.progress().checkpoint(run, steps).await?;
    let RunState::Failed { failure, .. } = &run.state else { return Ok(()) };
    let permit = actor.may(Verb::Update, run)?;
    let change = RunChange::Failed {
        automation: run.automation,
        code: failure.code.clone(),
        node: failure.node.clone(),
    };
    Ok(work.journal().record(&permit, &Event::Run { run: run.id, change }, now).await?)
}

/// Wakes the run that waits for this one. It is looked at after the commit, as the other looks after its own: whoever
/// comes second sees the first. Who waits may have changed while this one was driven.
pub(crate) async fn wake_parent(desk: &Desk, run: &Run) -> Result<(), Error> {
    if run.firing.parent.is_none() {
        return Ok(());
    }
    retry(|| async move {
        let mut work = desk.begin(&Actor::System).await?;
        let ended = work.runs().get(run.id).await?;
        if let Some(parent) = ended.and_then(|ended| ended.firing.parent.clone()) {
            wake(&mut *work, parent.run, desk.now()).await?;
        }
        Ok(work.commit().await?)
    })
    .await
}

/// Gives those that stand in line of an automation a job, as many as may be taken now. It is looked at after the commit of
/// whoever left a place, and after that of whoever got in line: whoever comes second sees the first.
pub(crate) async fn let_in(desk: &Desk, automation: AutomationId) -> Result<(), Error> {
    retry(|| async move {
        let mut work = desk.begin(&Actor::System).await?;
        let line = work.progress().next_in_line(automation).await?;
        if line.is_empty() {
            return Ok(());
        }
        for run in line {
            work.queue().enqueue(&Job::DriveRun(run), desk.now()).await?;
        }
        Ok(work.commit().await?)
    })
    .await
}

/// Lets a run that waits for sub-flows go on now, in a unit of the program itself. One that a worker has is left to it.
pub(super) async fn wake(work: &mut dyn UnitOfWork, run: RunId, now: DateTime<Utc>) -> Result<(), Error> {
    if work.progress().wake(run, now).await? {
        work.queue().enqueue(&Job::DriveRun(run), now).await?;
    }
    Ok(())
}

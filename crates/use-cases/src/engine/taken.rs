use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{Actor, AutomationSettings, FailedPhase, Job, Run, RunFailure, RunId, RunState};
use kairo_flow::{Execution, Plan, Scope};
use kairo_ports::{Claimed, Claiming, Replay, RunLimits, UnitOfWork};
use serde_json::{Value, json};
use tracing::Instrument;

use super::drive::{Drive, Going};
use super::ending::{end, leave, let_in, wake_parent};
use super::spans;
use crate::desk::Desk;
use crate::retry::retry;
use crate::slots::Slot;
use crate::{Error, RunEnd};

/// How soon a run whose owner has enough under way is looked at again, if it has just been fired.
const SOONEST: TimeDelta = TimeDelta::milliseconds(500);
/// How late, if it has waited long.
const LATEST: TimeDelta = TimeDelta::seconds(10);
/// For how long a run keeps its worker while others wait.
const TURN: TimeDelta = TimeDelta::seconds(10);
/// How much later a run is looked at again whose time has not come after all.
const A_LITTLE: TimeDelta = TimeDelta::milliseconds(100);

/// Drives a run until it ends, waits, has had its turn, or belongs to another worker, and tells how it ended if it did.
///
/// # Errors
/// Those of the store; the run then goes on after its last checkpoint when the job is delivered again.
pub(crate) async fn drive(
    desk: &Desk,
    id: RunId,
    limits: RunLimits,
    delivery: Option<i64>,
    slot: Slot,
) -> Result<Option<RunEnd>, Error> {
    let slot = &slot;
    // After a failed unit the execution in memory is ahead of what is kept: it begins again from there.
    let driven = retry(|| async move {
        slot.come_back().await;
        match claim(desk, id, limits, delivery).await? {
            Claiming::Taken(claimed) => go_or_pardon(desk, *claimed, slot).await,
            Claiming::InLine(automation) => let_in(desk, automation).await.map(|()| None),
            Claiming::Full => Ok(None),
            Claiming::Nothing => see_to_unclaimed(desk, id).await.map(|()| None),
        }
    });
    match driven.await {
        Err(Error::Stale { .. }) => {
            tracing::info!(run.id = %id, "another worker or a person has this run now");
            Ok(None)
        }
        driven => driven,
    }
}

async fn claim(desk: &Desk, id: RunId, limits: RunLimits, delivery: Option<i64>) -> Result<Claiming, Error> {
    retry(|| async move {
        let now = desk.now();
        let mut work = desk.begin(&Actor::System).await?;
        let claiming = work.progress().claim(id, limits, delivery, now).await?;
        if claiming == Claiming::Full {
            put_off(&mut *work, id, now).await?;
        }
        work.commit().await?;
        Ok(claiming)
    })
    .await
}

/// The longer a run has waited for a place, the longer until it is looked at again: a long queue costs little.
async fn put_off(work: &mut dyn UnitOfWork, id: RunId, now: DateTime<Utc>) -> Result<(), Error> {
    let since = work.runs().get(id).await?.map_or(now, |run| run.started_at);
    let pause = ((now - since) / 10).clamp(SOONEST, LATEST);
    Ok(work.queue().enqueue(&Job::DriveRun(id), now + pause).await?)
}

/// What is left to do for a run that is not to be driven. The worker that ended it may not have come to waking its parent,
/// nor to leaving its place. One that still waits was woken too early, by a clock that is ahead of ours.
async fn see_to_unclaimed(desk: &Desk, id: RunId) -> Result<(), Error> {
    let mut work = desk.begin(&Actor::System).await?;
    let Some(run) = work.runs().get(id).await? else { return Ok(()) };
    if let RunState::Waiting { until: Some(until) } = run.state {
        let again = until.max(desk.now() + A_LITTLE);
        work.queue().enqueue(&Job::DriveRun(id), again).await?;
        return Ok(work.commit().await?);
    }
    drop(work);
    if run.has_ended() {
        wake_parent(desk, &run).await?;
    }
    let_in(desk, run.automation).await
}

/// A store that is out of reach is no fault of the run: that it was taken in vain does not bring it nearer to quarantine,
/// unless not even this can be written. Its time goes on, so a step that always takes the store too long ends as well.
async fn go_or_pardon(desk: &Desk, claimed: Claimed, slot: &Slot) -> Result<Option<RunEnd>, Error> {
    let (run, fence) = (claimed.run.id, claimed.run.fence);
    let (worked_before, taken_at) = (claimed.run.worked, desk.now());
    let span = spans::run(&claimed.run);
    let went = go(desk, claimed, slot).instrument(span).await;
    if let Err(Error::Busy(_)) = &went {
        let worked = worked_before + (desk.now() - taken_at).max(TimeDelta::zero());
        let pardoned = retry(|| async move {
            let mut work = desk.begin(&Actor::System).await?;
            work.progress().pardon(run, fence, worked).await?;
            Ok(work.commit().await?)
        });
        if let Err(error) = pardoned.await {
            tracing::warn!(run.id = %run, %error, "that the store failed counts against a run");
        }
    }
    went
}

async fn go(desk: &Desk, claimed: Claimed, slot: &Slot) -> Result<Option<RunEnd>, Error> {
    let Claimed { run, settings, owner, has_steps } = claimed;
    let Some(owner) = owner else {
        let why = "the owner of the automation may not act any more: give it to somebody else";
        return give_up(desk, run, &settings, RunFailure::of_run("owner_gone", why)).await;
    };
    if run.stalls > Run::MAX_STALLS {
        let why = format!("quarantined: {} workers ended at the same step", Run::MAX_STALLS);
        return give_up(desk, run, &settings, RunFailure::of_run("quarantined", why)).await;
    }
    let plan = match desk.plan(run.automation, run.flow_number).await {
        Ok(plan) => plan,
        Err(error @ (Error::FlowNotRunnable(_) | Error::NotFound { .. })) => {
            return give_up(desk, run, &settings, RunFailure::of_run("flow_not_runnable", error.to_string()))
                .await;
        }
        Err(other) => return Err(other),
    };
    let replay = if has_steps { replay(desk, run.id).await? } else { Replay::default() };
    let execution = match resumed(plan, &run, Value::Object(settings.vars.clone()), &replay) {
        Ok(execution) => execution,
        Err(failure) => return give_up(desk, run, &settings, failure).await,
    };
    let actor = Actor::Automation { id: run.automation, on_behalf_of: owner };
    let turn_ends_at = desk.now() + TURN;
    let mut drive = Drive::new(desk.clone(), actor, run, settings, execution, &replay.steps, slot.clone());
    while drive.go_on().await? == Going::On {
        if drive.should_make_way(turn_ends_at) {
            drive.make_way().await?;
            break;
        }
    }
    spans::ended(&drive.run);
    Ok(RunEnd::of(&drive.run))
}

async fn replay(desk: &Desk, run: RunId) -> Result<Replay, Error> {
    Ok(desk.begin_read(&Actor::System).await?.progress().replay(run).await?)
}

/// The execution as it was after its last checkpoint.
fn resumed(plan: Arc<Plan>, run: &Run, vars: Value, replay: &Replay) -> Result<Execution, RunFailure> {
    let scope = Scope {
        trigger: run.input.clone(),
        vars,
        run: json!({
            "id": run.id,
            "automation": run.automation,
            "startedAt": run.started_at,
            "flowVersion": run.flow_number.number(),
            "firedBy": run.firing.by,
        }),
    };
    let mut execution = Execution::start(plan, &run.firing.node, scope)
        .map_err(|error| RunFailure::of_step(Some(run.firing.node.clone()), &error))?;
    for step in &replay.steps {
        execution.replay(&step.record);
    }
    execution.replay_inputs(replay.left_out);
    Ok(execution)
}

/// Ends a run that cannot be driven at all, in the name of the program.
async fn give_up(
    desk: &Desk,
    run: Run,
    settings: &AutomationSettings,
    failure: RunFailure,
) -> Result<Option<RunEnd>, Error> {
    let fail = |run: &mut Run, at| run.fail(FailedPhase::Failed, failure.clone(), at);
    let ended = end(desk, &Actor::System, run, &[], fail).await?;
    leave(desk, &ended, settings).await?;
    spans::ended(&ended);
    Ok(RunEnd::of(&ended))
}

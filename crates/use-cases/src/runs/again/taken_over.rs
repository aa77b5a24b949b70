use std::collections::HashMap;

use kairo_domain::{Run, RunId, RunState, Step};
use kairo_flow::{StepKey, StepRecord, StepState};
use kairo_ports::UnitOfWork;

use crate::Error;
use crate::engine::waited_for;

/// How many steps are read at a time.
const PORTION: u16 = 1_000;

/// What a run that is done again need not do.
#[derive(Default)]
pub(super) struct TakenOver {
    /// What it did for good, and the sub-flows it waits for, numbered anew.
    pub(super) steps: Vec<Step>,
    /// The sub-flows that have not ended.
    pub(super) children: Vec<Run>,
}

/// What a run did for good. A sub-flow that it waited for, and that did not fail, is neither started nor done again: it is
/// waited for further.
pub(super) async fn taken_over(work: &mut dyn UnitOfWork, run: RunId) -> Result<TakenOver, Error> {
    let all = all_steps(work, run).await?;
    let mut waited: HashMap<StepKey, Run> = HashMap::new();
    for (key, child) in waited_for(&all) {
        let child = work.runs().get(child).await?;
        waited.extend(child.filter(|child| may_be_waited_for(child, run)).map(|child| (key, child)));
    }
    let lasts =
        |step: &Step| lasts(&step.record) || is_call(&step.record) && waited.contains_key(&step.record.key);
    let mut steps: Vec<Step> = all.into_iter().filter(lasts).collect();
    for (seq, step) in (1..).zip(&mut steps) {
        step.seq = seq;
    }
    let children = waited.into_values().filter(|child| !child.has_ended()).collect();
    Ok(TakenOver { steps, children })
}

async fn all_steps(work: &mut dyn UnitOfWork, run: RunId) -> Result<Vec<Step>, Error> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map_or(0, |step: &Step| step.seq);
        let portion = work.runs().steps(run, after, PORTION).await?;
        let is_last = portion.len() < usize::from(PORTION);
        all.extend(portion);
        if is_last {
            return Ok(all);
        }
    }
}

/// One that ended well hands over what it came to, as often as it is asked; an open one can be waited for by one run only.
fn may_be_waited_for(child: &Run, run: RunId) -> bool {
    match child.state {
        RunState::Queued | RunState::Running | RunState::Waiting { .. } => {
            child.firing.parent.as_ref().is_some_and(|parent| parent.run == run)
        }
        RunState::Success { .. } => true,
        RunState::Failed { .. } => false,
    }
}

/// Whether what a step came to can be taken over into another run: it succeeded, or it is a loop that has begun. What
/// the flow has no node for any more is passed over when it is replayed.
fn lasts(record: &StepRecord) -> bool {
    match &record.state {
        StepState::Done { .. } | StepState::Skipped => true,
        StepState::Failed { port, .. } => port.is_some(),
        StepState::Held { .. } => record.kind == "forEach",
    }
}

/// Whether a step waits for a sub-flow.
fn is_call(record: &StepRecord) -> bool {
    record.kind == "subflow" && matches!(record.state, StepState::Held { .. })
}

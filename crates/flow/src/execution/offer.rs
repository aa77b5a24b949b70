mod decode;

use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::budget::Busy;
use super::memory::Hold;
use crate::expression::{Meter, measure};
use crate::plan::Step;
use crate::{Effect, EffectKind, StepError, StepKey, StepState};

/// An effect that is due.
pub(super) struct Pending {
    pub(super) key: StepKey,
    pub(super) frame: usize,
    pub(super) node: usize,
    pub(super) attempt: u32,
    /// The rendered parameters, which stay the same from then on.
    pub(super) input: Option<Value>,
    /// What they ask for, until it is offered.
    pub(super) wanted: Option<EffectKind>,
    pub(super) phase: Phase,
}

/// How far an effect is.
pub(super) enum Phase {
    Due,
    Offered,
    Held { until_ms: Option<i64>, detail: Value },
    Learned,
}

/// How far the effects that are due were rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rendered {
    All,
    /// One of them has failed.
    NotAll,
}

impl Pending {
    fn is_offerable(&self, now_ms: i64) -> bool {
        match self.phase {
            Phase::Due => true,
            Phase::Held { until_ms: Some(until_ms), .. } => until_ms <= now_ms,
            Phase::Held { until_ms: None, .. } | Phase::Offered | Phase::Learned => false,
        }
    }
}

impl Execution {
    /// Lets an effect be due, from where an earlier life left it.
    pub(super) fn await_effect(&mut self, frame: usize, node: usize, key: StepKey) {
        if let Some(state) = self.memory.end_of(&key) {
            self.end(frame, node, state);
            return;
        }
        let due = Pending { key, frame, node, attempt: 1, input: None, wanted: None, phase: Phase::Due };
        self.pending.push(match self.memory.hold_of(&due.key) {
            Some(Hold { attempt, until_ms, detail, input }) => {
                let phase = Phase::Held { until_ms, detail };
                Pending { attempt: attempt.saturating_add(1), input, phase, ..due }
            }
            None => due,
        });
    }

    /// Where an effect is that has no result yet.
    pub(super) fn open(&self, key: &StepKey) -> Option<usize> {
        let open = |pending: &Pending| pending.key == *key && !matches!(pending.phase, Phase::Learned);
        self.pending.iter().position(open)
    }

    /// Records how an effect ended. What follows from it waits for its turn.
    pub(super) fn settle(&mut self, at: usize, state: StepState) {
        let pending = &mut self.pending[at];
        pending.phase = Phase::Learned;
        let (key, node, attempt) = (pending.key.clone(), pending.node, pending.attempt);
        let input = pending.input.take().unwrap_or(Value::Null);
        let state = self.record(key.clone(), node, attempt, input, state);
        self.inbox.push_back((key, state));
    }

    /// Renders the first effects that are due. What cannot be rendered has failed, and what follows from that comes
    /// before the others, as it would after a replay.
    pub(super) fn render_due(&mut self, now_ms: i64, limit: usize) -> Result<Rendered, Busy> {
        self.count_pending();
        let due = |pending: &(usize, &Pending)| pending.1.is_offerable(now_ms);
        let first: Vec<usize> =
            self.pending.iter().enumerate().filter(due).map(|(at, _)| at).take(limit).collect();
        for at in first {
            if self.pending[at].wanted.is_some() {
                continue;
            }
            self.budget.begin()?;
            match self.attempt(|run, meter| run.render(at, meter))? {
                Ok((kind, input)) => {
                    self.pending[at].input = Some(input);
                    self.pending[at].wanted = Some(kind);
                }
                Err(error) => {
                    let state = self.failure(self.pending[at].node, error);
                    self.settle(at, state);
                    return Ok(Rendered::NotAll);
                }
            }
        }
        Ok(Rendered::All)
    }

    fn render(&self, at: usize, meter: &Arc<Meter>) -> Result<(EffectKind, Value), StepError> {
        let pending = &self.pending[at];
        let plan = Arc::clone(&self.plan);
        let Step::Effect { kind, params } = &plan.nodes[pending.node].step else {
            return Err(StepError::permanent("not_an_effect", "this node has no effect"));
        };
        let input = match &pending.input {
            Some(input) => input.clone(),
            None => params.render(&plan.templates, &self.given(pending.frame, pending.node, meter))?,
        };
        measure(&input)?;
        Ok((decode::effect(*kind, &input, plan.nodes[pending.node].settings.timeout_seconds)?, input))
    }

    /// Offers the first effects that are due and rendered.
    pub(super) fn offer(&mut self, now_ms: i64, limit: usize) -> Vec<Effect> {
        let Self { pending, plan, .. } = self;
        let due = pending.iter_mut().filter(|pending| pending.is_offerable(now_ms));
        let offered = due.filter_map(|pending| {
            let settings = &plan.nodes[pending.node].settings;
            Some(Effect {
                kind: pending.wanted.take()?,
                key: pending.key.clone(),
                attempt: pending.attempt,
                resumed: match std::mem::replace(&mut pending.phase, Phase::Offered) {
                    Phase::Held { detail, .. } => Some(detail),
                    Phase::Due | Phase::Offered | Phase::Learned => None,
                },
                retry: settings.retry,
                timeout_seconds: settings.timeout_seconds,
                input: pending.input.clone().unwrap_or(Value::Null),
            })
        });
        offered.take(limit).collect()
    }

    /// When the first held effect goes on.
    pub(super) fn wakes_at(&self, now_ms: i64) -> Option<i64> {
        let holds = self.pending.iter().filter_map(|pending| match pending.phase {
            Phase::Held { until_ms, .. } => until_ms,
            // It was due, and nobody had room for it.
            Phase::Due => Some(now_ms),
            Phase::Offered | Phase::Learned => None,
        });
        holds.min()
    }
}

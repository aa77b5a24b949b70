mod decode;

use std::sync::Arc;

use serde_json::Value;

use super::Execution;
use super::memory::Hold;
use crate::expression::measure;
use crate::plan::Step;
use crate::{Effect, EffectKind, StepError, StepKey};

/// An effect that is due.
pub(super) struct Pending {
    pub(super) key: StepKey,
    pub(super) frame: usize,
    pub(super) node: usize,
    pub(super) attempt: u32,
    /// The rendered parameters, once it was offered.
    pub(super) input: Option<Value>,
    pub(super) phase: Phase,
}

/// How far an effect is.
pub(super) enum Phase {
    Due,
    Offered,
    Held { until_ms: Option<i64>, detail: Value },
    Learned,
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
        let (attempt, phase) = match self.memory.hold_of(&key) {
            Some(Hold { attempt, until_ms, detail }) => {
                (attempt.saturating_add(1), Phase::Held { until_ms, detail })
            }
            None => (1, Phase::Due),
        };
        self.pending.push(Pending { key, frame, node, attempt, input: None, phase });
    }

    /// Offers what is due; what cannot be rendered has failed.
    pub(super) fn offer(&mut self, now_ms: i64, limit: usize, effects: &mut Vec<Effect>) {
        for at in 0..self.pending.len() {
            if effects.len() >= limit {
                return;
            }
            if !self.pending[at].is_offerable(now_ms) {
                continue;
            }
            match self.render(at) {
                Ok((kind, input)) => effects.push(self.offered(at, kind, input)),
                Err(error) => {
                    let key = self.pending[at].key.clone();
                    self.learned(&key, Err(error));
                }
            }
        }
    }

    fn render(&self, at: usize) -> Result<(EffectKind, Value), StepError> {
        let pending = &self.pending[at];
        let plan = Arc::clone(&self.plan);
        let Step::Effect { kind, params } = &plan.nodes[pending.node].step else {
            return Err(StepError::permanent("not_an_effect", "this node has no effect"));
        };
        let input = match &pending.input {
            Some(input) => input.clone(),
            None => params.render(&plan.templates, &self.names(pending.frame, pending.node))?,
        };
        measure(&input)?;
        Ok((decode::effect(*kind, &input, plan.nodes[pending.node].settings.timeout_seconds)?, input))
    }

    fn offered(&mut self, at: usize, kind: EffectKind, input: Value) -> Effect {
        let pending = &mut self.pending[at];
        let settings = &self.plan.nodes[pending.node].settings;
        pending.input = Some(input.clone());
        let resumed = match std::mem::replace(&mut pending.phase, Phase::Offered) {
            Phase::Held { detail, .. } => Some(detail),
            Phase::Due | Phase::Offered | Phase::Learned => None,
        };
        Effect {
            key: pending.key.clone(),
            kind,
            attempt: pending.attempt,
            resumed,
            retry: settings.retry,
            timeout_seconds: settings.timeout_seconds,
            input,
        }
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

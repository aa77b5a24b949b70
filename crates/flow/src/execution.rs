mod budget;
mod course;
mod frame;
mod ledger;
mod loops;
mod memory;
mod names;
mod offer;
mod pure;

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use crate::expression::measure;
use crate::plan::{Plan, Step};
use crate::{Effort, Next, Now, Outcome, Scope, StepError, StepKey, StepRecord, StepState};

use budget::{Budget, Busy};
use course::Task;
use frame::Frames;
use ledger::Ledger;
use memory::{Hold, Memory};
use names::Background;
use offer::{Pending, Phase, Rendered};

pub(crate) use ledger::Limits;
pub(crate) use names::Names;

/// One run of a plan, step by step. It performs nothing: it says what it needs, and is told what came of it.
///
/// Everything that happens becomes a [`StepRecord`]. Whoever stores the records in the order they were taken can
/// rebuild the run from any number of them: [`start`](Self::start) it anew, [`replay`](Self::replay) them, and go
/// on. What was recorded is never evaluated again.
///
/// No call does more than its [`Effort`] allows. One that could do more says [`Next::Busy`]; then its records can be
/// stored, and the next call goes on. Into how many calls a run is cut changes nothing that it does or records, but for
/// the time that each call is told.
///
/// ```
/// use std::sync::Arc;
/// use kairo_flow::{Effort, Execution, FlowDocument, Next, Now, Outcome, Plan, Scope};
/// use serde_json::{Value, json};
///
/// let flow = FlowDocument::parse(json!({
///     "nodes": [
///         {"id": "start", "type": "trigger.manual"},
///         {"id": "fetch", "type": "http.request", "data": {"params": {"method": "GET", "url": "{{ trigger.url }}"}}},
///         {"id": "title", "type": "transform", "data": {"params": {"value": "{{ steps.fetch.body.title }}"}}},
///     ],
///     "edges": [
///         {"id": "1", "source": "start", "target": "fetch"},
///         {"id": "2", "source": "fetch", "target": "title"},
///     ],
/// })).unwrap();
/// let plan = Arc::new(Plan::compile(&flow).unwrap());
/// let scope = Scope { trigger: json!({"url": "https://example.com"}), vars: Value::Null, run: Value::Null };
/// let now = Now { ms: 0, text: "1970-01-01T00:00:00Z" };
/// let mut execution = Execution::start(plan, "start", scope).unwrap();
/// let Next::Act(effects) = execution.next(now, 10, Effort::Light) else { panic!("a request is due") };
/// execution.learned(&effects[0].key, Ok(json!({"status": 200, "body": {"title": "Hello"}})));
/// let done = execution.next(now, 10, Effort::Light);
/// assert_eq!(done, Next::Done(Outcome::Succeeded { output: json!("Hello"), message: None }));
/// assert_eq!(execution.take_records().len(), 2);
/// ```
pub struct Execution {
    plan: Arc<Plan>,
    background: Arc<Background>,
    now: Arc<str>,
    frames: Frames,
    /// What can be done, in the order in which it is.
    ready: VecDeque<Task>,
    /// Effects that were not learned yet, in the order they became due.
    pending: Vec<Pending>,
    /// Results that were recorded and have no consequence yet. Each takes effect only when everything that
    /// follows from the one before has been done: so a run goes the same way when it is replayed.
    inbox: VecDeque<(StepKey, StepState)>,
    memory: Memory,
    ledger: Ledger,
    /// What the call that is under way may still do.
    budget: Budget,
    outcome: Option<Outcome>,
}

impl Execution {
    /// Begins a run at one of the plan's triggers.
    ///
    /// # Errors
    /// [`StepError`] when there is no such trigger, or when what the run is about is too large.
    pub fn start(plan: Arc<Plan>, trigger_node: &str, scope: Scope) -> Result<Self, StepError> {
        Self::begin_within(Limits::RUN, plan, trigger_node, scope)
    }

    /// Begins a run within other limits than those of runs.
    pub(crate) fn begin_within(
        limits: Limits,
        plan: Arc<Plan>,
        trigger_node: &str,
        scope: Scope,
    ) -> Result<Self, StepError> {
        let trigger = plan.trigger(trigger_node)?;
        for value in [&scope.trigger, &scope.vars, &scope.run] {
            measure(value)?;
        }
        let mut execution = Self {
            background: Arc::new(Background::new(scope)),
            now: Arc::from(""),
            frames: Frames::default(),
            ready: VecDeque::new(),
            pending: Vec::new(),
            inbox: VecDeque::new(),
            memory: Memory::default(),
            ledger: Ledger::new(limits),
            budget: Budget::of(Effort::Light),
            outcome: None,
            plan,
        };
        execution.open_root(trigger);
        Ok(execution)
    }

    /// Takes a record of an earlier life of this run, in the order they were taken then; before the first
    /// [`next`](Self::next). A record that does not fit the plan is passed over.
    ///
    /// An effect that was held goes on with the input that its record has, so that every attempt wants the same. It is
    /// rendered anew only if the record has none, or one with [`REDACTED`](crate::REDACTED) in it: that is not what
    /// the effect wanted. All other records may come without their inputs; see [`replay_inputs`](Self::replay_inputs).
    pub fn replay(&mut self, record: &StepRecord) {
        let Some(node) = self.plan.index.get(&record.key.node).map(|at| &self.plan.nodes[*at]) else {
            return;
        };
        if node.word != record.kind {
            return;
        }
        self.ledger.count(record);
        let is_effect = matches!(node.step, Step::Effect { .. }) && !node.settings.disabled;
        match &record.state {
            StepState::Done { .. } | StepState::Failed { .. } if is_effect => {
                self.memory.forget_hold(&record.key);
                self.inbox.push_back((record.key.clone(), record.state.clone()));
            }
            StepState::Held { until_ms, detail } if is_effect => {
                let input = record.whole_input().cloned();
                let (attempt, until_ms, detail) = (record.attempt, *until_ms, detail.clone());
                self.memory.keep_hold(&record.key, Hold { attempt, until_ms, detail, input });
            }
            StepState::Held { detail, .. } => self.memory.keep_items(&record.key, detail),
            StepState::Done { .. } | StepState::Failed { .. } | StepState::Skipped => {
                self.memory.keep_end(&record.key, &record.state);
            }
        }
    }

    /// Counts the inputs that replayed records came without, so that what a run records is bounded however often it is
    /// replayed: their length as JSON, of all together. What the records have themselves is counted already. It does
    /// not have to be exact; the bound is met a little earlier or later then.
    pub fn replay_inputs(&mut self, bytes: u64) {
        self.ledger.count_bytes(bytes);
    }

    /// Goes as far as it can and says what it needs: at most `limit` effects that were not offered yet, or
    /// patience, or nothing any more. An effect that was offered is not offered again before it was held. Once the
    /// run has ended, what is still under way changes nothing.
    ///
    /// It says [`Next::Busy`] where it could go further than `effort` allows; it has got further each time with
    /// [`Effort::Full`], and with [`Effort::Light`] only if it had something to do that is as light. Offered effects
    /// may be learned and held in between.
    pub fn next(&mut self, now: Now<'_>, limit: usize, effort: Effort) -> Next {
        self.budget = Budget::of(effort);
        self.go_on(now, limit)
    }

    /// Gives the run units of fuel that are not those of one call.
    pub(crate) const fn may_do(&mut self, units: u64) {
        self.budget = Budget::new(Effort::Full, units);
    }

    /// Goes as far as it can with what is left of the budget.
    pub(crate) fn go_on(&mut self, now: Now<'_>, limit: usize) -> Next {
        if &*self.now != now.text {
            self.now = Arc::from(now.text);
        }
        if self.come_to_rest(now.ms, limit) == Err(Busy) {
            return Next::Busy;
        }
        if let Some(outcome) = &self.outcome {
            return Next::Done(outcome.clone());
        }
        let effects = self.offer(now.ms, limit);
        if effects.is_empty() { Next::Idle { until_ms: self.wakes_at(now.ms) } } else { Next::Act(effects) }
    }

    /// Does all there is to do until effects are done.
    fn come_to_rest(&mut self, now_ms: i64, limit: usize) -> Result<(), Busy> {
        loop {
            self.settle_down()?;
            if self.outcome.is_some() || self.render_due(now_ms, limit)? == Rendered::All {
                return Ok(());
            }
        }
    }

    /// Puts an offered effect off: it is offered again at `until_ms`, or after [`release`](Self::release), with
    /// the next attempt's number, the same input and this detail. A run that would record too much by that ends instead.
    pub fn hold(&mut self, key: &StepKey, until_ms: Option<i64>, detail: Value) {
        let Some(at) = self.open(key) else { return };
        let pending = &mut self.pending[at];
        let record = StepRecord {
            key: key.clone(),
            kind: self.plan.nodes[pending.node].word.to_owned(),
            attempt: pending.attempt,
            input: pending.input.clone().unwrap_or(Value::Null),
            state: StepState::Held { until_ms, detail: detail.clone() },
        };
        if let Err(error) = self.ledger.admit(&record) {
            return self.settle(at, StepState::Failed { error, port: None });
        }
        self.ledger.push(record);
        pending.attempt = pending.attempt.saturating_add(1);
        pending.phase = Phase::Held { until_ms, detail };
    }

    /// Lets a held effect be offered at once, and says whether there is one. This is not recorded: after a replay it
    /// has to be said again.
    pub fn release(&mut self, key: &StepKey) -> bool {
        let held =
            self.pending.iter_mut().find(|pending| pending.key == *key).map(|pending| &mut pending.phase);
        if let Some(Phase::Held { until_ms, .. }) = held {
            *until_ms = Some(i64::MIN);
            return true;
        }
        self.memory.release(key)
    }

    /// Takes the final result of an effect: the driver has done all its retries before. A result of an effect that
    /// [`next`](Self::next) has not come to is passed over, and so is a second one.
    pub fn learned(&mut self, key: &StepKey, result: Result<Value, StepError>) {
        let Some(at) = self.open(key) else { return };
        let state = match result {
            Ok(output) => StepState::Done { port: "out".to_owned(), output },
            Err(error) => self.failure(self.pending[at].node, error),
        };
        self.settle(at, state);
    }

    /// Takes out everything that was recorded since the last call.
    pub fn take_records(&mut self) -> Vec<StepRecord> {
        self.ledger.take()
    }
}

/// A driver holds it across its own waits.
const _: fn(Execution) -> Box<dyn Send> = |execution| Box::new(execution);

#[cfg(test)]
mod tests;

#[cfg(test)]
mod random;
#[cfg(test)]
mod replay;

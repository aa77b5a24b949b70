mod frame;
mod ledger;
mod loops;
mod memory;
mod names;
mod offer;
mod pure;

use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::expression::measure;
use crate::plan::{Plan, Step};
use crate::{Next, Now, Outcome, Scope, StepError, StepKey, StepRecord, StepState};

use frame::Frames;
use ledger::Ledger;
use memory::Memory;
use names::{Background, Row};
use offer::{Pending, Phase};

pub(crate) use names::Names;

/// One run of a plan, step by step. It performs nothing: it says what it needs, and is told what came of it.
///
/// Everything that happens becomes a [`StepRecord`]. Whoever stores the records in the order they were taken can
/// rebuild the run from any number of them: [`start`](Self::start) it anew, [`replay`](Self::replay) them, and go
/// on. What was recorded is never evaluated again.
///
/// ```
/// use std::sync::Arc;
/// use kairo_flow::{Execution, FlowDocument, Next, Now, Outcome, Plan, Scope};
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
/// let Next::Act(effects) = execution.next(now, 10) else { panic!("a request is due") };
/// execution.learned(&effects[0].key, Ok(json!({"status": 200, "body": {"title": "Hello"}})));
/// let done = execution.next(now, 10);
/// assert_eq!(done, Next::Done(Outcome::Succeeded { output: json!("Hello"), message: None }));
/// assert_eq!(execution.take_records().len(), 2);
/// ```
pub struct Execution {
    plan: Arc<Plan>,
    background: Arc<Background>,
    now: Arc<str>,
    frames: Frames,
    /// Steps that can begin, in the order they became able to.
    ready: VecDeque<(usize, usize)>,
    /// Effects that were not learned yet, in the order they became due.
    pending: Vec<Pending>,
    /// Results that were recorded and have no consequence yet. Each takes effect only when everything that
    /// follows from the one before has been done: so a run goes the same way when it is replayed.
    inbox: VecDeque<(StepKey, StepState)>,
    memory: Memory,
    ledger: Ledger,
    outcome: Option<Outcome>,
}

impl Execution {
    /// Begins a run at one of the plan's triggers.
    ///
    /// # Errors
    /// [`StepError`] when there is no such trigger, or when what the run is about is too large.
    pub fn start(plan: Arc<Plan>, trigger_node: &str, scope: Scope) -> Result<Self, StepError> {
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
            ledger: Ledger::default(),
            outcome: None,
            plan,
        };
        execution.open_root(trigger);
        Ok(execution)
    }

    /// Takes a record of an earlier life of this run, in the order they were taken then; before the first
    /// [`next`](Self::next). A record that does not fit the plan is passed over.
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
                self.memory.keep_hold(&record.key, record.attempt, *until_ms, detail);
            }
            StepState::Held { detail, .. } => self.memory.keep_items(&record.key, detail),
            StepState::Done { .. } | StepState::Failed { .. } | StepState::Skipped => {
                self.memory.keep_end(&record.key, &record.state);
            }
        }
    }

    /// Goes as far as it can and says what it needs: at most `limit` effects that were not offered yet, or
    /// patience, or nothing any more. An effect that was offered is not offered again before it was held. Once the
    /// run has ended, what is still under way changes nothing.
    pub fn next(&mut self, now: Now<'_>, limit: usize) -> Next {
        if &*self.now != now.text {
            self.now = Arc::from(now.text);
        }
        let mut effects = Vec::new();
        loop {
            self.settle_down();
            if let Some(outcome) = &self.outcome {
                return Next::Done(outcome.clone());
            }
            self.offer(now.ms, limit, &mut effects);
            if self.inbox.is_empty() {
                break;
            }
        }
        if effects.is_empty() { Next::Idle { until_ms: self.wakes_at(now.ms) } } else { Next::Act(effects) }
    }

    /// Puts an offered effect off: it is offered again at `until_ms`, or after [`release`](Self::release), with
    /// the next attempt's number and this detail.
    pub fn hold(&mut self, key: &StepKey, until_ms: Option<i64>, detail: Value) {
        let open = |pending: &&mut Pending| pending.key == *key && !matches!(pending.phase, Phase::Learned);
        let Some(pending) = self.pending.iter_mut().find(open) else { return };
        self.ledger.push(StepRecord {
            key: key.clone(),
            kind: self.plan.nodes[pending.node].word.to_owned(),
            attempt: pending.attempt,
            input: pending.input.clone().unwrap_or(Value::Null),
            state: StepState::Held { until_ms, detail: detail.clone() },
        });
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
        let open = |pending: &&mut Pending| pending.key == *key && !matches!(pending.phase, Phase::Learned);
        let Some(pending) = self.pending.iter_mut().find(open) else { return };
        pending.phase = Phase::Learned;
        let (node, attempt) = (pending.node, pending.attempt);
        let input = pending.input.take().unwrap_or(Value::Null);
        let state = match result {
            Ok(output) => StepState::Done { port: "out".to_owned(), output },
            Err(error) => self.failure(node, error),
        };
        let state = self.record(key.clone(), node, attempt, input, state);
        self.inbox.push_back((key.clone(), state));
    }

    /// Takes out everything that was recorded since the last call.
    pub fn take_records(&mut self) -> Vec<StepRecord> {
        self.ledger.take()
    }

    /// Does everything that needs nobody else.
    fn settle_down(&mut self) {
        while self.outcome.is_none() {
            if let Some((frame, node)) = self.ready.pop_front() {
                self.begin(frame, node);
            } else if let Some((key, state)) = self.inbox.pop_front() {
                match self.pending.iter().position(|pending| pending.key == key) {
                    Some(at) => {
                        let pending = self.pending.remove(at);
                        self.end(pending.frame, pending.node, state);
                    }
                    None => self.memory.keep_end(&key, &state),
                }
            } else {
                return;
            }
        }
    }

    fn begin(&mut self, frame: usize, node: usize) {
        let plan = Arc::clone(&self.plan);
        let settings = &plan.nodes[node].settings;
        let key = self.key(frame, node);
        match &plan.nodes[node].step {
            _ if settings.disabled => {
                if self.memory.end_of(&key) != Some(StepState::Skipped) {
                    self.record(key, node, 1, Value::Null, StepState::Skipped);
                }
                self.end(frame, node, StepState::Skipped);
            }
            Step::Effect { .. } => self.await_effect(frame, node, key),
            Step::ForEach { .. } => self.begin_loop(frame, node, key),
            Step::Trigger { .. }
            | Step::Transform(_)
            | Step::Compute(_)
            | Step::If(_)
            | Step::Filter(_)
            | Step::Switch { .. }
            | Step::Merge(_)
            | Step::Fail { .. }
            | Step::Stop { .. }
            | Step::Drawing => {
                let state = match self.memory.end_of(&key) {
                    Some(state) => state,
                    None => {
                        let state = self.compute(frame, node);
                        self.record(key, node, 1, Value::Null, state)
                    }
                };
                self.end(frame, node, state);
            }
        }
    }

    /// Lets a step that was recorded have its consequences.
    fn end(&mut self, frame: usize, node: usize, state: StepState) {
        let plan = Arc::clone(&self.plan);
        let at = &plan.nodes[node];
        match state {
            StepState::Done { output, .. } if matches!(at.step, Step::Stop { .. }) => {
                self.outcome = Some(stopped(output));
            }
            StepState::Done { port, output } => self.leave(frame, node, &port, Some(output)),
            StepState::Failed { error, port: Some(port) } => {
                self.leave(frame, node, &port, Some(error.as_output()));
            }
            StepState::Failed { error, port: None } => {
                self.outcome = Some(Outcome::Failed { node: Some(at.id.clone()), error });
            }
            StepState::Skipped => self.leave(frame, node, at.passing_port(), None),
            StepState::Held { .. } => {}
        }
    }

    fn leave(&mut self, frame: usize, node: usize, port: &str, output: Option<Value>) {
        let here = self.frames.get_mut(frame);
        let counts = output.is_some() && port != "error";
        if let Some(output) = output {
            here.row.keep(self.plan.nodes[node].slot, output);
        }
        here.settle(&self.plan, node, Some(port), counts, |next| self.ready.push_back((frame, next)));
        if here.is_over() {
            match here.parent {
                Some(_) => self.end_iteration(frame),
                None => {
                    let output = self.result_of(frame);
                    self.outcome = Some(Outcome::Succeeded { output, message: None });
                }
            }
        }
    }

    fn open_root(&mut self, trigger: usize) {
        let plan = Arc::clone(&self.plan);
        let row = Row::new(Arc::clone(&plan), None, None, None);
        let root = self.frames.open(&plan, row, Vec::new(), None);
        let here = self.frames.get_mut(root);
        here.row.keep(plan.nodes[trigger].slot, self.background.trigger.json().clone());
        let others = plan.root.nodes.iter().copied().filter(|at| *at != trigger);
        for other in others.filter(|at| matches!(plan.nodes[*at].step, Step::Trigger { .. })) {
            here.settle(&plan, other, None, false, |next| self.ready.push_back((root, next)));
        }
        here.settle(&plan, trigger, Some("out"), false, |next| self.ready.push_back((root, next)));
        if here.is_over() {
            self.outcome = Some(Outcome::Succeeded { output: Value::Null, message: None });
        }
    }

    /// What a row leaves: the output of its last step, or one output by node where several were last.
    fn result_of(&self, frame: usize) -> Value {
        let here = self.frames.get(frame);
        let members = self.plan.members(here.row.owner);
        let mut last: Vec<(&str, &Value)> = Vec::new();
        for leaf in
            members.leaves.iter().map(|at| &self.plan.nodes[*at]).filter(|leaf| here.counts(leaf.slot))
        {
            if let Some(output) = here.row.output(leaf.slot) {
                last.push((leaf.id.as_str(), output));
            }
        }
        match last.as_slice() {
            [] => Value::Null,
            [(_, output)] => (*output).clone(),
            several => several
                .iter()
                .map(|(id, output)| ((*id).to_owned(), (*output).clone()))
                .collect::<Map<_, _>>()
                .into(),
        }
    }

    fn key(&self, frame: usize, node: usize) -> StepKey {
        StepKey { node: self.plan.nodes[node].id.clone(), iteration: self.frames.get(frame).path.clone() }
    }

    /// The names that a step may use.
    fn names(&self, frame: usize, node: usize) -> minijinja::Value {
        Names::inside(&self.background, &self.frames.get(frame).row, node, &self.now)
    }
}

fn stopped(mut output: Value) -> Outcome {
    let message = output.get("message").and_then(Value::as_str).map(str::to_owned);
    let output = output.get_mut("output").map(Value::take).unwrap_or_default();
    Outcome::Succeeded { output, message }
}

/// A driver holds it across its own waits.
const _: fn(Execution) -> Box<dyn Send> = |execution| Box::new(execution);

#[cfg(test)]
mod tests;

#[cfg(test)]
mod random;
#[cfg(test)]
mod replay;

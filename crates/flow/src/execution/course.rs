use std::sync::Arc;

use serde_json::{Map, Value};

use super::budget::Busy;
use super::names::Row;
use super::{Execution, Names};
use crate::expression::{Given, Meter};
use crate::plan::Step;
use crate::{Outcome, StepError, StepKey, StepState};

/// How many effects that are due are looked through for one unit of fuel.
const PASSED: usize = 1_024;
/// How many nodes or edges of a row are decided for one unit of fuel.
const DECIDED: usize = 128;

/// Something that is done to its end, or not at all.
#[derive(Clone, Copy, Debug)]
pub(super) enum Task {
    /// Let a step of a row begin.
    Begin(usize, usize),
    /// Let a row leave what it does, now that it is over.
    Conclude(usize),
    /// Let a loop of a row open one iteration more, or end.
    Advance(usize, usize),
}

impl Execution {
    /// Does everything that needs nobody else, task by task. A task that the budget does not allow is done by the next
    /// call, as if there had been no end in between.
    pub(super) fn settle_down(&mut self) -> Result<(), Busy> {
        while self.outcome.is_none() && !(self.ready.is_empty() && self.inbox.is_empty()) {
            self.budget.begin()?;
            if let Some(task) = self.ready.pop_front() {
                self.perform(task).inspect_err(|_| self.ready.push_front(task))?;
            } else if let Some((key, state)) = self.inbox.pop_front() {
                self.take_in(&key, state);
            }
        }
        Ok(())
    }

    /// Lets a result have its consequences.
    fn take_in(&mut self, key: &StepKey, state: StepState) {
        self.count_pending();
        match self.pending.iter().position(|pending| pending.key == *key) {
            Some(at) => {
                let pending = self.pending.remove(at);
                self.end(pending.frame, pending.node, state);
            }
            None => self.memory.keep_end(key, &state),
        }
    }

    fn perform(&mut self, task: Task) -> Result<(), Busy> {
        match task {
            Task::Begin(frame, node) => self.begin(frame, node),
            Task::Conclude(frame) => self.conclude(frame),
            Task::Advance(frame, node) => self.advance(frame, node),
        }
    }

    fn begin(&mut self, frame: usize, node: usize) -> Result<(), Busy> {
        let plan = Arc::clone(&self.plan);
        let key = self.key(frame, node);
        match &plan.nodes[node].step {
            _ if plan.nodes[node].settings.disabled => {
                if self.memory.end_of(&key) != Some(StepState::Skipped) {
                    self.record(key, node, 1, Value::Null, StepState::Skipped);
                }
                self.end(frame, node, StepState::Skipped);
            }
            Step::Effect { .. } => self.await_effect(frame, node, key),
            Step::ForEach { .. } => return self.begin_loop(frame, node, key),
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
                        let state = self.compute(frame, node)?;
                        self.record(key, node, 1, Value::Null, state)
                    }
                };
                self.end(frame, node, state);
            }
        }
        Ok(())
    }

    /// Lets a step that was recorded have its consequences.
    pub(super) fn end(&mut self, frame: usize, node: usize, state: StepState) {
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
        let ready = |next| self.ready.push_back(Task::Begin(frame, next));
        let decided = here.settle(&self.plan, node, Some(port), counts, ready);
        self.budget.spend((decided / DECIDED) as u64);
        if here.is_over() {
            self.ready.push_front(Task::Conclude(frame));
        }
    }

    fn conclude(&mut self, frame: usize) -> Result<(), Busy> {
        if self.frames.get(frame).parent.is_some() {
            return self.end_iteration(frame);
        }
        self.outcome = Some(match self.attempt(|run, meter| run.result_of(frame, meter))? {
            Ok(output) => Outcome::Succeeded { output, message: None },
            Err(error) => Outcome::Failed { node: None, error },
        });
        Ok(())
    }

    pub(super) fn open_root(&mut self, trigger: usize) {
        let plan = Arc::clone(&self.plan);
        let row = Row::new(Arc::clone(&plan), None, None, None);
        let root = self.frames.open(&plan, row, Vec::new(), None);
        let here = self.frames.get_mut(root);
        here.row.keep(plan.nodes[trigger].slot, self.background.trigger.json().clone());
        let others = plan.root.nodes.iter().copied().filter(|at| *at != trigger);
        for other in others.filter(|at| matches!(plan.nodes[*at].step, Step::Trigger { .. })) {
            here.settle(&plan, other, None, false, |next| self.ready.push_back(Task::Begin(root, next)));
        }
        here.settle(&plan, trigger, Some("out"), false, |next| self.ready.push_back(Task::Begin(root, next)));
        if here.is_over() {
            self.outcome = Some(Outcome::Succeeded { output: Value::Null, message: None });
        }
    }

    /// What a row leaves: the output of its last step, or one output by node where several were last.
    pub(super) fn result_of(&self, frame: usize, meter: &Meter) -> Result<Value, StepError> {
        let here = self.frames.get(frame);
        let members = self.plan.members(here.row.owner);
        let mut last: Vec<(&str, &Value)> = Vec::new();
        for leaf in
            members.leaves.iter().map(|at| &self.plan.nodes[*at]).filter(|leaf| here.counts(leaf.slot))
        {
            if let Some(output) = here.row.output(leaf.slot) {
                meter.handle_value(output)?;
                last.push((leaf.id.as_str(), output));
            }
        }
        Ok(match last.as_slice() {
            [] => Value::Null,
            [(_, output)] => (*output).clone(),
            several => several
                .iter()
                .map(|(id, output)| ((*id).to_owned(), (*output).clone()))
                .collect::<Map<_, _>>()
                .into(),
        })
    }

    /// Counts that what is pending was looked through.
    pub(super) fn count_pending(&mut self) {
        self.budget.spend((self.pending.len() / PASSED) as u64);
    }

    /// Counts that a row was opened, which has something for each of its nodes.
    pub(super) fn count_row(&mut self, owner: usize) {
        self.budget.spend((self.plan.members(Some(owner)).nodes.len() / DECIDED) as u64);
    }

    pub(super) fn key(&self, frame: usize, node: usize) -> StepKey {
        StepKey { node: self.plan.nodes[node].id.clone(), iteration: self.frames.get(frame).path.clone() }
    }

    /// What the expressions of a step are given.
    pub(super) fn given(&self, frame: usize, node: usize, meter: &Arc<Meter>) -> Given {
        Names::inside(&self.background, &self.frames.get(frame).row, node, &self.now, meter)
    }
}

fn stopped(mut output: Value) -> Outcome {
    let message = output.get("message").and_then(Value::as_str).map(str::to_owned);
    let output = output.get_mut("output").map(Value::take).unwrap_or_default();
    Outcome::Succeeded { output, message }
}

use std::sync::Arc;

use serde_json::{Value, json};

use super::Execution;
use super::names::{Item, Row};
use crate::plan::{Plan, Step};
use crate::{StepError, StepKey, StepState};

/// The most items of a loop.
const MAX_ITEMS: usize = 10_000;

/// A loop that has begun.
pub(super) struct Loop {
    items: Arc<Vec<Value>>,
    results: Vec<Value>,
    /// How many iterations were opened.
    opened: usize,
    /// How many of those are not over.
    running: usize,
}

impl Execution {
    /// Begins a loop. Also a loop that was over in an earlier life runs through its records again: what followed
    /// from its end then must follow at the same point now.
    pub(super) fn begin_loop(&mut self, frame: usize, node: usize, key: StepKey) {
        let items = match (self.memory.items_of(&key), self.memory.failure_of(&key)) {
            (Some(items), _) => items,
            (None, Some(failed)) => return self.end(frame, node, failed),
            (None, None) => match self.record_items(frame, node, &key) {
                Ok(items) => items,
                Err(error) => {
                    let failure = self.failure(node, error);
                    let state = self.record(key, node, 1, Value::Null, failure);
                    return self.end(frame, node, state);
                }
            },
        };
        let results = vec![Value::Null; items.len()];
        let begun = Loop { items, results, opened: 0, running: 0 };
        self.frames.get_mut(frame).loops.insert(node, begun);
        self.advance(frame, node);
    }

    /// Evaluates the items once and for all.
    fn record_items(
        &mut self,
        frame: usize,
        node: usize,
        key: &StepKey,
    ) -> Result<Arc<Vec<Value>>, StepError> {
        let plan = Arc::clone(&self.plan);
        let Step::ForEach { items, .. } = &plan.nodes[node].step else { return Ok(Arc::default()) };
        let Value::Array(items) = items.json(self.names(frame, node))? else {
            return Err(StepError::permanent("not_a_list", "the items of a loop are a list"));
        };
        if items.len() > MAX_ITEMS {
            let message = format!("a loop has at most {MAX_ITEMS} items, and not {}", items.len());
            return Err(StepError::permanent("too_many_items", message));
        }
        let items = Arc::new(items);
        let state = StepState::Held { until_ms: None, detail: json!({"items": *items}) };
        match self.record(key.clone(), node, 1, Value::Null, state) {
            StepState::Failed { error, .. } => Err(error),
            StepState::Done { .. } | StepState::Skipped | StepState::Held { .. } => Ok(items),
        }
    }

    /// Opens as many iterations as may run, or ends the loop.
    fn advance(&mut self, frame: usize, node: usize) {
        let plan = Arc::clone(&self.plan);
        let Step::ForEach { concurrency, .. } = &plan.nodes[node].step else { return };
        while self.outcome.is_none() {
            let Some(begun) = self.frames.get_mut(frame).loops.get_mut(&node) else { return };
            let left = begun.items.len() - begun.opened;
            if left == 0 && begun.running == 0 {
                return self.end_loop(frame, node);
            }
            if left == 0 || begun.running >= *concurrency {
                return;
            }
            let item = Item::new(Arc::clone(&begun.items), begun.opened);
            begun.opened += 1;
            begun.running += 1;
            let iteration = self.open_iteration(&plan, frame, node, item);
            if self.frames.get(iteration).is_over() {
                self.keep_result(iteration);
            }
        }
    }

    fn open_iteration(&mut self, plan: &Arc<Plan>, frame: usize, node: usize, item: Item) -> usize {
        let outer = self.frames.get(frame);
        let mut path = outer.path.clone();
        path.push(u32::try_from(item.index).unwrap_or(u32::MAX));
        let row = Row::new(Arc::clone(plan), Some(Arc::clone(&outer.row)), Some(node), Some(item));
        let iteration = self.frames.open(plan, row, path, Some((frame, node)));
        let here = self.frames.get_mut(iteration);
        here.enter(plan, node, |next| self.ready.push_back((iteration, next)));
        iteration
    }

    /// Keeps what an iteration leaves, and goes on with the loop.
    pub(super) fn end_iteration(&mut self, iteration: usize) {
        let parent = self.frames.get(iteration).parent;
        self.keep_result(iteration);
        if let Some((frame, node)) = parent {
            self.advance(frame, node);
        }
    }

    fn keep_result(&mut self, iteration: usize) {
        let Some((frame, node)) = self.frames.get(iteration).parent else { return };
        let index = self.frames.get(iteration).row.item.as_ref().map_or(0, |item| item.index);
        match self.iteration_result(iteration, node) {
            StepState::Done { output, .. } => {
                if let Some(begun) = self.frames.get_mut(frame).loops.get_mut(&node) {
                    begun.running -= 1;
                    begun.results[index] = output;
                }
                self.frames.close(iteration);
            }
            failed => self.end(frame, node, failed),
        }
    }

    /// What an iteration leaves; recorded where it had to be evaluated.
    fn iteration_result(&mut self, iteration: usize, node: usize) -> StepState {
        let plan = Arc::clone(&self.plan);
        let port = "item".to_owned();
        let Step::ForEach { result: Some(result), .. } = &plan.nodes[node].step else {
            let has_body = !plan.nodes[node].body.nodes.is_empty();
            let item = self.frames.get(iteration).row.item.as_ref().filter(|_| !has_body);
            let output = item.map_or_else(|| self.result_of(iteration), |item| item.json().clone());
            return StepState::Done { port, output };
        };
        let key = self.key(iteration, node);
        if let Some(state) = self.memory.end_of(&key) {
            return state;
        }
        let state = match result.json(self.names(iteration, node)) {
            Ok(output) => StepState::Done { port, output },
            Err(error) => StepState::Failed { error, port: None },
        };
        self.record(key, node, 1, Value::Null, state)
    }

    fn end_loop(&mut self, frame: usize, node: usize) {
        let Some(begun) = self.frames.get_mut(frame).loops.remove(&node) else { return };
        let key = self.key(frame, node);
        let state = match self.memory.end_of(&key) {
            Some(state) => state,
            None => {
                let state = StepState::Done { port: "done".to_owned(), output: Value::Array(begun.results) };
                self.record(key, node, 1, Value::Null, state)
            }
        };
        self.end(frame, node, state);
    }
}

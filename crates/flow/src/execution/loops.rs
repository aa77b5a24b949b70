use std::sync::Arc;

use serde_json::{Value, json};

use super::Execution;
use super::budget::Busy;
use super::course::Task;
use super::names::{Item, Row};
use crate::expression::Meter;
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
    pub(super) fn begin_loop(&mut self, frame: usize, node: usize, key: StepKey) -> Result<(), Busy> {
        let items = match (self.memory.items_of(&key), self.memory.failure_of(&key)) {
            (Some(items), _) => Ok(items),
            (None, Some(failed)) => Err(failed),
            (None, None) => self.record_items(frame, node, key)?,
        };
        match items {
            Ok(items) => {
                let results = vec![Value::Null; items.len()];
                let begun = Loop { items, results, opened: 0, running: 0 };
                self.frames.get_mut(frame).loops.insert(node, begun);
                self.ready.push_front(Task::Advance(frame, node));
            }
            Err(failed) => self.end(frame, node, failed),
        }
        Ok(())
    }

    /// Evaluates the items once and for all; gives how the loop has failed if that cannot be done.
    fn record_items(
        &mut self,
        frame: usize,
        node: usize,
        key: StepKey,
    ) -> Result<Result<Arc<Vec<Value>>, StepState>, Busy> {
        let items = match self.attempt(|run, meter| run.items(frame, node, meter))?.and_then(checked) {
            Ok(items) => Arc::new(items),
            Err(error) => {
                let failure = self.failure(node, error);
                return Ok(Err(self.record(key, node, 1, Value::Null, failure)));
            }
        };
        let begun = StepState::Held { until_ms: None, detail: json!({"items": *items}) };
        Ok(match self.record(key, node, 1, Value::Null, begun) {
            failed @ StepState::Failed { .. } => Err(failed),
            StepState::Done { .. } | StepState::Skipped | StepState::Held { .. } => Ok(items),
        })
    }

    fn items(&self, frame: usize, node: usize, meter: &Arc<Meter>) -> Result<Value, StepError> {
        let Step::ForEach { items, .. } = &self.plan.nodes[node].step else { return Ok(json!([])) };
        items.json(&self.given(frame, node, meter))
    }

    /// Opens one iteration more if it may run, or ends the loop.
    pub(super) fn advance(&mut self, frame: usize, node: usize) -> Result<(), Busy> {
        let plan = Arc::clone(&self.plan);
        let Step::ForEach { concurrency, .. } = &plan.nodes[node].step else { return Ok(()) };
        let Some(begun) = self.frames.get_mut(frame).loops.get_mut(&node) else { return Ok(()) };
        let left = begun.items.len() - begun.opened;
        if left == 0 && begun.running == 0 {
            return self.end_loop(frame, node);
        }
        if left == 0 || begun.running >= *concurrency {
            return Ok(());
        }
        let item = Item::new(Arc::clone(&begun.items), begun.opened);
        begun.opened += 1;
        begun.running += 1;
        let iteration = self.open_iteration(&plan, frame, node, item);
        let over = self.frames.get(iteration).is_over();
        self.ready.push_front(if over { Task::Conclude(iteration) } else { Task::Advance(frame, node) });
        Ok(())
    }

    fn open_iteration(&mut self, plan: &Arc<Plan>, frame: usize, node: usize, item: Item) -> usize {
        let outer = self.frames.get(frame);
        let mut path = outer.path.clone();
        path.push(u32::try_from(item.index).unwrap_or(u32::MAX));
        let row = Row::new(Arc::clone(plan), Some(Arc::clone(&outer.row)), Some(node), Some(item));
        let iteration = self.frames.open(plan, row, path, Some((frame, node)));
        let here = self.frames.get_mut(iteration);
        here.enter(plan, node, |next| self.ready.push_back(Task::Begin(iteration, next)));
        self.count_row(node);
        iteration
    }

    /// Keeps what an iteration leaves, and goes on with the loop.
    pub(super) fn end_iteration(&mut self, iteration: usize) -> Result<(), Busy> {
        let Some((frame, node)) = self.frames.get(iteration).parent else { return Ok(()) };
        let index = self.frames.get(iteration).row.item.as_ref().map_or(0, |item| item.index);
        match self.iteration_result(iteration, node)? {
            StepState::Done { output, .. } => {
                if let Some(begun) = self.frames.get_mut(frame).loops.get_mut(&node) {
                    begun.running -= 1;
                    begun.results[index] = output;
                }
                self.frames.close(iteration);
                self.ready.push_front(Task::Advance(frame, node));
            }
            failed => self.end(frame, node, failed),
        }
        Ok(())
    }

    /// What an iteration leaves; recorded where it had to be evaluated.
    fn iteration_result(&mut self, iteration: usize, node: usize) -> Result<StepState, Busy> {
        let evaluates = matches!(self.plan.nodes[node].step, Step::ForEach { result: Some(_), .. });
        let key = evaluates.then(|| self.key(iteration, node));
        if let Some(state) = key.as_ref().and_then(|key| self.memory.end_of(key)) {
            return Ok(state);
        }
        let state = match self.attempt(|run, meter| run.left_by(iteration, node, meter))? {
            Ok(output) => StepState::Done { port: "item".to_owned(), output },
            Err(error) => StepState::Failed { error, port: None },
        };
        Ok(match key {
            Some(key) => self.record(key, node, 1, Value::Null, state),
            None => state,
        })
    }

    fn left_by(&self, iteration: usize, node: usize, meter: &Arc<Meter>) -> Result<Value, StepError> {
        let at = &self.plan.nodes[node];
        if let Step::ForEach { result: Some(result), .. } = &at.step {
            return result.json(&self.given(iteration, node, meter));
        }
        match &self.frames.get(iteration).row.item {
            Some(item) if at.body.nodes.is_empty() => {
                meter.handle_value(item.json())?;
                Ok(item.json().clone())
            }
            _ => self.result_of(iteration, meter),
        }
    }

    fn end_loop(&mut self, frame: usize, node: usize) -> Result<(), Busy> {
        let weighed = self.attempt(|run, meter| {
            let begun = run.frames.get(frame).loops.get(&node);
            begun
                .map_or(&[][..], |begun| &begun.results)
                .iter()
                .try_for_each(|result| meter.handle_value(result))
        });
        // With the full effort, nothing is too long to handle.
        let _ = weighed?;
        let Some(begun) = self.frames.get_mut(frame).loops.remove(&node) else { return Ok(()) };
        let key = self.key(frame, node);
        let state = match self.memory.end_of(&key) {
            Some(state) => state,
            None => {
                let state = StepState::Done { port: "done".to_owned(), output: Value::Array(begun.results) };
                self.record(key, node, 1, Value::Null, state)
            }
        };
        self.end(frame, node, state);
        Ok(())
    }
}

fn checked(items: Value) -> Result<Vec<Value>, StepError> {
    let Value::Array(items) = items else {
        return Err(StepError::permanent("not_a_list", "the items of a loop are a list"));
    };
    if items.len() > MAX_ITEMS {
        let message = format!("a loop has at most {MAX_ITEMS} items, and not {}", items.len());
        return Err(StepError::permanent("too_many_items", message));
    }
    Ok(items)
}

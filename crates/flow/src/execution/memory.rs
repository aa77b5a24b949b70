use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::{StepKey, StepState};

/// What an earlier life of the run has recorded and this one has not reached yet.
#[derive(Default)]
pub(super) struct Memory {
    ends: HashMap<StepKey, StepState>,
    items: HashMap<StepKey, Arc<Vec<Value>>>,
    holds: HashMap<StepKey, Hold>,
}

/// An effect that was held.
pub(super) struct Hold {
    pub(super) attempt: u32,
    pub(super) until_ms: Option<i64>,
    pub(super) detail: Value,
    /// What it wanted, as far as that is known.
    pub(super) input: Option<Value>,
}

impl Memory {
    pub(super) fn keep_end(&mut self, key: &StepKey, state: &StepState) {
        self.ends.insert(key.clone(), state.clone());
    }

    pub(super) fn end_of(&mut self, key: &StepKey) -> Option<StepState> {
        // Most runs are never replayed.
        if self.ends.is_empty() { None } else { self.ends.remove(key) }
    }

    /// How a step failed, if it did.
    pub(super) fn failure_of(&mut self, key: &StepKey) -> Option<StepState> {
        matches!(self.ends.get(key), Some(StepState::Failed { .. })).then(|| self.end_of(key)).flatten()
    }

    pub(super) fn keep_items(&mut self, key: &StepKey, detail: &Value) {
        if let Some(Value::Array(items)) = detail.get("items") {
            self.items.insert(key.clone(), Arc::new(items.clone()));
        }
    }

    pub(super) fn items_of(&mut self, key: &StepKey) -> Option<Arc<Vec<Value>>> {
        self.items.remove(key)
    }

    pub(super) fn keep_hold(&mut self, key: &StepKey, hold: Hold) {
        self.holds.insert(key.clone(), hold);
    }

    pub(super) fn forget_hold(&mut self, key: &StepKey) {
        self.holds.remove(key);
    }

    pub(super) fn hold_of(&mut self, key: &StepKey) -> Option<Hold> {
        self.holds.remove(key)
    }

    pub(super) fn release(&mut self, key: &StepKey) -> bool {
        let hold = self.holds.get_mut(key);
        hold.map(|hold| hold.until_ms = Some(i64::MIN)).is_some()
    }
}

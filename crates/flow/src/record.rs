use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Names one step of a run: a node, and the iterations of the loops around it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct StepKey {
    /// The node's id.
    pub node: String,
    /// The index in each loop around the node, the outermost first; empty outside of loops.
    pub iteration: Vec<u32>,
}

impl StepKey {
    /// The step of a node outside of any loop.
    pub fn new(node: impl Into<String>) -> Self {
        Self { node: node.into(), iteration: Vec::new() }
    }

    /// The step of a node whose iterations are written as [`iteration_path`](Self::iteration_path) writes them;
    /// nothing when the path is not one.
    pub fn at(node: impl Into<String>, path: &str) -> Option<Self> {
        let iteration = if path.is_empty() {
            Vec::new()
        } else {
            path.split('.').map(|index| index.parse().ok()).collect::<Option<Vec<u32>>>()?
        };
        Some(Self { node: node.into(), iteration })
    }

    /// The iterations as a text such as `2.0`; empty outside of loops.
    pub fn iteration_path(&self) -> String {
        let mut path = String::new();
        for (at, index) in self.iteration.iter().enumerate() {
            if at > 0 {
                path.push('.');
            }
            path.push_str(&index.to_string());
        }
        path
    }
}

impl fmt::Display for StepKey {
    /// Writes `node:path`, the part of an idempotency key that follows the run: `fetch:2.0`, `fetch:`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.node, self.iteration_path())
    }
}

/// Why a step did not succeed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct StepError {
    /// A stable word, such as `expression_failed`.
    pub code: String,
    /// What happened, for the person who drew the flow.
    pub message: String,
    /// Whether the same step may succeed later.
    pub retryable: bool,
    /// What else is known, as far as it may be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
}

impl StepError {
    /// An error that no retry heals.
    pub fn permanent(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), retryable: false, details: None }
    }

    /// An error that a retry may heal.
    pub fn retryable(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), retryable: true, details: None }
    }

    /// The same error with what else is known.
    #[must_use]
    pub fn with_details(self, details: Value) -> Self {
        Self { details: Some(details), ..self }
    }

    /// What the steps behind the failed one see as its output.
    pub fn as_output(&self) -> Value {
        serde_json::json!({"error": {"code": self.code, "message": self.message}})
    }
}

/// Where a step stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum StepState {
    /// It ended and left through a port.
    Done {
        /// The port whose edges are taken.
        port: String,
        /// What later steps see as `steps.<node>`.
        output: Value,
    },
    /// It ended with an error.
    Failed {
        /// Why.
        error: StepError,
        /// The port whose edges are taken; without one the run fails.
        #[serde(default)]
        port: Option<String>,
    },
    /// Its node is disabled, so the run passed through it.
    Skipped,
    /// It has begun and goes on later: an effect that was held, or a loop (whose detail is `{"items": […]}`).
    Held {
        /// When it goes on, in milliseconds; nothing means that something else wakes it.
        #[serde(default)]
        until_ms: Option<i64>,
        /// What is needed to go on.
        detail: Value,
    },
}

/// What stands in a stored record in the place of a secret. An input that has it anywhere, as a text or as part of one,
/// is not what its effect wanted.
pub const REDACTED: &str = "[redacted]";

/// What happened to a step: the unit that is stored, and replayed after a crash.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// The step.
    #[serde(flatten)]
    pub key: StepKey,
    /// The kind of its node.
    pub kind: String,
    /// Which attempt this was, from 1.
    pub attempt: u32,
    /// The rendered parameters, for the log and for the attempts that follow; null where there is nothing to show.
    pub input: Value,
    /// Where the step stands now.
    #[serde(flatten)]
    pub state: StepState,
}

impl StepRecord {
    /// The input as it was rendered; nothing when it is not there, or something was taken out of it.
    pub(crate) fn whole_input(&self) -> Option<&Value> {
        Some(&self.input).filter(|input| !input.is_null() && !is_redacted(input))
    }
}

fn is_redacted(json: &Value) -> bool {
    match json {
        Value::String(text) => text.contains(REDACTED),
        Value::Array(items) => items.iter().any(is_redacted),
        Value::Object(fields) => {
            fields.iter().any(|(key, field)| key.contains(REDACTED) || is_redacted(field))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_key_is_written_with_its_iterations() {
        let key = StepKey::at("fetch", "2.0").unwrap();
        assert_eq!((key.to_string().as_str(), &key.iteration), ("fetch:2.0", &vec![2, 0]));
        assert_eq!(StepKey::new("fetch").to_string(), "fetch:");
        assert_eq!(StepKey::at("fetch", ""), Some(StepKey::new("fetch")));
        assert_eq!(StepKey::at("fetch", "2.x"), None);
    }

    #[test]
    fn a_record_survives_storage() {
        let states = [
            StepState::Done { port: "out".into(), output: json!({"a": [1, null]}) },
            StepState::Failed { error: StepError::permanent("no", "no").with_details(json!(1)), port: None },
            StepState::Failed { error: StepError::retryable("no", "no"), port: Some("error".into()) },
            StepState::Skipped,
            StepState::Held { until_ms: Some(7), detail: Value::Null },
        ];
        for state in states {
            let key = StepKey::at("n", "1").unwrap();
            let record = StepRecord { key, kind: "wait".into(), attempt: 2, input: Value::Null, state };
            let stored = serde_json::to_value(&record).unwrap();
            assert_eq!(serde_json::from_value::<StepRecord>(stored).unwrap(), record);
        }
    }
}

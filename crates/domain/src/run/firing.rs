use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

use crate::{AutomationId, FlowNumber, RunId, UserId};

/// What fired a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Firing {
    /// The word for it, one of [`Firing::WORDS`].
    pub by: &'static str,
    /// The trigger's node in the flow.
    pub node: String,
    /// What may fire the automation once only; a second run with the same key is none.
    pub key: String,
    /// The step that waits for it, when it is a sub-flow.
    pub parent: Option<ParentStep>,
    /// The run it repeats.
    pub retry_of: Option<RunId>,
    /// How many runs caused one another until this one.
    pub depth: u16,
}

/// A step that waits for a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentStep {
    /// Its run.
    pub run: RunId,
    /// Its node and iteration, as text.
    pub step: String,
}

/// A run that is to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Fired {
    /// The automation.
    pub automation: AutomationId,
    /// Who owns it.
    pub owner: UserId,
    /// The version of its flow.
    pub flow_number: FlowNumber,
    /// What fired it.
    pub firing: Firing,
    /// What expressions know as `trigger`.
    pub input: Value,
}

impl Firing {
    /// What can fire a run.
    pub const WORDS: [&'static str; 6] = ["manual", "webhook", "schedule", "event", "subflow", "retry"];

    /// The word as it is known here.
    pub fn named(word: &str) -> Option<&'static str> {
        Self::WORDS.into_iter().find(|known| *known == word)
    }

    /// By a person.
    pub fn manual(node: &str, run: RunId) -> Self {
        Self::by("manual", node, run.to_string())
    }

    /// By a request; the sender names the delivery, or nobody can tell a repeat.
    pub fn webhook(node: &str, delivery: &str) -> Self {
        Self::by("webhook", node, delivery)
    }

    /// By the time.
    pub fn schedule(node: &str, planned: DateTime<Utc>) -> Self {
        Self::by("schedule", node, planned.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    /// By an event of the journal, itself caused by `depth` runs.
    pub fn event(node: &str, seq: i64, depth: u16) -> Self {
        Self { depth, ..Self::by("event", node, seq.to_string()) }
    }

    /// By a step of another run.
    pub fn subflow(node: &str, parent: ParentStep, depth: u16) -> Self {
        let key = format!("{}:{}", parent.run, parent.step);
        Self { parent: Some(parent), depth, ..Self::by("subflow", node, key) }
    }

    /// By a person who wants an ended run to be done again.
    pub fn retry(node: &str, run: RunId, of: RunId) -> Self {
        Self { retry_of: Some(of), ..Self::by("retry", node, run.to_string()) }
    }

    fn by(by: &'static str, node: &str, key: impl std::fmt::Display) -> Self {
        let (node, key) = (node.to_owned(), format!("{by}:{node}:{key}"));
        Self { by, node, key, parent: None, retry_of: None, depth: 0 }
    }
}

//! The automation language: what a flow editor draws, whether it could run, and how it runs.
//!
//! # What this room is
//! [`FlowDocument`] holds the JSON of a flow editor (`{nodes, edges, viewport}`) exactly as it was
//! given; [`check`] lists every fault of it at once, and [`references`] what only others can check.
//! [`catalogue`] tells of the kinds of nodes. A [`Plan`] is a flow without faults, compiled; an
//! [`Execution`] runs it step by step, and [`simulate`] runs it dry.
//!
//! A run is a row of steps. An edge is taken or dead: a step begins once all its edges are decided
//! and at least one is taken, and is passed over if none is; a `merge` in the mode `any` begins at
//! the first. A `forEach` runs its body, which is everything behind its port `item`, in a row of
//! its own for each item. Expressions see `trigger`, `vars`, `run`, `now`, in a body `item` and
//! `index`, and as `steps.<node>` the outputs of what lies before their node. A text that is
//! nothing but one `{{ expression }}` keeps the type of its value.
//!
//! # What it may import
//! serde, serde_json, thiserror, minijinja. Nothing asynchronous, no clock, no ids of entities.
//!
//! # What it never does
//! It performs no effect, and it changes no key it does not know: an editor gets its document back.
//! No expression reaches the host, runs for long or takes more memory than a bound; no call of a run goes on for longer
//! than its [`Effort`] allows, and no run records more than a bound.
//!
//! # How to add one
//! A new kind is a variant of `NodeKind` and a row of a shelf in `catalogue/table`, from which its schema,
//! its ports and the reading of its parameters follow; the compiler names the rest. A new fault is
//! a variant of [`FaultCode`], a rule and a case in `tests/hostile`.
//!
//! # Example
//! ```
//! use kairo_flow::{FaultCode, FlowDocument, check};
//!
//! let flow = FlowDocument::parse(serde_json::json!({
//!     "nodes": [{"id": "a", "type": "note"}],
//!     "edges": [],
//! }))?;
//! assert_eq!(check(&flow)[0].code, FaultCode::NoTrigger);
//! # Ok::<(), kairo_flow::NotAFlow>(())
//! ```

#![deny(missing_docs)]

mod bounds;
mod catalogue;
mod check;
mod compare;
mod document;
mod effect;
mod effort;
mod execution;
mod expression;
mod fault;
mod graph;
mod kind;
mod params;
mod plan;
mod pointer;
mod record;
mod references;
mod retry;
mod settings;
mod simulate;
#[cfg(test)]
mod testing;
mod trigger;

pub use bounds::LONGEST_WAIT_DAYS;
pub use catalogue::{NodeSpec, catalogue};
pub use check::{MAX_EDGES, MAX_NODES, check};
pub use compare::{EntryChange, EntryChanges, FlowChanges, compare};
pub use document::{EdgeRef, FlowDocument, NodeRef, NotAFlow};
pub use effect::{Answer, Effect, EffectKind, Email, HttpRequest, Next, Now, Outcome, Scope, WaitFor};
pub use effort::{Effort, Verdict};
pub use execution::Execution;
pub use fault::{Fault, FaultCode};
pub use kind::is_known_kind;
pub use plan::Plan;
pub use record::{REDACTED, StepError, StepKey, StepRecord, StepState};
pub use references::{Reference, References, ScheduleReference, references};
pub use retry::RetryPolicy;
pub use simulate::{Simulation, simulate};
pub use trigger::{Missed, RespondWith, Signature, SignatureScheme, Trigger, TriggerKind};

//! Automation flow documents: what a flow editor draws, and whether it could run.
//!
//! # What this room is
//! [`FlowDocument`] holds the JSON of a flow editor (`{nodes, edges, viewport}`) exactly as it was
//! given; [`check`] lists every structural fault of it at once.
//!
//! # What it may import
//! serde, serde_json, thiserror. Nothing asynchronous, no clock, no ids of entities.
//!
//! # What it never does
//! It performs no effect, and it changes no key it does not know: an editor gets its document back.
//!
//! # How to add one
//! A new fault is a variant of [`FaultCode`], a rule in `check.rs` and a case in its tests.
//!
//! # Example
//! ```
//! use kairo_flow::{FaultCode, FlowDocument, check};
//!
//! let flow = FlowDocument::parse(serde_json::json!({
//!     "nodes": [{"id": "a", "type": "email.send"}],
//!     "edges": [],
//! }))?;
//! assert_eq!(check(&flow)[0].code, FaultCode::NoTrigger);
//! # Ok::<(), kairo_flow::NotAFlow>(())
//! ```

#![deny(missing_docs)]

mod check;
mod document;
mod fault;
mod kind;

pub use check::{MAX_EDGES, MAX_NODES, check};
pub use document::{EdgeRef, FlowDocument, NodeRef, NotAFlow};
pub use fault::{Fault, FaultCode};
pub use kind::is_known_kind;

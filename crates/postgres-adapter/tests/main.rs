//! What only PostgreSQL promises, and the contract of all stores.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a broken assumption ends the test, and the names in its SQL are its own"
)]

mod accounts;
mod announcements;
mod cancellation;
mod constraints_are_mapped;
mod contract;
mod demo;
mod direct_changes;
mod held;
mod isolation;
mod lead_timeline;
mod machines;
mod migrations;
mod other_writers;
mod plans;
mod queue;
mod revocations;
mod runs;
mod schema;
mod support;

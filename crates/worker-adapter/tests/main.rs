//! What becomes of jobs, whatever becomes of workers and their database.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a broken assumption ends the test, and the names in its SQL are its own"
)]

mod delivery;
mod outages;
mod stopping;
mod support;

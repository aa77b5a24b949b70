//! The API as its callers see it: a whole app over the in-memory store, with foreseeable ids, time and passwords.

#![expect(clippy::unwrap_used, reason = "a test ends where a step fails")]

mod bodies;
mod concurrency;
mod coverage;
mod edge;
mod idempotency;
mod leads;
mod lists;
mod mounting;
mod openapi;
mod sessions;
mod slow;
mod support;
mod trouble;
mod wire;

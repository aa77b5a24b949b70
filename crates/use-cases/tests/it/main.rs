//! The use cases against the in-memory store, and against mocks where a store has to fail.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where a step fails")]

mod failures;
mod leads;
mod sessions;
mod world;

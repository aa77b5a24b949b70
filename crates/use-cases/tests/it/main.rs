//! The use cases against the in-memory store, and against mocks where a store has to fail.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where a step fails")]

mod accounts;
mod api_keys;
mod failures;
mod invitations;
mod leads;
mod refresh;
mod sessions;
mod two_factor;
mod users;
mod world;

//! The use cases against the in-memory store, and against mocks where a store has to fail.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where a step fails")]

mod accounts;
mod api_keys;
mod automations;
mod credentials;
mod engine;
mod failures;
mod firings;
mod invitations;
mod lead_timeline;
mod leads;
mod refresh;
mod run_lines;
mod runs;
mod sessions;
mod sub_flows;
mod two_factor;
mod upkeep;
mod users;
mod worker_races;
mod world;

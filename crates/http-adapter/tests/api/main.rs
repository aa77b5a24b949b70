//! The API as its callers see it: a whole app over the in-memory store, with foreseeable ids, time and passwords.

#![expect(clippy::unwrap_used, reason = "a test ends where a step fails")]

mod accepting;
mod api_keys;
mod audit;
mod automations;
mod bodies;
mod browsers;
mod callers;
mod colleagues;
mod companies;
mod concurrency;
mod coverage;
mod credentials;
mod drawn;
mod edge;
mod flows;
mod hooks;
mod idempotency;
mod invitations;
mod lead_timeline;
mod leads;
mod limits;
mod lists;
mod me;
mod mounting;
mod openapi;
mod policy;
mod proofs;
mod run_events;
mod runs;
mod secrets;
mod sessions;
mod sign_in;
mod sign_up;
mod slow;
mod support;
mod things;
mod triggers;
mod trouble;
mod two_factor;
mod users;
mod versions;
mod visible;
mod wire;

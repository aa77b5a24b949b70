//! A transactional store in memory: for tests of use cases, for demos, and for tests of who embeds the studio.
//!
//! # What this room is
//! [`MemoryStore`], an implementation of [`kairo_ports::Store`] that passes the same contract as the one on
//! PostgreSQL. A unit of work sees the shelf as it was when the unit began, and its own writes; `commit` repeats
//! its writes on the newest shelf under a short lock and checks everything again, so of two writers one loses.
//!
//! # What it may import
//! `kairo-domain`, `kairo-ports`, async-trait, chrono, serde_json, uuid.
//!
//! # What it never does
//! - It keeps nothing when the process ends.
//! - It never shows or writes a row out of the actor's reach: it asks the policy again, as row-level security does,
//!   and trusts no permit.
//! - It delivers no job by itself: whoever runs it takes them ([`MemoryStore::take_due_jobs`]) and does them.
//! - It never waits: another unit in the way is an error at once.
//! - It is not made for many rows: the first write of a unit to a kind of thing copies an index of all of them.
//!
//! # How to add one
//! A repository is a file named like the port's, a table on the `Shelf`, and the trait on the unit of work. A
//! write is a function from shelf to shelf handed to the unit, which runs it at once and again at commit.
//!
//! # Example
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use kairo_domain::{Actor, Verb};
//! use kairo_memory::MemoryStore;
//! use kairo_ports::Store;
//! use kairo_testkit::builders::lead;
//!
//! let store = MemoryStore::new();
//! let ada = lead("Ada").build();
//!
//! let mut work = store.begin(&Actor::Visitor).await?;
//! let permit = Actor::Visitor.may(Verb::Create, &ada)?;
//! work.leads().add(&permit, &ada).await?;
//! work.commit().await?;
//!
//! assert_eq!(store.begin_read(&Actor::System).await?.leads().get(ada.id).await?, Some(ada.clone()));
//! assert_eq!(store.begin_read(&Actor::Visitor).await?.leads().get(ada.id).await?, None);
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]

mod api_keys;
mod attempts;
mod automations;
mod companies;
mod credentials;
mod email_changes;
mod expired;
mod guard;
mod held;
mod idempotency;
mod invitations;
mod journal;
mod lead_timeline;
mod leads;
mod letters;
mod listing;
mod one_time_tokens;
mod queue;
mod revocations;
mod run_progress;
mod runs;
mod second_factors;
mod sessions;
mod shelf;
mod sign_ups;
mod store;
mod triggers;
mod unit_of_work;
mod users;

pub use store::MemoryStore;

//! The store of Kairo Studio in PostgreSQL 15 or newer.
//!
//! # What this room is
//! [`PgStore`] implements the ports' `Store`: one transaction per unit of work, one file per aggregate. [`migrate()`]
//! brings a database to the shape the store needs; row-level security is rendered from the domain's policy table
//! ([`rls::render`]).
//!
//! # What it may import
//! `kairo-domain`, `kairo-flow`, `kairo-ports`, sqlx, graphile_worker_migrations, async-trait, chrono, uuid, serde_json,
//! sha2, thiserror, tokio, tracing.
//!
//! # What it never does
//! - It hands out no connection to a table of the studio: the only door is a unit of work begun by an actor. The pool
//!   for the job queue sees nothing but the queue.
//! - It never works with the rights of its login. Between units a connection is `kairo_gate`, which has none; within a
//!   unit it is the role of the actor's kind, and the policies let it see and write what the actor may.
//! - It takes no session-level lock and leaves no session state behind, the connections of [`migrate()`] and of
//!   [`Announcements`] apart, which nobody else ever holds.
//! - It formats no value into SQL. The text that opens a unit has role words and UUIDs in it, nothing else.
//!
//! # How to add one
//! A table is a migration, a row of `rls/tables/` and its constraints in `error.rs`. A repository is a file named
//! like the port's: a private row struct with `TryFrom` into the domain's type, statements tagged
//! `/* kairo:<file>.<function> */` that go through `Statements::run`, and a list through `filter.rs`. Then
//! `cargo xtask sqlx` renews what the macros know of the database.
//!
//! # Example
//! ```no_run
//! use kairo_domain::Actor;
//! use kairo_ports::{Store, StoreError};
//! use kairo_postgres::{PgOptions, PgStore, migrate};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let url = "postgres://kairo@localhost/kairo";
//! migrate(url).await?;
//! let store = PgStore::connect(PgOptions::new(url)).await?;
//! store.ready().await?;
//! let work = store.begin(&Actor::System).await?;
//! work.commit().await?;
//! # Ok(())
//! # }
//! ```

#![deny(missing_docs)]

mod announcements;
mod api_keys;
mod attempts;
mod automations;
mod bell;
mod companies;
mod credentials;
mod database;
mod demo;
mod email_changes;
mod error;
mod expired;
mod filter;
mod idempotency;
mod invitations;
mod journal;
mod lead_timeline;
mod leads;
mod lease;
mod letters;
mod migrate;
mod one_time_tokens;
mod options;
mod plans;
mod pools;
mod queue;
mod revocations;
pub mod rls;
mod row;
mod run_progress;
mod runs;
mod second_factors;
mod sessions;
mod sign_ups;
mod store;
mod triggers;
mod unit_of_work;
mod users;

pub use announcements::{Announcement, Announcements};
pub use database::ensure_database;
pub use error::guarded_field;
pub use migrate::{
    MigrateError, MigrationState, MigrationStatus, QueueStatus, Report, migrate, queue_status, status,
};
pub use options::PgOptions;
pub use pools::Connections;
pub use queue::QueueDepth;
pub use store::PgStore;

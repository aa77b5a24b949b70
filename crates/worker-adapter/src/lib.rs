//! Performs the jobs of the queue.
//!
//! # What this room is
//! A driving adapter, as the HTTP room is one: [`Worker`] has jobs handed over by `graphile_worker`, and gives each to a
//! function that calls one use case. Jobs come at least once; what makes twice harmless is the use case's business.
//!
//! # What it may import
//! `kairo-domain`, `kairo-use-cases`, `graphile_worker`; of sqlx the type of a pool. serde, tokio, metrics, tracing.
//!
//! # What it never does
//! - It sends no SQL of its own, and sees no table but the queue's: its pool belongs to the queue's owner.
//! - It never gives up. Without a database it tries to come back for as long as it takes.
//! - It never cuts a job short. Each runs in a task of its own to its end; one that outlasts the grace period is handed
//!   back, and goes on as long as the process does.
//! - It decides nothing about a job: an error means that it is delivered again, after at most twenty seconds.
//!
//! # How to add one
//! A kind of job is a variant of [`Job`](kairo_domain::Job), a struct in `tasks.rs`, and a line in `Worker::hire`.
//!
//! # Example
//! ```no_run
//! use kairo_domain::Job;
//! use kairo_use_cases::Error;
//! use kairo_worker::{Worker, WorkerSettings};
//!
//! async fn work(pool: sqlx::PgPool, stop: impl Future<Output = ()> + Send + 'static) {
//!     let perform = |job: Job, _| async move {
//!         println!("{} is done", job.key());
//!         Ok::<(), Error>(())
//!     };
//!     Worker::new(pool, WorkerSettings::default()).run(perform, stop).await;
//! }
//! ```

#![deny(missing_docs)]

mod counts;
mod performer;
mod settings;
mod tasks;
mod watched;
mod worker;

pub use settings::WorkerSettings;
pub use worker::Worker;

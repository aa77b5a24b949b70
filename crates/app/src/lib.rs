//! The `kairo` program: configuration, wiring, the server and the command line.
//!
//! # What this room is
//! The composition root. It reads the configuration once, opens the database (an existing one, or a private
//! cluster that it starts itself), wires the studio through the `kairo` facade, and runs one command.
//!
//! # What it may import
//! The `kairo` facade with all features, `kairo-local-postgres`, clap, figment, tokio.
//!
//! # What it never does
//! It decides nothing about leads, users or anything else the studio is about. It is the only room that reads
//! the environment.
//!
//! # How to add one
//! A command is a variant in `cli.rs` and a file in `cli/`. A setting is a documented field in
//! `config/sections.rs` with a default, handed down by `wiring.rs`.
//!
//! # Example
//! ```no_run
//! # async fn example() {
//! // What `main` does: read the arguments, run the command, report what went wrong.
//! let exit_code = kairo_app::run().await;
//! # let _ = exit_code;
//! # }
//! ```

mod background;
mod cli;
pub mod config;
mod database;
mod gauges;
mod keys;
mod secrets;
mod serve;
mod stop;
mod telemetry;
mod upkeep;
mod watch;
mod wiring;
mod work;

pub use cli::run;

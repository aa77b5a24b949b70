//! # What this room is
//!
//! The work behind `cargo xtask sqlx`: makes `crates/postgres-adapter/.sqlx`, the data that let
//! sqlx's macros compile without a database. It is a crate of its own because a server and its
//! client take longer to compile than all the lints of `xtask`.
//!
//! sqlx's macros write one file per statement into the directory `SQLX_OFFLINE_DIR` when they are
//! compiled with a database at hand. So: start a private server, run `src/roles.sql` and then, as
//! the owner of the schema, `migrations/*.sql` in the order of their names; compile the adapter
//! once; compare what was written with what is kept, or put it in its place.
//!
//! # What it may import
//!
//! `kairo-local-postgres` for the server, `sqlx` to run the files.
//!
//! # What it never does
//!
//! - It never depends on `kairo-postgres`, which does not compile before its data exist; the SQL
//!   files are run directly.
//! - It never touches a database that somebody else uses.
//! - It never leaves half of the data: the new directory takes the place of the old one whole.
//!
//! Remaining risk: whether a column can be null is answered by the server's planner for some outer
//! joins, so servers of different major versions could disagree. The kept data then differ, and
//! `--check` says so.
//!
//! # How to add one
//!
//! Another crate with checked statements: give `compile.rs` its package and `server.rs` its schema.
//!
//! # Example
//!
//! ```text
//! cargo xtask sqlx           # after a change of SQL
//! cargo xtask sqlx --check   # exit code 1 when the kept data differ
//! ```

mod command;
mod compile;
mod error;
mod files;
mod server;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    command::Arguments::parse().run()
}

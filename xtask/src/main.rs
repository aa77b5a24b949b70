//! # What this room is
//!
//! The project's own commands, started as `cargo xtask <command>`: the lints that turn the house
//! rules into programs, and `sqlx` and `docs`, which hand
//! over to the crates `xtask-sqlx` and `xtask-docs`.
//!
//! | lint | rule |
//! |---|---|
//! | `rooms` | crates depend only on what the table in `xtask/rooms.toml` lists |
//! | `size` | a file ends after 400 production lines, 600 with its tests |
//! | `ports` | a port has at most 12 methods, is `Send`, and documents its failures |
//! | `names` | no empty words in names, no `mod.rs` |
//! | `tags` | a statement begins with the name of the function that sends it |
//! | `todo` | what is left to do has an issue number |
//! | `words` | committed text names no directory of one person's machine |
//!
//! # What it may import
//!
//! None of our rooms; small crates that read Rust, TOML and cargo's metadata. It must compile
//! quickly, and while every other room is broken, because that is when it is asked.
//!
//! # What it never does
//!
//! - A lint never changes a file.
//! - A lint never stops at the first problem: all of them are printed at once.
//!
//! # How to add one
//!
//! A lint is one file in `src/lint/` with a function from sources (or other plain data) to a
//! `Report`, with a positive and a negative test beside it. Name it in `Lint` (`src/lint.rs`), in
//! the table above and in `CONTRIBUTING.md`.
//!
//! # Example
//!
//! ```text
//! cargo xtask lint              # all of them
//! cargo xtask lint rooms size   # some of them
//! cargo xtask sqlx              # after a change of SQL
//! cargo xtask docs              # after a change of a table that is documented
//! ```

mod command;
mod delegate;
mod error;
mod lint;
mod problem;
mod source;
mod tree;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    command::Xtask::parse().run()
}

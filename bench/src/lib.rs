//! Load scripts against the release build of the program, on a private cluster of its own. Each prints what it measured
//! beside a baseline that ran in the same minute on the same machine, and their ratio; nothing fails by a figure.
//!
//! ```sh
//! cargo build --release && cargo run --release -p kairo-bench --bin account-timing
//! cargo build --release && cargo run --release -p kairo-bench --bin sign-in-load
//! cargo build --release && cargo run --release -p kairo-bench --bin crash-record
//! cargo build --release && cargo run --release -p kairo-bench --bin automations
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a script ends where a step fails, and its output is what it is for"
)]

pub mod automations;
pub mod crash;
mod figures;
mod program;

pub use figures::{Figures, report};
pub use program::{Program, binary};

//! Load scripts, on a private cluster of their own. Each prints what it measured beside a baseline that ran in the same
//! minute on the same machine, and their ratio; nothing fails by a figure. The crash record has no baseline: it counts,
//! and fails when the promise did not hold. Every script says with `--help` what it can be told.
//!
//! ```sh
//! cargo build --release -p kairo-app -p kairo-bench
//! target/release/account-timing
//! target/release/automations
//! target/release/crash-record
//! target/release/flow-check
//! target/release/sign-in-load
//! target/release/waiting-runs
//! ```

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a script ends where a step fails, and its output is what it is for"
)]

pub mod automations;
mod clock;
pub mod crash;
mod database;
mod figures;
mod processes;
mod program;
mod serving;
pub mod waiting;

pub use clock::epoch_seconds;
pub use database::Database;
pub use figures::{Figures, report};
pub use processes::processor_time;
pub use program::Program;
pub use serving::{Serving, binary, command, data_folder};

//! The crash record of automations: 2,000 runs of six nodes go through while workers are killed 500 times and the
//! database is stopped at once 20 times, and then everything is counted. Ends with an exit code of 1 when the promise
//! did not hold.

#![expect(clippy::print_stdout, reason = "a script's output is what it is for")]

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use kairo_bench::crash::{CrashPlan, record};

/// Kills workers and stops the database while runs go through, and counts what became of them.
#[derive(Parser)]
struct Args {
    /// How many runs are fired
    #[arg(default_value_t = 2_000)]
    runs: u32,
    /// How often a worker is killed
    #[arg(default_value_t = 500)]
    kills: u32,
    /// How often the database is stopped at once
    #[arg(default_value_t = 20)]
    stops: u32,
    /// Over how many seconds that is spread; start and end take a minute more
    #[arg(default_value_t = 480)]
    seconds: u64,
    /// Where the order of kills comes from
    #[arg(default_value_t = 20_261_127)]
    seed: u64,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Args { runs, kills, stops, seconds, seed } = Args::parse();
    let plan = CrashPlan {
        runs,
        kills,
        stops,
        during: Duration::from_secs(seconds),
        patience: Duration::from_secs(60),
        stale_ms: Some(1_000),
        seed,
    };
    let report = record(&kairo_bench::binary(), plan, |said| println!("{said}")).await;
    println!("\n{report}");
    if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

//! The crash record of automations: 2,000 runs of six nodes go through while workers are killed 500 times and the
//! database is stopped at once 20 times, and then everything is counted. Ends with an exit code of 1 when the promise
//! did not hold. Arguments, all optional: runs, kills, stops, minutes, seed.

#![expect(clippy::print_stdout, reason = "a script's output is what it is for")]

use std::process::ExitCode;
use std::time::Duration;

use kairo_bench::crash::{CrashPlan, record};

#[tokio::main]
async fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|argument| argument.parse::<u32>());
    let mut number = |usual| numbers.next().and_then(Result::ok).unwrap_or(usual);
    let (runs, kills, stops, minutes) = (number(2_000), number(500), number(20), number(9));
    let plan = CrashPlan {
        runs,
        kills,
        stops,
        during: Duration::from_secs(60 * u64::from(minutes)),
        patience: Duration::from_secs(60),
        stale_ms: Some(1_000),
        seed: number(20_261_127).into(),
    };
    let report = record(&kairo_bench::binary(), plan, |said| println!("{said}")).await;
    println!("\n{report}");
    if report.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

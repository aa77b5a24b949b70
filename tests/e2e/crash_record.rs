//! The crash record in its short form, with the heartbeats that the program ships with.

use std::time::Duration;

use kairo_bench::binary;
use kairo_bench::crash::{CrashPlan, record};

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_nothing_is_lost_and_nothing_is_done_twice() {
    let plan = CrashPlan {
        runs: 120,
        kills: 20,
        stops: 2,
        during: Duration::from_secs(40),
        patience: Duration::from_secs(60),
        stale_ms: None,
        seed: 4,
    };
    let report = record(&binary(), plan, |_| ()).await;
    assert!(report.holds(), "{report}");
}

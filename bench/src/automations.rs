//! How many runs go through, how soon they begin, and what a long history costs.

mod database;
mod studio;

use std::time::{Duration, Instant};

use futures_util::future::join_all;

pub use database::Database;
pub use studio::Automation;

use crate::Figures;

/// What one load came to.
#[derive(Clone, Debug)]
pub struct Load {
    /// How many runs ended well.
    pub runs: u64,
    /// From the first firing to the last end.
    pub took: Duration,
    /// From firing to the first step.
    pub latency: Figures,
}

impl Load {
    /// Runs in a second.
    pub fn rate(&self) -> f64 {
        let runs = u32::try_from(self.runs).unwrap_or(u32::MAX);
        f64::from(runs) / self.took.as_secs_f64()
    }
}

/// Fires as fast as so many senders can, and waits until every run has ended.
pub async fn sustained(database: &Database, automation: &Automation, runs: u32, senders: u32) -> Load {
    let (since, begun) = (database.now().await, Instant::now());
    join_all((0..senders).map(|_| async {
        for _ in 0..runs / senders {
            automation.fire().await;
        }
    }))
    .await;
    finish(database, automation, begun, &since).await
}

/// Fires so often a second, for so long, and waits until every run has ended.
pub async fn paced(database: &Database, automation: &Automation, per_second: u32, seconds: u32) -> Load {
    let (since, begun) = (database.now().await, Instant::now());
    join_all((0..per_second * seconds).map(|run| async move {
        let at = Duration::from_secs(1) * run / per_second;
        tokio::time::sleep(at.saturating_sub(begun.elapsed())).await;
        automation.fire().await;
    }))
    .await;
    finish(database, automation, begun, &since).await
}

async fn finish(database: &Database, automation: &Automation, begun: Instant, since: &str) -> Load {
    while database.open_runs().await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(300), "runs do not come to their end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let took = begun.elapsed();
    let runs = database.ended_since(automation.id(), since).await;
    Load { runs, took, latency: database.latencies(automation.id(), since).await }
}

//! How many runs go through, how soon they begin, and what a long history costs.

mod database;
mod studio;

use std::time::{Duration, Instant};

use futures_util::future::join_all;

pub use studio::Automation;

use crate::{Database, Figures};
use database::Times;

/// How long the runs of a load may take to come to their end.
const PATIENCE: Duration = Duration::from_secs(300);

/// What one load came to.
#[derive(Clone, Debug)]
pub struct Load {
    /// How many runs there were; all of them ended well and left one row each.
    pub runs: u32,
    /// From sending the first delivery to the answer to the last.
    pub answered: Duration,
    /// From sending the first delivery to the commit of the last row.
    pub written: Duration,
    /// From sending the first delivery to the commit of the last end of a run.
    pub ended: Duration,
    /// From sending a delivery to the first step of its run.
    pub first_step: Figures,
    /// From sending a delivery to the commit of the row of its run.
    pub row: Figures,
}

impl Load {
    /// Runs in a second, until their ends are committed.
    pub fn rate(&self) -> f64 {
        self.per_second(self.ended)
    }

    /// How many a second that is, when all of them took so long.
    pub fn per_second(&self, took: Duration) -> f64 {
        f64::from(self.runs) / took.as_secs_f64()
    }
}

/// Fires as fast as so many senders can, and waits until every run has ended.
///
/// # Panics
/// When a run fails, leaves no row or more than one, or does not end.
pub async fn sustained(database: &Database, automation: &Automation, runs: u32, senders: u32) -> Load {
    let (since, begun) = (database.now().await, Instant::now());
    let each = runs / senders;
    let rest = runs % senders;
    join_all((0..senders).map(|sender| async move {
        for _ in 0..each + u32::from(sender < rest) {
            automation.fire().await;
        }
    }))
    .await;
    finish(database, automation, runs, begun.elapsed(), &since).await
}

/// Fires so often a second and so many times in all, and waits until every run has ended.
///
/// # Panics
/// When a run fails, leaves no row or more than one, or does not end.
pub async fn paced(database: &Database, automation: &Automation, per_second: f64, runs: u32) -> Load {
    let (since, begun) = (database.now().await, Instant::now());
    let pause = Duration::from_secs_f64(1.0 / per_second);
    join_all((0..runs).map(|run| async move {
        tokio::time::sleep((pause * run).saturating_sub(begun.elapsed())).await;
        automation.fire().await;
    }))
    .await;
    finish(database, automation, runs, begun.elapsed(), &since).await
}

async fn finish(
    database: &Database,
    automation: &Automation,
    runs: u32,
    answered: Duration,
    since: &str,
) -> Load {
    let begun = Instant::now();
    while database.open_runs(automation.id()).await > 0 {
        assert!(begun.elapsed() < PATIENCE, "runs do not come to their end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let times = database.times(automation.id(), automation.lead(), since).await;
    assert_eq!(times.len(), usize::try_from(runs).unwrap(), "a run failed, or left no row or more than one");
    let span = |from: f64, to: f64| Duration::from_secs_f64((to - from).max(0.0));
    let first = times.iter().map(|times| times.sent).fold(f64::INFINITY, f64::min);
    let last = |of: fn(&Times) -> f64| times.iter().map(of).fold(0.0, f64::max);
    Load {
        runs,
        answered,
        written: span(first, last(|times| times.row)),
        ended: span(first, last(|times| times.end)),
        first_step: times.iter().map(|times| span(times.sent, times.first_step)).collect(),
        row: times.iter().map(|times| span(times.sent, times.row)).collect(),
    }
}

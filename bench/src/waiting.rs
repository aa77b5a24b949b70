//! What runs cost that wait.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::automations::Automation;
use crate::{Database, Program, processor_time};

/// How many deliveries are under way at a time.
const SENDERS: u32 = 16;
/// How long the last runs may take until they wait.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long a machine is left alone before it is measured: what was done before has an aftermath.
const REST: Duration = Duration::from_secs(10);

/// What went on for a while in which nobody asked for anything.
#[derive(Clone, Copy, Debug)]
pub struct Idling {
    /// How many runs waited.
    pub waiting: u64,
    /// For how long it was watched.
    pub during: Duration,
    /// Processor time of the program.
    pub program: Duration,
    /// Processor time of all processes of PostgreSQL.
    pub postgres: Duration,
    /// The most runs that workers had at a time.
    pub claims: u64,
    /// The most jobs that workers had at a time.
    pub locked_jobs: u64,
}

impl Idling {
    /// The share of one core, in thousandths.
    pub fn per_mille(&self, time: Duration) -> f64 {
        1_000.0 * time.as_secs_f64() / self.during.as_secs_f64()
    }
}

/// Fires so many runs, and returns when all of them wait.
///
/// # Panics
/// When some do not come to wait.
pub async fn make_wait(database: &Database, automation: &Automation, runs: u32) {
    join_all((0..SENDERS).map(|sender| async move {
        for _ in (sender..runs).step_by(SENDERS as usize) {
            automation.fire().await;
        }
    }))
    .await;
    let begun = Instant::now();
    while database.waiting_runs().await < u64::from(runs) {
        assert!(begun.elapsed() < PATIENCE, "only {} of {runs} runs wait", database.waiting_runs().await);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Watches the program and its database while nobody asks for anything.
pub async fn idle(database: &Database, program: &Program, during: Duration) -> Idling {
    database.settle().await;
    tokio::time::sleep(REST).await;
    let waiting = database.waiting_runs().await;
    let times = || [program.pid(), database.pid()].map(processor_time);
    let (before, begun) = (times(), Instant::now());
    tokio::time::sleep(during).await;
    let (after, during) = (times(), begun.elapsed());
    let [program, postgres] = [0, 1].map(|at| after[at].saturating_sub(before[at]));
    // After the measure: asking costs something as well.
    let (claims, locked_jobs) = database.most_at_work().await;
    Idling { waiting, during, program, postgres, claims, locked_jobs }
}

impl Database {
    /// How many runs wait for a time that is far away.
    async fn waiting_runs(&self) -> u64 {
        let query = "SELECT count(*) FROM automation_runs
                      WHERE status = 'RUNNING' AND phase = 'WAITING' AND due_at > now() + interval '1 hour'";
        self.count(query, &[]).await
    }

    /// The most runs and the most jobs that workers had at a time, for a second.
    async fn most_at_work(&self) -> (u64, u64) {
        let (mut claims, mut locked) = (0, 0);
        for _ in 0..20 {
            let jobs = "SELECT count(*) FROM graphile_worker._private_jobs WHERE locked_at IS NOT NULL";
            claims = self.count("SELECT count(*) FROM kairo.run_claims", &[]).await.max(claims);
            locked = self.count(jobs, &[]).await.max(locked);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        (claims, locked)
    }
}

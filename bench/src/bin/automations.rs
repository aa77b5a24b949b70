//! Durable runs of three nodes (trigger, transform, a note in the database): how many a second, how soon they begin, and
//! what a history of a million runs costs. Beside them the bare queue. The server, the worker, PostgreSQL with fsync and
//! this script share the machine.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a script ends where a step fails, and prints")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use kairo_bench::automations::{Automation, Database, Load, paced, sustained};
use kairo_bench::{Program, report};
use kairo_postgres::{PgOptions, PgStore};
use kairo_worker::{Worker, WorkerSettings};

/// Runs of one measured load.
const RUNS: u32 = 6_000;
/// Jobs that the bare queue is measured with.
const JOBS: i32 = 40_000;

#[tokio::main]
async fn main() {
    let history: i32 = std::env::args().nth(1).and_then(|runs| runs.parse().ok()).unwrap_or(1_000_000);
    let database = Database::start().await;
    let url = database.url();
    let program = Program::start(&[
        ("DATABASE_URL", url.as_str()),
        ("KAIRO_RATES__HOOKS__REQUESTS", "1000000"),
        ("KAIRO_LOG__FILTER", "error"),
    ])
    .await;
    let automation = Automation::draw(&program).await;
    sustained(&database, &automation, 1_000, 16).await;

    println!(
        "\n{:.1?} to fill a history of 10,000 runs",
        database.fill_history(automation.id(), 10_000).await
    );
    let short = sustained(&database, &automation, RUNS, 16).await;
    tell("sustained, history of 10,000 runs", &short);
    let calm = paced(&database, &automation, 100, 20).await;
    tell("100 runs a second", &calm);
    let idle = paced(&database, &automation, 5, 10).await;
    report("first step at 100 runs a second", &calm.latency, "first step at 5 runs a second", &idle.latency);

    println!(
        "\n{:.1?} to fill a history of {history} runs",
        database.fill_history(automation.id(), history).await
    );
    let long = sustained(&database, &automation, RUNS, 16).await;
    tell(&format!("sustained, history of {history} runs"), &long);
    println!("cost per run, long history to short: {:.3}", short.rate() / long.rate());
    drop(program);

    let bare = bare_queue(&database).await;
    println!(
        "\nthe bare queue: {bare:.0} empty jobs a second; a run costs as much as {:.0}",
        bare / short.rate()
    );
    database.stop().await;
}

fn tell(name: &str, load: &Load) {
    let [p50, p99] = [0.5, 0.99].map(|share| load.latency.quantile(share));
    let (runs, rate) = (load.runs, load.rate());
    println!(
        "{name}: {runs} runs, {rate:.0} a second; from firing to the first step p50 {p50:.1} ms, p99 {p99:.1} ms"
    );
}

/// Empty jobs a second through the same queue with the same settings.
async fn bare_queue(database: &Database) -> f64 {
    database.enqueue_empty_jobs(JOBS).await;
    let store = PgStore::connect(PgOptions::new(database.url())).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let done = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&done);
    let perform = move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        async { Ok(()) }
    };
    let begun = Instant::now();
    let worker = Worker::new(store.queue_pool(), WorkerSettings::default());
    let working = worker.run(perform, async move {
        let _ = stopped.await;
    });
    let watching = async {
        while database.jobs_left().await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let took = begun.elapsed();
        let _ = stop.send(());
        took
    };
    let ((), took) = tokio::join!(working, watching);
    store.close().await;
    f64::from(done.load(Ordering::Relaxed)) / took.as_secs_f64()
}

//! Durable runs of three nodes (trigger, transform, a note in the database): how many a second, how soon they begin, and
//! what a history of a million runs costs. Beside them the bare queue. The server, the worker, PostgreSQL with fsync and
//! this script share the machine.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a script ends where a step fails, and prints")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use kairo_bench::automations::{Automation, Load, paced, sustained};
use kairo_bench::{Database, Program, processor_time, report};
use kairo_postgres::{PgOptions, PgStore};
use kairo_worker::{Worker, WorkerSettings};

/// Runs of one measured load.
const RUNS: u32 = 6_000;
/// Jobs that the bare queue is measured with.
const JOBS: i32 = 40_000;

/// How many runs go through, how soon they begin, and what a long history costs.
#[derive(Parser)]
struct Args {
    /// How many runs the long history has
    #[arg(default_value_t = 1_000_000)]
    history: i32,
    /// The load that `bench/n8n/run` puts on n8n instead, with the same figures
    #[arg(long)]
    like_n8n: bool,
    /// How many runs are fired as fast as they go, of the load that n8n gets
    #[arg(long, default_value_t = 500, requires = "like_n8n")]
    runs: u32,
    /// Over how many connections, of the load that n8n gets
    #[arg(long, default_value_t = 8, requires = "like_n8n")]
    senders: u32,
}

#[tokio::main]
async fn main() {
    let Args { history, like_n8n, runs, senders } = Args::parse();
    let database = Database::start().await;
    let program = Program::unlimited(&database).await;
    let automation = Automation::draw(&program).await;
    if like_n8n {
        as_n8n_is_measured(&database, &program, &automation, [runs, senders]).await;
    } else {
        let short = measure(&database, &automation, history).await;
        // The queue is alone.
        drop(program);
        let bare = bare_queue(&database).await;
        println!(
            "\nthe bare queue: {bare:.0} empty jobs a second; a run costs as much as {:.0}",
            bare / short.rate()
        );
    }
    println!("{} deliveries were sent again, since the program was busy", automation.repeated());
    database.stop().await;
}

/// What `bench/n8n/measure.mjs` does and prints: 50 runs to warm up, many as fast as they go, 100 at a quarter of the rate
/// that came out.
async fn as_n8n_is_measured(
    database: &Database,
    program: &Program,
    automation: &Automation,
    [runs, senders]: [u32; 2],
) {
    sustained(database, automation, 50, senders).await;
    let times = || [program.pid(), database.pid()].map(processor_time);
    let before = times();
    let burst = sustained(database, automation, runs, senders).await;
    let after = times();
    let rate = burst.per_second(burst.written);
    let calm = paced(database, automation, rate / 4.0, 100).await;
    let [p50, p99] = [0.5, 0.99].map(|share| burst.row.quantile(share));
    let [paced_p50, paced_p99] = [0.5, 0.99].map(|share| calm.row.quantile(share));
    let cpu = |at: usize| 1_000.0 * (after[at] - before[at]).as_secs_f64() / f64::from(burst.runs);
    println!(
        "kairo runs_per_second={rate:.1} p50_ms={p50:.0} p99_ms={p99:.0} saved_per_second={:.1} answered_per_second={:.1} \
         paced_p50_ms={paced_p50:.0} paced_p99_ms={paced_p99:.0} kairo_cpu_ms_per_run={:.1} postgres_cpu_ms_per_run={:.1}",
        burst.rate(),
        burst.per_second(burst.answered),
        cpu(0),
        cpu(1),
    );
}

/// The loads with a short and a long history; the first is handed back.
async fn measure(database: &Database, automation: &Automation, history: i32) -> Load {
    sustained(database, automation, 1_000, 16).await;
    fill(database, automation, 10_000).await;
    let short = sustained(database, automation, RUNS, 16).await;
    tell("sustained, history of 10,000 runs", &short);
    let calm = paced(database, automation, 100.0, 2_000).await;
    tell("100 runs a second", &calm);
    let idle = paced(database, automation, 5.0, 50).await;
    report(
        "first step at 100 runs a second",
        &calm.first_step,
        "first step at 5 runs a second",
        &idle.first_step,
    );
    fill(database, automation, history).await;
    let long = sustained(database, automation, RUNS, 16).await;
    tell(&format!("sustained, history of {history} runs"), &long);
    println!("cost per run, long history to short: {:.3}", short.rate() / long.rate());
    short
}

async fn fill(database: &Database, automation: &Automation, runs: i32) {
    let took = database.fill_history(automation.id(), runs).await;
    println!("\n{took:.1?} to fill a history of {runs} runs");
}

fn tell(name: &str, load: &Load) {
    let [p50, p99] = [0.5, 0.99].map(|share| load.first_step.quantile(share));
    let (runs, rate) = (load.runs, load.rate());
    println!(
        "{name}: {runs} runs, {rate:.0} a second; from sending to the first step p50 {p50:.1} ms, p99 {p99:.1} ms"
    );
}

/// Empty jobs a second through the same queue with the same settings.
async fn bare_queue(database: &Database) -> f64 {
    database.enqueue_empty_jobs(JOBS).await;
    let store = PgStore::connect(PgOptions::new(database.url())).await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let done = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&done);
    let perform = move |_, _| {
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
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let took = begun.elapsed();
        let _ = stop.send(());
        took
    };
    let ((), took) = tokio::join!(working, watching);
    store.close().await;
    f64::from(done.load(Ordering::Relaxed)) / took.as_secs_f64()
}

//! What runs cost that wait: the processor time of the program and of all of PostgreSQL while 10,000 runs wait for a day,
//! beside that while none does, in the same process; how many runs and jobs workers have meanwhile; and how soon fresh
//! runs begin beside them.

#![expect(clippy::print_stdout, reason = "a script's output is what it is for")]

use std::time::{Duration, Instant};

use clap::Parser;
use kairo_bench::automations::{Automation, paced};
use kairo_bench::waiting::{Idling, idle, make_wait};
use kairo_bench::{Database, Figures, Program, report};

/// What runs cost that wait, beside the same program without them.
#[derive(Parser)]
struct Args {
    /// How many runs wait; all of them are started over the API
    #[arg(long, default_value_t = 10_000)]
    runs: u32,
    /// For how many seconds each state is watched
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// How many fresh runs are fired in each state, five a second
    #[arg(long, default_value_t = 50)]
    fresh: u32,
}

#[tokio::main]
async fn main() {
    let Args { runs, seconds, fresh } = Args::parse();
    let database = Database::start().await;
    let program = Program::unlimited(&database).await;
    let during = Duration::from_secs(seconds);
    let lively = Automation::draw(&program).await;
    let patient = Automation::draw_waiting(&program).await;
    fire(&database, &lively, fresh).await;

    let baseline = idle(&database, &program, during).await;
    let alone = fire(&database, &lively, fresh).await;
    let begun = Instant::now();
    make_wait(&database, &patient, runs).await;
    println!(
        "{:.1?} until {runs} runs were started and waited; {} deliveries were sent again",
        begun.elapsed(),
        patient.repeated()
    );
    let crowded = idle(&database, &program, during).await;
    let beside = fire(&database, &lively, fresh).await;

    tell(&baseline, &crowded);
    println!("\nfrom sending a delivery to the first step of its run");
    let [many, none] = [&crowded, &baseline].map(|idling| format!("{} runs wait", idling.waiting));
    report(&many, &beside, &none, &alone);
    drop(program);
    database.stop().await;
}

/// How soon fresh runs begin.
async fn fire(database: &Database, automation: &Automation, runs: u32) -> Figures {
    paced(database, automation, 5.0, runs).await.first_step
}

fn tell(baseline: &Idling, crowded: &Idling) {
    println!(
        "\n{:<14} {:>24} {:>24} {:>12} {:>12}",
        "runs waiting", "program, ‰ of a core", "PostgreSQL, ‰ of a core", "runs taken", "jobs taken"
    );
    for idling in [baseline, crowded] {
        let [program, postgres] = [idling.program, idling.postgres].map(|time| idling.per_mille(time));
        let Idling { waiting, claims, locked_jobs, .. } = idling;
        println!("{waiting:<14} {program:>24.2} {postgres:>24.2} {claims:>12} {locked_jobs:>12}");
    }
    let [before, after] =
        [baseline, crowded].map(|idling| idling.per_mille(idling.program + idling.postgres));
    println!("difference {:.2} ‰ of a core, ratio {:.3}", after - before, after / before);
}

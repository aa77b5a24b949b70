//! What other requests feel of 200 parallel sign-ins: a list of leads and the health page are asked again and again,
//! alone at first, then while 200 sign-ins are sent at once, and 200 more as soon as all of them are answered.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a script ends where a step fails, and says what it saw"
)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use futures_util::future::join_all;
use kairo_bench::{Figures, Program, report};
use tokio::time::sleep;

const SIGN_INS: u32 = 200;
const FOR: Duration = Duration::from_secs(10);
/// Between two probes: they measure, they are no load.
const PAUSE: Duration = Duration::from_millis(5);

/// What other requests feel of 200 parallel sign-ins.
#[derive(Parser)]
struct Args {}

#[tokio::main]
async fn main() {
    Args::parse();
    // The limit of sign-ins for each address is raised, or the server would refuse nearly all of them at no cost.
    let settings = [
        ("KAIRO_RATES__AUTH", "{requests=1000000,seconds=1}"),
        ("KAIRO_RATES__USER", "{requests=1000000,seconds=1}"),
    ];
    let program = Program::start(&settings).await;
    let token = program.token("TEAM").await;
    for path in ["/leads?limit=10", "/me"] {
        let stop = AtomicBool::new(false);
        let baseline = probe(&program, path, &token, &stop).await;
        let (loaded, answers) = tokio::join!(
            async {
                let figures = probe(&program, path, &token, &stop).await;
                stop.store(true, Ordering::Relaxed);
                figures
            },
            sign_in_all(&program, &stop),
        );
        println!("\nGET {path}");
        report("during 200 parallel sign-ins", &loaded, "alone", &baseline);
        println!("answers to the sign-ins: {answers:?}");
    }
}

/// Asks for a path again and again, and tells how long each answer took.
async fn probe(program: &Program, path: &str, token: &str, stop: &AtomicBool) -> Figures {
    let mut figures = Figures::default();
    let started = Instant::now();
    while started.elapsed() < FOR && !stop.load(Ordering::Relaxed) {
        let asked = Instant::now();
        let answer = program.http.get(program.api(path)).bearer_auth(token).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.bytes().await.unwrap();
        figures.add(asked.elapsed());
        sleep(PAUSE).await;
    }
    figures
}

/// Sends 200 sign-ins at once, again and again, and counts the answers; every refusal has to say when to come back.
async fn sign_in_all(program: &Program, stop: &AtomicBool) -> BTreeMap<String, u32> {
    let (email, password) = program.account("CLIENT");
    let mut answers = BTreeMap::<String, u32>::new();
    while !stop.load(Ordering::Relaxed) {
        let all = join_all((0..SIGN_INS).map(|at| program.sign_in(&email, &password, at).send())).await;
        for answer in all {
            let answer = answer.unwrap();
            let (status, retry) = (answer.status(), answer.headers().contains_key("retry-after"));
            assert!(status.is_success() || retry, "{status} without Retry-After");
            let what = format!("{status}{}", if retry { " with Retry-After" } else { "" });
            *answers.entry(what).or_default() += 1;
        }
    }
    answers
}

//! Whether the time of an answer tells that an address has an account: 60 pairs of sign-ins, sign-ups and forgotten
//! passwords, with a known and with an unknown address in turn, one at a time.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a script ends where a step fails, and says what it saw"
)]

use std::time::Instant;

use clap::Parser;
use kairo_bench::{Figures, Program, report};
use reqwest::{RequestBuilder, StatusCode};
use serde_json::json;

const PAIRS: u32 = 60;

/// Whether the time of an answer tells that an address has an account.
#[derive(Parser)]
struct Args {}

#[tokio::main]
async fn main() {
    Args::parse();
    // Every try comes from another address, so neither the limits nor the wait after failures get in the way.
    let program = Program::start(&[("KAIRO_SERVER__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]")]).await;
    let (known, password) = program.account("TEAM");
    let mut addresses = 1_u32;
    let mut next = move || {
        addresses += 1;
        addresses
    };

    let (mut unknown, mut wrong) = (Figures::default(), Figures::default());
    for at in 0..PAIRS {
        // A right password now and then clears the count of failures of the account.
        if at % 2 == 0 {
            let answer = program.sign_in(&known, &password, next()).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
        }
        let nobody = format!("nobody-{at}@kairo.example");
        let asked = |email: &str, address| program.sign_in(email, "not the password at all", address);
        let requests = (asked(&nobody, next()), asked(&known, next()));
        measure(at, requests, StatusCode::UNAUTHORIZED, &mut unknown, &mut wrong).await;
    }
    println!("\nsign-ins that are refused");
    report("unknown address", &unknown, "wrong password", &wrong);

    for (path, what) in [("/auth/signup", "sign-ups"), ("/auth/password/forgot", "forgotten passwords")] {
        let (mut unknown, mut taken) = (Figures::default(), Figures::default());
        for at in 0..PAIRS {
            let body = |email: &str| match path {
                "/auth/signup" => json!({"email": email, "password": "violet tractor hums"}),
                _ => json!({"email": email}),
            };
            let nobody = format!("somebody-{at}@kairo.example");
            let asked = |email: &str, address| {
                program.coming_from(program.http.post(program.api(path)), address).json(&body(email))
            };
            let requests = (asked(&nobody, next()), asked(&known, next()));
            measure(at, requests, StatusCode::ACCEPTED, &mut unknown, &mut taken).await;
        }
        println!("\n{what}");
        report("unknown address", &unknown, "known address", &taken);
    }
}

/// Sends a pair. Each kind comes first as often as second: what went before leaves traces in caches and in the disk's
/// queue.
async fn measure(
    at: u32,
    (one, other): (RequestBuilder, RequestBuilder),
    expected: StatusCode,
    ones: &mut Figures,
    others: &mut Figures,
) {
    if at % 4 < 2 {
        ones.add(timed(one, expected).await);
        others.add(timed(other, expected).await);
    } else {
        others.add(timed(other, expected).await);
        ones.add(timed(one, expected).await);
    }
}

async fn timed(request: RequestBuilder, expected: StatusCode) -> std::time::Duration {
    let started = Instant::now();
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), expected);
    answer.bytes().await.unwrap();
    started.elapsed()
}

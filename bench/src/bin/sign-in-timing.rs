//! Whether the time of a refused sign-in tells that an address has an account: 60 tries with an unknown address and 60
//! with a wrong password, in turn, one at a time.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a script ends where a step fails, and says what it saw"
)]

use std::time::Instant;

use kairo_bench::{Figures, Program, report};
use reqwest::StatusCode;

const TRIES: u32 = 60;

#[tokio::main]
async fn main() {
    // Every try comes from another address, so neither the limits nor the wait after failures get in the way.
    let program = Program::start(&[("KAIRO_SERVER__TRUSTED_PROXIES", "[\"127.0.0.1/32\"]")]).await;
    let (email, password) = program.account("TEAM");
    let (mut unknown, mut wrong) = (Figures::default(), Figures::default());
    for at in 0..TRIES {
        // A right password now and then clears the count of failures of the account.
        if at % 2 == 0 {
            let answer = program.sign_in(&email, &password, 1_000 + at).send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK);
        }
        // Each kind comes first as often as second: what went before leaves traces in caches and in the disk's queue.
        let nobody = format!("nobody-{at}@kairo.example");
        if at % 4 < 2 {
            unknown.add(refused(&program, &nobody, 2_000 + at).await);
            wrong.add(refused(&program, &email, 3_000 + at).await);
        } else {
            wrong.add(refused(&program, &email, 3_000 + at).await);
            unknown.add(refused(&program, &nobody, 2_000 + at).await);
        }
    }
    println!("sign-ins that are refused, one at a time");
    report("unknown address", &unknown, "wrong password", &wrong);
}

async fn refused(program: &Program, email: &str, address: u32) -> std::time::Duration {
    let started = Instant::now();
    let answer = program.sign_in(email, "not the password at all", address).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    answer.bytes().await.unwrap();
    started.elapsed()
}

//! `DATABASE_URL`: the program on a server that somebody else runs.

use futures_util::future::join_all;
use kairo_testkit::postgres::ephemeral_database;
use reqwest::StatusCode;

use crate::program::{Place, stderr, stdout};

#[tokio::test]
async fn an_operator_migrates_makes_an_admin_and_serves() {
    let database = ephemeral_database().await;
    let place = Place::on_database(database.url());

    let status = place.run(&["migrate", "status"]).await;
    assert!(stdout(&status).contains("pending"), "{}", stderr(&status));
    let planned = place.run(&["migrate", "up", "--dry-run"]).await;
    assert!(stdout(&planned).contains("would apply 0001"), "{}", stderr(&planned));
    let applied = place.run(&["migrate"]).await;
    assert!(applied.status.success(), "{}", stderr(&applied));
    let status = place.run(&["migrate", "status"]).await;
    assert!(!stdout(&status).contains("pending"), "{}", stdout(&status));

    let made = place.run(&["user", "create-admin", "--email", "ada@example.com", "--name", "Ada"]).await;
    assert!(made.status.success(), "{}", stderr(&made));
    let password = stdout(&made).lines().last().unwrap().replace("password: ", "");
    let again = place.run(&["user", "create-admin", "--email", "Ada@example.com"]).await;
    assert!(!again.status.success());
    assert!(stderr(&again).contains("email is in use already"), "{}", stderr(&again));

    let program = place.serve(&[]).await;
    let token = program.token("ada@example.com", &password).await;
    assert_eq!(program.get("/me", &token).await.status(), StatusCode::OK);

    let reset = place.run(&["user", "reset-password", "--email", "ada@example.com"]).await;
    let renewed = stdout(&reset).lines().last().unwrap().replace("password: ", "");
    assert_ne!(renewed, password);
    program.token("ada@example.com", &renewed).await;
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn ten_programs_may_start_at_once() {
    let database = ephemeral_database().await;
    let place = Place::on_database(database.url());
    let starts = (0..10).map(|_| place.run(&["migrate"]));
    let mut applied = 0;
    for done in join_all(starts).await {
        assert!(done.status.success(), "{}", stderr(&done));
        applied += usize::from(!stdout(&done).contains("up to date"));
    }
    assert_eq!(applied, 1, "exactly one of them applies the migrations");
}

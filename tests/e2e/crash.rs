//! `kill -9` and start again.

use reqwest::StatusCode;

use crate::program::{Place, body};

#[tokio::test]
async fn a_killed_program_leaves_nothing_broken_and_nothing_lost() {
    let place = Place::new();
    let program = place.serve(&["--demo"]).await;
    let id = body(program.capture("Katherine Johnson").await).await["id"].clone();
    program.kill().await;

    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let list = body(program.get("/leads", &team).await).await;
    assert_eq!(list["data"][0]["id"], id);
    assert_eq!(program.capture("Another").await.status(), StatusCode::CREATED);
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn two_programs_share_one_private_database() {
    let place = Place::new();
    let first = place.serve(&["--demo"]).await;
    let second = place.serve(&[]).await;
    let id = body(first.capture("Hedy Lamarr").await).await["id"].clone();
    // A token of one holds on the other: they share the key too.
    let team = first.demo_token("TEAM").await;
    assert_eq!(first.stop().await, Some(0));
    let list = body(second.get("/leads", &team).await).await;
    assert_eq!(list["data"][0]["id"], id);
    assert_eq!(second.stop().await, Some(0));
}

#[tokio::test]
async fn a_stop_during_the_start_leaves_no_server_behind() {
    let place = Place::new();
    assert_eq!(place.stop_when_it_logs("the private database runs").await, Some(0));
    let cluster = place.folder.path().join(".kairo/postgres/pgdata");
    assert!(cluster.join("PG_VERSION").is_file());
    assert!(!cluster.join("postmaster.pid").exists());
    // What was begun is whole: the next start goes on from it.
    assert_eq!(place.serve(&["--demo"]).await.stop().await, Some(0));
}

//! What goes wrong with clusters that stay, and what is said about it.

use std::net::TcpListener;

use kairo_local_postgres::{Cluster, Error};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::{Place, ask, is_listening, run};

#[tokio::test]
async fn a_killed_postmaster_recovers() {
    let mut place = Place::new();
    let cluster = place.start().await;
    run(&cluster, "create table kept as select 'committed'::text as word").await;
    let pid = cluster.pid();
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    drop(cluster);
    let recovered = place.start().await;
    assert_ne!(recovered.pid(), pid);
    assert_eq!(ask(&recovered, "select word from kept").await, "committed");
    recovered.stop().await.unwrap();
}

#[tokio::test]
async fn stopping_what_is_dead_already_is_no_error() {
    let mut place = Place::new();
    let cluster = place.start().await;
    let (pid, port) = (cluster.pid(), cluster.port());
    kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap();
    crate::support::eventually("the port is closed", || !is_listening(port)).await;
    cluster.stop().await.unwrap();
    place.start().await.stop().await.unwrap();
}

#[tokio::test]
async fn a_pid_file_that_names_a_stranger_does_not_stop_a_start() {
    let mut place = Place::new();
    place.start().await.stop().await.unwrap();
    let pgdata = place.pgdata();
    let pid_file = pgdata.join("postmaster.pid");
    let text = format!(
        "{}\n{}\n1763800000\n1\n\n127.0.0.1\n  1 1\nready   \n",
        std::process::id(),
        pgdata.display()
    );
    std::fs::write(pid_file, text).unwrap();
    place.start().await.stop().await.unwrap();
}

#[tokio::test]
async fn a_port_that_was_taken_meanwhile_is_changed() {
    let mut place = Place::new();
    let cluster = place.start().await;
    let port = cluster.port();
    cluster.stop().await.unwrap();
    let _intruder = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let cluster = place.start().await;
    assert_ne!(cluster.port(), port);
    assert_eq!(ask(&cluster, "select 'up'").await, "up");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn data_of_another_major_version_are_refused() {
    let mut place = Place::new();
    place.start().await.stop().await.unwrap();
    std::fs::write(place.pgdata().join("PG_VERSION"), "14\n").unwrap();
    let error = Cluster::start(place.options()).await.unwrap_err();
    assert!(matches!(&error, Error::OtherMajor { initialised_by, .. } if initialised_by == "14"), "{error}");
}

#[tokio::test]
async fn a_lost_password_is_not_replaced() {
    let mut place = Place::new();
    place.start().await.stop().await.unwrap();
    std::fs::remove_file(place.password_file()).unwrap();
    let error = Cluster::start(place.options()).await.unwrap_err();
    assert!(matches!(error, Error::PasswordMissing { .. }), "{error}");
    assert!(!place.password_file().exists());
}

#[tokio::test]
async fn another_clusters_password_is_refused() {
    let mut place = Place::new();
    let cluster = place.start().await;
    std::fs::write(place.password_file(), "0123456789abcdef\n").unwrap();
    let error = Cluster::start(place.options()).await.unwrap_err();
    assert!(matches!(error, Error::PasswordRefused { .. }), "{error}");
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_does_not_start_is_quoted() {
    let place = Place::new();
    let mut options = place.options();
    options.settings.push(("shared_buffers".to_owned(), "a lot".to_owned()));
    let error = Cluster::start(options).await.unwrap_err();
    assert!(matches!(&error, Error::NotStarted { log, .. } if log.contains("invalid value")), "{error}");
}

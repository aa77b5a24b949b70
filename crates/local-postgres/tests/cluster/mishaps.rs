//! What goes wrong with clusters that stay, and what is said about it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use kairo_local_postgres::{Cluster, Error, Options};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::support::{Place, ask, eventually, is_listening, run};

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
    eventually("the port is closed", || !is_listening(port)).await;
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
async fn what_a_killed_first_start_left_is_cleared_away() {
    let mut place = Place::new();
    let home = place.root().join("data");
    std::fs::create_dir_all(home.join("pgdata.new-old/base")).unwrap();
    std::fs::write(home.join("initdb-password-old"), "old").unwrap();
    std::fs::set_permissions(&home, PermissionsExt::from_mode(0o711)).unwrap();
    let cluster = place.start().await;
    assert!(!is_in_the_making(&home) && !home.join("initdb-password-old").exists());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_first_start_that_is_killed_does_not_spoil_the_next() {
    let mut place = Place::new();
    let mut starter = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "mishaps::starts_where_its_input_says", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    starter.stdin.take().unwrap().write_all(place.root().as_os_str().as_encoded_bytes()).unwrap();
    let home = place.root().join("data");
    eventually("initdb has begun", || is_in_the_making(&home)).await;
    starter.kill().unwrap();
    starter.wait().unwrap();
    // Its initdb lives on and writes.
    let cluster = place.start().await;
    assert_eq!(ask(&cluster, "select 'up'").await, "up");
    cluster.stop().await.unwrap();
}

#[tokio::test]
#[ignore = "the process that another test starts and kills"]
async fn starts_where_its_input_says() {
    let mut root = String::new();
    std::io::stdin().read_to_string(&mut root).unwrap();
    if root.is_empty() {
        return;
    }
    let root = Path::new(&root);
    let _ = Cluster::start(Options::new(root.join("data"), root.join("secrets"))).await;
    std::future::pending::<()>().await;
}

fn is_in_the_making(home: &Path) -> bool {
    let entries = home.read_dir().into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().as_encoded_bytes().starts_with(b"pgdata.new-"))
}

#[tokio::test]
async fn a_long_log_is_put_aside() {
    let mut place = Place::new();
    place.start().await.stop().await.unwrap();
    let log = place.pgdata().join("server.log");
    std::fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(9 << 20).unwrap();
    let cluster = place.start().await;
    assert!(log.metadata().unwrap().len() < 1 << 20);
    assert!(place.pgdata().join("server.log.1").exists());
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

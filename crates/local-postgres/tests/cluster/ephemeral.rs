//! A cluster that goes with its process.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use kairo_local_postgres::{Cluster, EphemeralOptions, Options, Stopped};
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::support::{ask, connect_with, eventually, is_listening, search};

fn options() -> EphemeralOptions {
    EphemeralOptions { binaries: search(), ..EphemeralOptions::default() }
}

#[tokio::test]
async fn it_answers_asks_for_a_password_and_is_gone_after_stop() {
    let cluster = Cluster::ephemeral(options()).await.unwrap();
    for (question, answer) in [
        ("show fsync", "off"),
        ("show synchronous_commit", "off"),
        ("show full_page_writes", "off"),
        ("show listen_addresses", "127.0.0.1"),
        ("show unix_socket_directories", ""),
    ] {
        assert_eq!(ask(&cluster, question).await, answer, "{question}");
    }
    assert!(connect_with(&cluster, "wrong").await.is_err());
    let (dir, port) = (cluster.data_dir().to_path_buf(), cluster.port());
    assert_eq!(cluster.stop().await.unwrap(), Stopped::Down);
    assert!(!dir.exists());
    assert!(!is_listening(port));
}

#[tokio::test]
async fn a_dropped_one_goes_by_itself() {
    let cluster = Cluster::ephemeral(options()).await.unwrap();
    let (dir, port) = (cluster.data_dir().to_path_buf(), cluster.port());
    drop(cluster);
    eventually("the folder is gone", || !dir.exists()).await;
    assert!(!is_listening(port));
}

#[test]
fn it_can_be_shared_by_threads_and_runtimes() {
    fn is_shareable<T: Send + Sync + 'static>() {}
    fn is_sendable<T: Send>(_: &T) {}
    is_shareable::<Cluster>();
    is_sendable(&Cluster::ephemeral(options()));
    is_sendable(&Cluster::start(Options::new("data", "secrets")));
}

#[tokio::test]
async fn two_are_strangers_to_each_other() {
    let (one, two) = tokio::join!(Cluster::ephemeral(options()), Cluster::ephemeral(options()));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_ne!(one.port(), two.port());
    assert_ne!(one.data_dir(), two.data_dir());
    one.stop().await.unwrap();
    assert_eq!(ask(&two, "select 'up'").await, "up");
    two.stop().await.unwrap();
}

#[tokio::test]
async fn it_goes_when_its_process_is_killed() {
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "ephemeral::holds_a_cluster_until_its_input_ends", "--ignored", "--nocapture"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .process_group(0)
        .spawn()
        .unwrap();
    let lines = BufReader::new(holder.stdout.take().unwrap()).lines().map(Result::unwrap);
    // The harness prints the test's name on the same line, so what matters is found by its mark.
    let told: Vec<String> =
        lines.filter_map(|line| Some(line.split_once("holding ")?.1.to_owned())).take(1).collect();
    let mut told = told[0].split(' ');
    let pid: i32 = told.next().unwrap().parse().unwrap();
    let port: u16 = told.next().unwrap().parse().unwrap();
    let dir = PathBuf::from(told.next().unwrap());
    assert!(dir.exists() && is_listening(port));

    // The whole group, as a terminal or a test runner does it: only what left the group survives.
    killpg(Pid::from_raw(holder.id().try_into().unwrap()), Signal::SIGKILL).unwrap();
    holder.wait().unwrap();
    eventually("the folder is gone", || !dir.exists()).await;
    eventually("the port is closed", || !is_listening(port)).await;
    eventually("the server is gone", || is_dead(pid)).await;
}

/// Dead, or dead and not yet waited for by the first process of the machine.
fn is_dead(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None).is_err()
        || std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| stat.contains(") Z "))
}

#[tokio::test]
#[ignore = "the process that another test starts and kills"]
async fn holds_a_cluster_until_its_input_ends() {
    let cluster = Cluster::ephemeral(options()).await.unwrap();
    println!("holding {} {} {}", cluster.pid(), cluster.port(), cluster.data_dir().display());
    let mut rest = Vec::new();
    std::io::stdin().read_to_end(&mut rest).unwrap();
    cluster.stop().await.unwrap();
}

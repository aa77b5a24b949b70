//! A cluster that stays.

use std::time::Instant;

use kairo_local_postgres::{Cluster, Stopped};
use nix::unistd::geteuid;

use crate::support::{Place, ask, connect_with, is_listening, mode, run};

#[tokio::test]
async fn it_answers_on_tcp_and_refuses_a_wrong_password() {
    let mut place = Place::new();
    let cluster = place.start().await;
    assert_eq!(ask(&cluster, "select current_user::text").await, "kairo_root");
    let refusal = connect_with(&cluster, "wrong").await.unwrap_err();
    let code = refusal.as_database_error().and_then(|error| error.code().map(|code| code.into_owned()));
    assert_eq!(code.as_deref(), Some("28P01"), "{refusal}");
    assert_eq!(cluster.stop().await.unwrap(), Stopped::Down);
}

#[tokio::test]
async fn it_listens_on_loopback_only_and_is_durable() {
    let mut place = Place::new();
    let cluster = place.start().await;
    for (question, answer) in [
        ("show listen_addresses", "127.0.0.1"),
        ("show unix_socket_directories", ""),
        ("show fsync", "on"),
        ("show timezone", "UTC"),
        ("show server_encoding", "UTF8"),
        ("show password_encryption", "scram-sha-256"),
        ("show max_connections", "100"),
        ("show shared_buffers", "128MB"),
        ("show log_checkpoints", "off"),
        ("show data_checksums", "on"),
    ] {
        assert_eq!(ask(&cluster, question).await, answer, "{question}");
    }
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_start_is_quick_and_finds_the_data_and_the_port() {
    let mut place = Place::new();
    let first = place.start().await;
    run(&first, "create table kept (word text)").await;
    run(&first, "insert into kept values ('still here')").await;
    let (port, url) = (first.port(), first.url("postgres"));
    first.stop().await.unwrap();
    assert!(!is_listening(port));

    let begin = Instant::now();
    let second = place.start().await;
    let took = begin.elapsed();
    println!("second start: {took:?}");
    assert!(took.as_secs() < 5, "{took:?}");
    assert_eq!(ask(&second, "select word from kept").await, "still here");
    assert_eq!(second.url("postgres"), url);
    second.stop().await.unwrap();
}

#[tokio::test]
async fn an_abandoned_server_is_taken_over() {
    let mut place = Place::new();
    let abandoned = place.start().await;
    let (pid, port) = (abandoned.pid(), abandoned.port());
    drop(abandoned);
    let taken_over = place.start().await;
    assert_eq!((taken_over.pid(), taken_over.port()), (pid, port));
    assert_eq!(taken_over.stop().await.unwrap(), Stopped::Down);
}

#[tokio::test]
async fn the_last_of_two_holders_stops_the_server() {
    let mut place = Place::new();
    let first = place.start().await;
    let second = place.start().await;
    assert_eq!(first.pid(), second.pid());
    assert_eq!(first.stop().await.unwrap(), Stopped::LeftToOthers);
    assert_eq!(ask(&second, "select 'up'").await, "up");
    let port = second.port();
    assert_eq!(second.stop().await.unwrap(), Stopped::Down);
    assert!(!is_listening(port));
}

#[tokio::test]
async fn two_first_starts_at_once_share_one_server() {
    let mut place = Place::new();
    let (one, two) = tokio::join!(Cluster::start(place.options()), Cluster::start(place.options()));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.pid(), two.pid());
    one.stop().await.unwrap();
    assert_eq!(two.stop().await.unwrap(), Stopped::Down);
    place.start().await.stop().await.unwrap();
}

#[tokio::test]
async fn secrets_and_data_are_private() {
    let mut place = Place::new();
    let cluster = place.start().await;
    assert_eq!(mode(&place.password_file()), 0o600);
    assert_eq!(mode(&place.root().join("secrets")), 0o700);
    assert_eq!(mode(&place.pgdata()), 0o700);
    let password = std::fs::read_to_string(place.password_file()).unwrap();
    assert_eq!(password.trim().len(), 64);
    assert!(!format!("{cluster:?}").contains(password.trim()));
    let left = std::fs::read_dir(cluster.data_dir()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut left: Vec<_> = left.map(|name| name.into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["pgdata", "port", "start.lock", "use.lock"]);
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn missing_folders_with_odd_names_are_made_where_they_were_asked_for() {
    let mut place = Place::new();
    let mut options = place.options();
    options.data_dir = place.root().join("new/o'd\"d $HOME `id`/data");
    options.secrets_dir = place.root().join("new/o'd\"d $HOME `id`/secrets");
    let cluster = Cluster::start(options.clone()).await.unwrap();
    assert_eq!(cluster.data_dir(), options.data_dir);
    place.found_at(cluster.data_dir());
    cluster.stop().await.unwrap();
}

#[tokio::test]
async fn a_folder_the_server_cannot_reach_is_moved_and_found_again() {
    if !geteuid().is_root() {
        println!("skipped: only root's clusters are moved");
        return;
    }
    let mut place = Place::private();
    let cluster = place.start().await;
    let real = cluster.data_dir().to_path_buf();
    assert!(real.starts_with("/var/lib/kairo"), "{}", real.display());
    assert!(!place.root().join("data").exists());
    cluster.stop().await.unwrap();
    // Reachable now, but the data are there and not here.
    std::fs::set_permissions(place.root(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    let again = place.start().await;
    assert_eq!(again.data_dir(), real);
    again.stop().await.unwrap();
}

//! A database that goes away takes no job and no worker with it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kairo_postgres::{PgOptions, PgStore};
use kairo_testkit::chaos::ChaosProxy;
use kairo_worker::{Worker, WorkerSettings};
use tokio::sync::{mpsc, oneshot};

use crate::support::{World, brisk, next, soon};

const END_THE_QUEUE_S: &str = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'kairo'";

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_ended_cost_no_job() {
    let world = World::new().await;
    let settings = WorkerSettings { prefetch: 3, ..brisk() };
    let done = Arc::new(Mutex::new(BTreeSet::new()));
    let noted = Arc::clone(&done);
    let worker = world.worker(settings, move |job| {
        noted.lock().unwrap().insert(job);
        async { Ok(()) }
    });
    for round in 0..8 {
        world.enqueue(round * 50..(round + 1) * 50).await;
        world.execute(END_THE_QUEUE_S).await;
    }
    world.until_empty().await;
    worker.stop().await;
    assert_eq!(done.lock().unwrap().iter().copied().collect::<Vec<_>>(), (0..400).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_database_that_was_away_for_a_while_is_worked_on_again() {
    let world = World::new().await;
    let (_, rest) = world.database.url().split_once('@').unwrap();
    let (address, _) = rest.split_once('/').unwrap();
    let proxy = ChaosProxy::before(address).await;
    let mut options = PgOptions::new(proxy.url_through(world.database.url()));
    options.acquire_timeout = Duration::from_millis(500);
    let store = PgStore::connect(options).await.unwrap();

    let (tell, mut told) = mpsc::unbounded_channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = Worker::new(store.queue_pool(), brisk());
    let task = tokio::spawn(async move {
        let perform = move |job: kairo_domain::Job, _| {
            tell.send(job).unwrap();
            async { Ok(()) }
        };
        let stopped = async move {
            let _ = stopped.await;
        };
        worker.run(perform, stopped).await;
    });
    world.enqueue([1]).await;
    soon(told.recv()).await.unwrap();
    world.until_empty().await;

    proxy.pause();
    world.enqueue([2]).await;
    // Long enough for every part of it to give its connection up.
    let during = tokio::time::timeout(Duration::from_secs(3), told.recv()).await;
    assert!(during.is_err(), "{during:?}");
    proxy.resume();
    soon(told.recv()).await.unwrap();
    world.until_empty().await;
    stop.send(()).unwrap();
    soon(task).await.unwrap();
}

#[tokio::test]
async fn a_worker_waits_for_a_database_that_is_not_there_yet() {
    let world = World::new().await;
    world.execute("ALTER SCHEMA graphile_worker RENAME TO away").await;
    let (worker, mut told) = world.telling(brisk());
    world.until("EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%migrations%')").await;
    world.execute("ALTER SCHEMA away RENAME TO graphile_worker").await;
    world.enqueue([1]).await;
    assert_eq!(next(&mut told, 1).await, [1]);
    worker.stop().await;
}

//! A worker that is asked to stop finishes what it can and gives back the rest.

use std::sync::Arc;
use std::time::Duration;

use kairo_worker::WorkerSettings;
use tokio::sync::{Notify, mpsc};

use crate::support::{World, brisk, next, soon};

/// One job at a time, and none is given back because it waits.
fn one_by_one(grace: Duration) -> WorkerSettings {
    WorkerSettings { concurrency: 1, prefetch: 3, hold: Duration::from_secs(3_600), grace, ..brisk() }
}

#[tokio::test]
async fn what_is_under_way_is_finished_and_the_rest_given_back() {
    let world = World::new().await;
    world.enqueue([1, 2, 3]).await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let go = Arc::new(Notify::new());
    let gone = Arc::clone(&go);
    let worker = world.worker(one_by_one(Duration::from_secs(60)), move |job| {
        let (tell, go) = (tell.clone(), Arc::clone(&gone));
        async move {
            tell.send(job).unwrap();
            go.notified().await;
            Ok(())
        }
    });
    assert_eq!(next(&mut told, 1).await, [1]);
    world.until("(SELECT count(locked_at) = 3 FROM graphile_worker.jobs)").await;
    let stopped = worker.ask();
    world.until("(SELECT count(locked_at) = 1 FROM graphile_worker.jobs)").await;
    assert!(!stopped.is_finished());
    go.notify_one();
    soon(stopped).await.unwrap();
    world
        .until(
            "(SELECT array_agg(key ORDER BY key) = '{event:2,event:3}' AND max(attempts) = 0
                FROM graphile_worker.jobs)",
        )
        .await;
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn what_takes_longer_is_given_back_and_not_cut_short() {
    let world = World::new().await;
    world.enqueue([1]).await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let go = Arc::new(Notify::new());
    let gone = Arc::clone(&go);
    let worker = world.worker(one_by_one(Duration::from_millis(50)), move |job| {
        let (tell, go) = (tell.clone(), Arc::clone(&gone));
        async move {
            tell.send(job).unwrap();
            go.notified().await;
            tell.send(-job).unwrap();
            Ok(())
        }
    });
    assert_eq!(next(&mut told, 1).await, [1]);
    worker.stop().await;
    world.until("(SELECT locked_at IS NULL AND run_at <= now() FROM graphile_worker.jobs)").await;
    let (other, mut told_again) = world.telling(brisk());
    assert_eq!(next(&mut told_again, 1).await, [1]);
    go.notify_one();
    assert_eq!(next(&mut told, 1).await, [-1]);
    other.stop().await;
}

#[tokio::test]
async fn what_waits_too_long_is_left_to_others() {
    let world = World::new().await;
    world.enqueue([1, 2, 3]).await;
    let (tell, mut told) = mpsc::unbounded_channel();
    let settings =
        WorkerSettings { hold: Duration::from_millis(100), ..one_by_one(Duration::from_millis(50)) };
    let busy = world.worker(settings, move |job| {
        tell.send(job).unwrap();
        std::future::pending()
    });
    let first = next(&mut told, 1).await;
    let (idle, mut done) = world.telling(brisk());
    let mut all = [first, next(&mut done, 2).await].concat();
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3]);
    busy.stop().await;
    idle.stop().await;
}

//! Every job is done, and none by two workers that are well.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kairo_domain::{Actor, Job};
use kairo_ports::Store;
use kairo_testkit::builders::at;
use kairo_use_cases::Error;
use kairo_worker::WorkerSettings;
use tokio::sync::{Barrier, OnceCell};

use crate::support::{World, brisk, next, soon};

#[tokio::test]
async fn a_job_is_done_once_it_is_committed() {
    let world = World::new().await;
    let (worker, mut told) = world.telling(brisk());
    let mut lost = world.store.begin(&Actor::System).await.unwrap();
    lost.queue().enqueue(&Job::DispatchEvent(1), at(0)).await.unwrap();
    drop(lost);
    world.enqueue_at([2], at(1_000_000_000)).await;
    world.enqueue([3]).await;
    assert_eq!(next(&mut told, 1).await, [3]);
    world.until("(SELECT count(*) = 1 FROM graphile_worker.jobs)").await;
    worker.stop().await;
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn a_job_is_heard_of_at_once() {
    let world = World::new().await;
    // It would look by itself after an hour.
    let (worker, mut told) = world.telling(seldom());
    for job in 0..3 {
        world.until(LISTENING).await;
        world.enqueue([job]).await;
        assert_eq!(next(&mut told, 1).await, [job]);
        world.until_empty().await;
        // The next one is heard on another connection.
        world
            .execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
                              WHERE datname = current_database() AND query LIKE 'LISTEN%'",
            )
            .await;
    }
    worker.stop().await;
}

const LISTENING: &str = "EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
                                    AND query LIKE 'LISTEN%' AND state = 'idle')";

fn seldom() -> WorkerSettings {
    WorkerSettings { poll_interval: Duration::from_secs(3_600), ..brisk() }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_jobs_and_do_none_twice() {
    let world = World::new().await;
    world.enqueue(0..200).await;
    let settings = || WorkerSettings { concurrency: 2, prefetch: 4, ..brisk() };
    let (both, done) = (Arc::new(Barrier::new(2)), Arc::new(Mutex::new(Vec::new())));
    let workers = [0, 1].map(|_| {
        let (both, done, met) = (Arc::clone(&both), Arc::clone(&done), Arc::new(OnceCell::new()));
        world.worker(settings(), move |job| {
            let (both, done, met) = (Arc::clone(&both), Arc::clone(&done), Arc::clone(&met));
            async move {
                // Neither ends one, in whatever place, before the other has its first.
                met.get_or_init(|| both.wait()).await;
                done.lock().unwrap().push(job);
                Ok(())
            }
        })
    });
    world.until_empty().await;
    for worker in workers {
        worker.stop().await;
    }
    let mut done = done.lock().unwrap().clone();
    done.sort_unstable();
    assert_eq!(done, (0..200).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_job_that_fails_is_tried_again() {
    let world = World::new().await;
    world.enqueue([1, 2]).await;
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let worker = world.worker(brisk(), move |job| {
        let is_first = counted.fetch_add(1, Ordering::SeqCst) < 2;
        async move {
            assert!(!is_first || job == 2, "a panic is a failure");
            if is_first { Err(Error::Busy(None)) } else { Ok(()) }
        }
    });
    world.until_empty().await;
    worker.stop().await;
    assert_eq!(tries.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_job_that_fails_and_fails_is_tried_again_soon() {
    let world = World::new().await;
    world.enqueue([1]).await;
    world.execute("UPDATE graphile_worker._private_jobs SET attempts = 2").await;
    let worker = world.worker(brisk(), |_| async { Err(Error::Busy(None)) });
    world
        .until(
            "(SELECT locked_at IS NULL AND attempts = 2
                 AND run_at BETWEEN now() + interval '10 seconds' AND now() + interval '21 seconds'
                FROM graphile_worker.jobs)",
        )
        .await;
    worker.stop().await;
}

#[tokio::test]
async fn a_job_that_cannot_be_read_is_dropped() {
    let world = World::new().await;
    world
        .execute(
            "SELECT kairo.enqueue('drive_run', '{\"run\": \"seven\"}', NULL, 'run:7'),
                    kairo.enqueue('dispatch_event', '[]', NULL, 'event:7')",
        )
        .await;
    let (worker, mut told) = world.telling(brisk());
    world.until_empty().await;
    worker.stop().await;
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn jobs_of_a_dead_worker_are_done_by_another() {
    let world = World::new().await;
    world.enqueue([1, 2, 3]).await;
    world
        .execute(
            "INSERT INTO graphile_worker._private_workers (id, last_heartbeat_at)
               VALUES ('dead', now() - interval '1 minute'), ('alive', now() + interval '1 hour');
             UPDATE graphile_worker._private_jobs SET locked_at = now() - interval '1 minute', attempts = 1,
               locked_by = CASE key WHEN 'event:1' THEN 'dead' WHEN 'event:2' THEN 'forgotten' ELSE 'alive' END",
        )
        .await;
    let (worker, mut told) = world.telling(brisk());
    assert_eq!(next(&mut told, 2).await, [1, 2]);
    world.until("(SELECT array_agg(locked_by) = '{alive}' FROM graphile_worker.jobs)").await;
    soon(worker.stop()).await;
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn a_worker_with_nothing_to_do_leaves_the_database_alone() {
    let world = World::new().await;
    let (worker, mut told) = world.telling(seldom());
    world.until(LISTENING).await;
    world.enqueue([1]).await;
    assert_eq!(next(&mut told, 1).await, [1]);
    // By then the server has told how often the jobs were looked at.
    world
        .until(
            "EXISTS (SELECT FROM graphile_worker._private_workers
               WHERE last_heartbeat_at > started_at + interval '3 seconds')",
        )
        .await;
    world
        .until("(SELECT seq_scan + coalesce(idx_scan, 0) < 100 FROM pg_stat_all_tables WHERE relname = '_private_jobs')")
        .await;
    worker.stop().await;
}

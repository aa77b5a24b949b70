//! Jobs are delivered after the commit that enqueued them, each key once at a time.
//!
//! Stores deliver in ways of their own, so a case also gets a function that delivers whatever is due at an instant, and
//! gives it as done. The instants are all long past: a store that has a clock of its own finds them due.

use chrono::{DateTime, Utc};
use kairo_domain::{Actor, Id, Job, RunId};
use kairo_ports::{Store, StoreError};

use super::steps::{World, assert_refused, begin, begin_read, land};
use crate::builders::{at, next_id};

/// One `#[tokio::test]` for each promise of the queue, as [`store_contract!`](crate::store_contract) makes for the rest.
///
/// The second expression is an asynchronous closure that takes a reference to the store and an instant, and gives the
/// jobs that are due then, each of them once.
///
/// ```ignore
/// kairo_testkit::queue_contract!(async { MemoryStore::new() }, async |store: &MemoryStore, now| {
///     store.take_due_jobs(now)
/// });
/// ```
#[macro_export]
macro_rules! queue_contract {
    ($fresh:expr, $deliver:expr) => {
        $crate::queue_contract! { @cases $fresh, $deliver =>
            a_job_is_delivered_once
            nothing_is_delivered_without_commit
            a_job_is_not_delivered_before_it_is_due
            a_key_has_one_waiting_job
            the_earlier_instant_counts
            a_delivered_job_may_be_enqueued_again
            everybody_enqueues
            a_read_unit_enqueues_nothing
            keys_with_a_job_are_told
            only_the_program_asks_for_keys
        }
    };
    (@cases $fresh:expr, $deliver:expr => $($case:ident)*) => {
        mod jobs {
            use super::*;

            $(
                #[tokio::test]
                async fn $case() {
                    let store = ($fresh).await;
                    $crate::contract::jobs::$case(&store, $deliver).await;
                }
            )*
        }
    };
}

/// The job comes back as it was, and not a second time.
pub async fn a_job_is_delivered_once<S: Store>(
    store: &S,
    deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    let (run, event) = (drive(), Job::DispatchEvent(7));
    enqueue(store, &Actor::System, &[(run, at(1)), (event, at(0))]).await.unwrap();
    assert_eq!(deliver(store, at(1)).await, [event, run]);
    assert_eq!(deliver(store, at(9)).await, []);
}

/// A dropped unit leaves no job, and an open one delivers none.
pub async fn nothing_is_delivered_without_commit<S: Store>(
    store: &S,
    deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    let (kept, dropped) = (drive(), drive());
    let mut open = begin(store, &Actor::System).await;
    open.queue().enqueue(&kept, at(0)).await.unwrap();
    let mut lost = begin(store, &Actor::System).await;
    lost.queue().enqueue(&dropped, at(0)).await.unwrap();
    drop(lost);
    assert_eq!(deliver(store, at(9)).await, []);
    open.commit().await.unwrap();
    assert_eq!(deliver(store, at(9)).await, [kept]);
}

/// Not a moment too early.
pub async fn a_job_is_not_delivered_before_it_is_due<S: Store>(
    store: &S,
    deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    let job = drive();
    enqueue(store, &Actor::System, &[(job, at(5))]).await.unwrap();
    assert_eq!(deliver(store, at(4)).await, []);
    assert_eq!(deliver(store, at(5)).await, [job]);
}

/// Enqueued twice, in one unit or in two, a job is delivered once.
pub async fn a_key_has_one_waiting_job<S: Store>(
    store: &S,
    deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    let (job, other) = (drive(), drive());
    enqueue(store, &Actor::System, &[(job, at(0)), (job, at(0))]).await.unwrap();
    enqueue(store, &Actor::System, &[(job, at(0)), (other, at(1))]).await.unwrap();
    assert_eq!(deliver(store, at(9)).await, [job, other]);
    assert_eq!(deliver(store, at(9)).await, []);
}

/// A wait is cut short by a wake-up, and no wake-up is put off by a wait.
pub async fn the_earlier_instant_counts<S: Store>(
    store: &S,
    deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    for dues in [[5, 2], [2, 5]] {
        let job = drive();
        for due in dues {
            enqueue(store, &Actor::System, &[(job, at(due))]).await.unwrap();
        }
        assert_eq!(deliver(store, at(1)).await, [], "{dues:?}");
        assert_eq!(deliver(store, at(2)).await, [job], "{dues:?}");
        assert_eq!(deliver(store, at(9)).await, [], "{dues:?}");
    }
}

/// What was delivered leaves its key free.
pub async fn a_delivered_job_may_be_enqueued_again<S: Store>(
    store: &S,
    deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    let job = drive();
    for _ in 0..2 {
        enqueue(store, &Actor::System, &[(job, at(0))]).await.unwrap();
        assert_eq!(deliver(store, at(9)).await, [job]);
    }
}

/// Whoever acts may owe a job.
pub async fn everybody_enqueues<S: Store>(store: &S, deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>) {
    let world = World::in_store(store).await;
    for actor in world.outsiders() {
        let job = drive();
        enqueue(store, &actor, &[(job, at(0))]).await.unwrap();
        assert_eq!(deliver(store, at(9)).await, [job], "{actor:?}");
    }
}

/// Enqueueing is a write.
pub async fn a_read_unit_enqueues_nothing<S: Store>(
    store: &S,
    deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    let mut work = begin_read(store, &Actor::System).await;
    let enqueued = work.queue().enqueue(&drive(), at(0)).await;
    assert_refused(land(work, enqueued).await);
    assert_eq!(deliver(store, at(9)).await, []);
}

/// Only those that have one, own writes included.
pub async fn keys_with_a_job_are_told<S: Store>(
    store: &S,
    deliver: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    let (known, own, unknown) = (drive(), drive(), drive());
    enqueue(store, &Actor::System, &[(known, at(5))]).await.unwrap();
    let keys = [known, own, unknown].map(Job::key);
    let mut work = begin(store, &Actor::System).await;
    work.queue().enqueue(&own, at(0)).await.unwrap();
    let mut pending = work.queue().pending(&keys).await.unwrap();
    pending.sort_unstable();
    let mut wanted = [known.key(), own.key()];
    wanted.sort_unstable();
    assert_eq!(pending, wanted);
    drop(work);

    assert_eq!(begin_read(store, &Actor::System).await.queue().pending(&[]).await.unwrap(), [""; 0]);
    assert_eq!(deliver(store, at(5)).await, [known]);
    assert_eq!(begin_read(store, &Actor::System).await.queue().pending(&keys).await.unwrap(), [""; 0]);
}

/// Nobody but the program looks at the queue.
pub async fn only_the_program_asks_for_keys<S: Store>(
    store: &S,
    _: impl AsyncFn(&S, DateTime<Utc>) -> Vec<Job>,
) {
    let world = World::in_store(store).await;
    for actor in world.outsiders() {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.queue().pending(&[drive().key()]).await.map(drop));
    }
}

fn drive() -> Job {
    let run: RunId = Id::from_uuid(next_id());
    Job::DriveRun(run)
}

async fn enqueue<S: Store>(
    store: &S,
    actor: &Actor,
    jobs: &[(Job, DateTime<Utc>)],
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let mut enqueued = Ok(());
    for (job, due) in jobs {
        enqueued = enqueued.and(work.queue().enqueue(job, *due).await);
    }
    land(work, enqueued).await
}

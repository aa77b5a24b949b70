use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use graphile_worker::recovery::WorkerRecoveryConfig;
use graphile_worker::sqlx::SqlxDatabase;
use graphile_worker::worker_utils::types::RescheduleJobOptions;
use graphile_worker::{
    Database, JobFail, JobFailContext, LocalQueueConfig, RefetchDelayConfig, WorkerBuildError, WorkerOptions,
    WorkerShutdownConfig, WorkerUtils,
};
use kairo_domain::Job;
use kairo_use_cases::{Error, Performed};
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::task::TaskTracker;

use crate::WorkerSettings;
use crate::counts;
use crate::performer::Performer;
use crate::tasks::{DispatchEvent, DriveRun};
use crate::watched::Watched;

const SCHEMA: &str = "graphile_worker";

/// How long after a failure it begins anew; twice as long after every further one, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// The queue waits e^n seconds after the nth failure. From the third on the count stays where it is: twenty seconds.
const COUNTED_FAILURES: i16 = 3;

type Stop = Shared<BoxFuture<'static, ()>>;

/// Has the queue's jobs performed. Any number of them may work on one queue, in any number of processes.
///
/// Towards the queue it is one worker after the other: whenever the database fails, the one that met the error goes, as
/// nobody can tell what it still holds, and another comes. What the one before held is found by those that remain.
#[derive(Clone, Debug)]
pub struct Worker {
    pool: PgPool,
    settings: WorkerSettings,
}

impl Worker {
    /// A worker on the queue of this pool, which has to belong to the queue's owner.
    pub const fn new(pool: PgPool, settings: WorkerSettings) -> Self {
        Self { pool, settings }
    }

    /// Performs jobs until it is asked to stop. Then no further job is begun, those under way get their grace period,
    /// and whatever is not done by then is given back to the queue.
    ///
    /// The function is told the queue's number of the job as well. A job whose function fails or panics is delivered again
    /// after 3, 7 and then every 20 seconds. The function may be called for the same job twice, also at the same time. What
    /// it tells of runs is counted; it may as well tell nothing.
    pub async fn run<P, F, D>(&self, perform: P, stop: impl Future<Output = ()> + Send + 'static)
    where
        P: Fn(Job, i64) -> F + Send + Sync + 'static,
        F: Future<Output = Result<D, Error>> + Send + 'static,
        D: Into<Performed>,
    {
        counts::begin();
        let crew = Crew {
            pool: self.pool.clone(),
            settings: self.settings.clone(),
            performer: Performer::new(perform),
            shifts: TaskTracker::new(),
            statements: TaskTracker::new(),
        };
        crew.work(&stop.boxed().shared()).await;
    }
}

/// The workers that take turns.
struct Crew {
    pool: PgPool,
    settings: WorkerSettings,
    performer: Performer,
    shifts: TaskTracker,
    statements: TaskTracker,
}

impl Crew {
    async fn work(&self, stop: &Stop) {
        let mut pause = FIRST_PAUSE;
        while stop.peek().is_none() {
            let began = Instant::now();
            match self.hire().await {
                Ok((worker, trouble)) => self.shift(worker, &trouble, stop).await,
                Err(error) => tracing::warn!(%error, "the job queue is out of reach"),
            }
            pause =
                if began.elapsed() > LONGEST_PAUSE { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
            tokio::select! {
                () = stop.clone() => break,
                () = sleep(pause) => {}
            }
        }
        self.shifts.close();
        self.statements.close();
        let left = async {
            self.shifts.wait().await;
            self.statements.wait().await;
        };
        if timeout(self.settings.longest_stop(), left).await.is_err() {
            tracing::warn!("not every job could be given back; another worker will find those that were not");
        }
    }

    /// A new worker with a name of its own, and what is notified when its database fails.
    async fn hire(&self) -> Result<(graphile_worker::Worker, Arc<Notify>), WorkerBuildError> {
        let watched = Watched::new(
            SqlxDatabase::new(self.pool.clone()),
            self.settings.patience,
            self.statements.clone(),
        );
        let trouble = watched.trouble();
        let database = Database::new(watched);
        let utils = WorkerUtils::new(database.clone(), SCHEMA);
        let worker = self
            .options(database)
            .add_extension(self.performer.clone())
            .define_job::<DriveRun>()
            .define_job::<DispatchEvent>()
            .on(JobFail, move |failed| keep_trying(utils.clone(), failed))
            .init()
            .await?;
        Ok((worker, trouble))
    }

    fn options(&self, database: Database) -> WorkerOptions {
        let settings = &self.settings;
        let recovery = WorkerRecoveryConfig::default()
            .heartbeat_interval(settings.heartbeat)
            .sweep_threshold(settings.stale_after)
            .sweep_interval(settings.sweep_interval)
            .recovery_delay(Duration::ZERO);
        let shutdown = WorkerShutdownConfig::default()
            .listen_os_shutdown_signals(false)
            .grace_period(settings.grace)
            .interrupted_job_retry_delay(Duration::ZERO);
        WorkerOptions::default()
            .database(database)
            .schema(SCHEMA)
            .concurrency(settings.concurrency.max(1))
            .poll_interval(settings.poll_interval)
            .local_queue(local_queue(settings))
            .complete_job_batch_delay(settings.completion_delay)
            .worker_recovery(recovery)
            .worker_shutdown(shutdown)
    }

    /// Lets a worker work until it ends, its database fails, or everything has to stop. It finishes what it has begun
    /// while another may be at work already.
    async fn shift(&self, worker: graphile_worker::Worker, trouble: &Notify, stop: &Stop) {
        let worker = Arc::new(worker);
        let working = Arc::clone(&worker);
        let mut shift = self.shifts.spawn(async move {
            if let Err(error) = working.run().await {
                tracing::warn!(%error, "a worker of the job queue ended");
            }
        });
        tokio::select! {
            _ = &mut shift => {}
            () = trouble.notified() => tracing::warn!("the job queue failed, and is taken up anew"),
            () = stop.clone() => {}
        }
        worker.request_shutdown();
    }
}

/// The local queue looks at the database again as soon as it has looked, for ever, unless it is told to pause after it
/// found nothing. Whoever tells it of a job ends the pause.
fn local_queue(settings: &WorkerSettings) -> LocalQueueConfig {
    let pause = RefetchDelayConfig::default()
        .with_duration(settings.poll_interval)
        .with_threshold(0)
        .with_max_abort_threshold(1);
    LocalQueueConfig::default()
        .with_size(settings.prefetch.max(1))
        .with_ttl(settings.hold)
        .with_refetch_delay(pause)
}

/// Keeps the queue from waiting longer and longer.
async fn keep_trying(utils: WorkerUtils, failed: JobFailContext) {
    if *failed.job.attempts() < COUNTED_FAILURES {
        return;
    }
    let fewer =
        RescheduleJobOptions { attempts: Some(COUNTED_FAILURES - 1), ..RescheduleJobOptions::default() };
    if let Err(error) = utils.reschedule_jobs(&[*failed.job.id()], fewer).await {
        tracing::debug!(%error, "a job that failed waits longer than it should");
    }
}

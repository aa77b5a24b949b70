//! A database with a queue, and workers on it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use kairo_domain::{Actor, Job};
use kairo_ports::Store;
use kairo_postgres::{PgOptions, PgStore, migrate};
use kairo_testkit::builders::at;
use kairo_testkit::postgres::{TemplateDatabase, TestDatabase};
use kairo_use_cases::Error;
use kairo_worker::{Worker, WorkerSettings};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

static MIGRATED: TemplateDatabase = TemplateDatabase::new();

/// In which something has to happen.
const SOON: Duration = Duration::from_secs(30);

/// A queue in a database of its own.
pub(crate) struct World {
    pub(crate) store: PgStore,
    pub(crate) database: TestDatabase,
}

impl World {
    pub(crate) async fn new() -> Self {
        let prepare = async |url: &str| {
            migrate(url).await.unwrap();
        };
        let database = MIGRATED.cloned(prepare).await;
        let store = PgStore::connect(PgOptions::new(database.url())).await.unwrap();
        Self { store, database }
    }

    pub(crate) async fn enqueue(&self, jobs: impl IntoIterator<Item = i64>) {
        self.enqueue_at(jobs, at(0)).await;
    }

    pub(crate) async fn enqueue_at(&self, jobs: impl IntoIterator<Item = i64>, due: DateTime<Utc>) {
        let mut work = self.store.begin(&Actor::System).await.unwrap();
        for job in jobs {
            work.queue().enqueue(&Job::DispatchEvent(job), due).await.unwrap();
        }
        work.commit().await.unwrap();
    }

    /// A connection that sees everything.
    pub(crate) async fn connect(&self) -> PgConnection {
        PgConnection::connect(self.database.url()).await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connect().await).await.unwrap();
    }

    /// Waits until a condition holds, and not for ever.
    pub(crate) async fn until(&self, condition: &str) {
        let mut connection = self.connect().await;
        for _ in 0..1_500 {
            let sql = AssertSqlSafe(format!("SELECT {condition}"));
            if sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("it never came true that {condition}");
    }

    pub(crate) async fn until_empty(&self) {
        self.until("NOT EXISTS (SELECT FROM graphile_worker._private_jobs)").await;
    }

    /// A worker that does what the function says.
    pub(crate) fn worker<P, F>(&self, settings: WorkerSettings, perform: P) -> AtWork
    where
        P: Fn(i64) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let worker = Worker::new(self.store.queue_pool(), settings);
        let task = tokio::spawn(async move {
            let stopped = async move {
                let _ = stopped.await;
            };
            worker.run(move |job, _| perform(number(job)), stopped).await;
        });
        AtWork { stop, task }
    }

    /// A worker that tells what it does.
    pub(crate) fn telling(&self, settings: WorkerSettings) -> (AtWork, mpsc::UnboundedReceiver<i64>) {
        let (tell, told) = mpsc::unbounded_channel();
        let worker = self.worker(settings, move |job| {
            tell.send(job).unwrap();
            async { Ok(()) }
        });
        (worker, told)
    }
}

/// A worker until it is stopped.
pub(crate) struct AtWork {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl AtWork {
    pub(crate) fn ask(self) -> JoinHandle<()> {
        let _ = self.stop.send(());
        self.task
    }

    pub(crate) async fn stop(self) {
        timeout(SOON, self.ask()).await.unwrap().unwrap();
    }
}

fn number(job: Job) -> i64 {
    match job {
        Job::DispatchEvent(number) => number,
        Job::DriveRun(run) => panic!("nobody enqueued {run:?}"),
    }
}

/// Settings under which nothing takes long.
pub(crate) fn brisk() -> WorkerSettings {
    WorkerSettings {
        poll_interval: Duration::from_millis(100),
        heartbeat: Duration::from_millis(100),
        stale_after: Duration::from_secs(1),
        sweep_interval: Duration::from_millis(100),
        patience: Duration::from_secs(1),
        grace: Duration::from_secs(5),
        ..WorkerSettings::default()
    }
}

pub(crate) async fn soon<T>(waited_for: impl Future<Output = T>) -> T {
    timeout(SOON, waited_for).await.unwrap()
}

/// The next so many that come, in order of their numbers.
pub(crate) async fn next(told: &mut mpsc::UnboundedReceiver<i64>, count: usize) -> Vec<i64> {
    let mut jobs = Vec::new();
    while jobs.len() < count {
        jobs.push(soon(told.recv()).await.unwrap());
    }
    jobs.sort_unstable();
    jobs
}

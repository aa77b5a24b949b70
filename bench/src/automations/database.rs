use std::time::{Duration, Instant};

use kairo_local_postgres::{BinarySearch, Cluster, Options};
use sqlx::{PgPool, Row};
use tempfile::TempDir;

use crate::Figures;

/// A cluster of its own, which keeps what it says it keeps (fsync is on).
pub struct Database {
    cluster: Cluster,
    pool: PgPool,
    _folder: TempDir,
}

impl Database {
    /// Starts a cluster with an empty database.
    ///
    /// # Panics
    /// When there are no server programs, or it does not start.
    pub async fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("kairo-bench-").tempdir().unwrap();
        crate::program::open_to_others(&folder);
        let mut options = Options::new(folder.path().join("postgres"), folder.path().join("secrets"));
        std::fs::create_dir(folder.path().join("secrets")).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a script reads its own environment")]
        let path = std::env::var_os("PATH");
        options.binaries = BinarySearch { bin_dir: None, path, cache_dir: None };
        let cluster = Cluster::start(options).await.expect("a private cluster");
        let pool = PgPool::connect(cluster.url("postgres").as_str()).await.unwrap();
        sqlx::raw_sql("CREATE DATABASE kairo").execute(&pool).await.unwrap();
        let pool = PgPool::connect(cluster.url("kairo").as_str()).await.unwrap();
        Self { cluster, pool, _folder: folder }
    }

    /// Where it is, password included.
    pub fn url(&self) -> String {
        self.cluster.url("kairo").as_str().to_owned()
    }

    /// The connections of somebody who may do everything.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Stops it.
    ///
    /// # Panics
    /// When it does not stop.
    pub async fn stop(self) {
        self.pool.close().await;
        self.cluster.stop().await.expect("the cluster stops");
    }

    /// The server's clock.
    pub(super) async fn now(&self) -> String {
        sqlx::query_scalar("SELECT now()::text").fetch_one(&self.pool).await.unwrap()
    }

    /// How many runs have not ended.
    pub(super) async fn open_runs(&self) -> u64 {
        self.count("SELECT count(*) FROM automation_runs WHERE status = 'RUNNING'", &[]).await
    }

    /// How many runs of an automation that were fired since an instant ended well.
    pub(super) async fn ended_since(&self, automation: &str, since: &str) -> u64 {
        let query = "SELECT count(*) FROM automation_runs
                      WHERE automation_id = $1::uuid AND started_at >= $2::timestamptz AND status = 'SUCCESS'";
        self.count(query, &[automation, since]).await
    }

    /// From firing to the first step, of the runs since an instant.
    pub(super) async fn latencies(&self, automation: &str, since: &str) -> Figures {
        let rows = sqlx::query(
            "SELECT extract(epoch FROM step.started_at - run.started_at)::float8 FROM automation_runs run
               JOIN kairo.automation_run_steps step ON step.run_id = run.id AND step.seq = 1
              WHERE run.automation_id = $1::uuid AND run.started_at >= $2::timestamptz",
        )
        .bind(automation)
        .bind(since)
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let mut figures = Figures::default();
        for row in rows {
            figures.add(Duration::from_secs_f64(row.get::<f64, _>(0).max(0.0)));
        }
        figures
    }

    /// Fills the history up to so many runs of an automation with two steps each, and tells how long that took.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn fill_history(&self, automation: &str, runs: i32) -> Duration {
        let begun = Instant::now();
        let fill = "WITH more AS (
              INSERT INTO automation_runs (automation_id, status, phase, started_at, completed_at, duration_ms, fired_by,
                  fired_node, fire_key, output)
                SELECT $1::uuid, 'SUCCESS', 'SUCCESS', now() - ((n + 3600) || ' seconds')::interval, now(), 5, 'manual', 'hook',
                       'history:' || n, '{}'
                  FROM generate_series((SELECT count(*) FROM automation_runs)::int, $2) AS n
              RETURNING id)
            INSERT INTO kairo.automation_run_steps (run_id, seq, node, iteration, kind, attempt, state, port, input, output,
                started_at, finished_at)
              SELECT id, seq, 'node', '', 'transform', 1, 'DONE', 'out', '{}', '{\"text\": \"a note about somebody\"}', now(),
                     now()
                FROM more, generate_series(1, 2) AS seq";
        let mut connection = self.pool.acquire().await.unwrap();
        // What is written here is nobody's business, and a line in the journal for each would be most of the work.
        let quiet = "SELECT set_config('kairo.actor', 'system', false)";
        sqlx::raw_sql(quiet).execute(&mut *connection).await.unwrap();
        sqlx::query(fill).bind(automation).bind(runs).execute(&mut *connection).await.unwrap();
        sqlx::raw_sql("VACUUM ANALYZE automation_runs").execute(&mut *connection).await.unwrap();
        sqlx::raw_sql("VACUUM ANALYZE kairo.automation_run_steps").execute(&mut *connection).await.unwrap();
        sqlx::raw_sql("CHECKPOINT").execute(&mut *connection).await.unwrap();
        begun.elapsed()
    }

    /// Puts so many jobs into the queue that nobody has to do anything for.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn enqueue_empty_jobs(&self, jobs: i32) {
        let enqueue = "SELECT count(kairo.enqueue('dispatch_event', jsonb_build_object('event', -n), NULL, 'event:' || -n))
                         FROM generate_series(1, $1) AS n";
        sqlx::query(enqueue).bind(jobs).execute(&self.pool).await.unwrap();
    }

    /// How many jobs are left.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn jobs_left(&self) -> u64 {
        self.count("SELECT count(*) FROM graphile_worker._private_jobs", &[]).await
    }

    async fn count(&self, query: &'static str, parameters: &[&str]) -> u64 {
        let query =
            parameters.iter().fold(sqlx::query_scalar::<_, i64>(query), |query, value| query.bind(*value));
        query.fetch_one(&self.pool).await.unwrap().unsigned_abs()
    }
}

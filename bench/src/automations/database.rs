use std::time::{Duration, Instant};

use sqlx::Row;

use crate::Database;

/// When things happened to one run, in seconds since 1970. All clocks are those of one machine.
pub(super) struct Times {
    /// The client sent the delivery.
    pub(super) sent: f64,
    /// The first step began.
    pub(super) first_step: f64,
    /// The row that the run writes was committed.
    pub(super) row: f64,
    /// The end of the run was committed.
    pub(super) end: f64,
}

impl Database {
    /// How many runs of an automation have not ended.
    pub(super) async fn open_runs(&self, automation: &str) -> u64 {
        let query =
            "SELECT count(*) FROM automation_runs WHERE status = 'RUNNING' AND automation_id = $1::uuid";
        self.count(query, &[automation]).await
    }

    /// The times of the runs since an instant that ended well, one for each row that they wrote.
    pub(super) async fn times(&self, automation: &str, lead: &str, since: &str) -> Vec<Times> {
        let rows = sqlx::query(
            "SELECT (run.input #>> '{body,sentAt}')::float8, extract(epoch FROM step.started_at)::float8,
                    extract(epoch FROM pg_xact_commit_timestamp(note.xmin))::float8,
                    extract(epoch FROM pg_xact_commit_timestamp(run.xmin))::float8
               FROM automation_runs AS run
               JOIN kairo.automation_run_steps AS step ON step.run_id = run.id AND step.seq = 1
               JOIN kairo.lead_timeline AS note ON note.lead_id = $2::uuid AND note.kind = 'noted'
                AND split_part(note.text, ' ', 1) = run.input #>> '{body,seq}'
              WHERE run.automation_id = $1::uuid AND run.started_at >= $3::timestamptz AND run.status = 'SUCCESS'",
        )
        .bind(automation)
        .bind(lead)
        .bind(since)
        .fetch_all(&self.pool)
        .await
        .unwrap();
        let times = |row| {
            let [sent, first_step, row, end] = [0, 1, 2, 3].map(|at| sqlx::postgres::PgRow::get(row, at));
            Times { sent, first_step, row, end }
        };
        rows.iter().map(times).collect()
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
        self.settle().await;
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

    /// How many jobs are due or being done.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn jobs_left(&self) -> u64 {
        self.count("SELECT count(*) FROM graphile_worker._private_jobs WHERE run_at <= now()", &[]).await
    }
}

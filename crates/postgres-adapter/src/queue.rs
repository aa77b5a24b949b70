use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::Job;
use kairo_ports::{Queue, StoreError};

use crate::error::store_error;
use crate::store::PgStore;
use crate::unit_of_work::PgUnitOfWork;

#[async_trait]
impl Queue for PgUnitOfWork {
    async fn enqueue(&mut self, job: &Job, due: DateTime<Utc>) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        let enqueued = sqlx::query_scalar!(
            r#"/* kairo:queue.enqueue */ SELECT kairo.enqueue($1, $2, $3, $4) AS "is_due!""#,
            job.task(),
            job.payload(),
            due,
            job.key(),
        )
        .fetch_one(connection);
        if statements.run(enqueued).await? {
            self.ring_after_commit();
        }
        Ok(())
    }

    async fn pending(&mut self, keys: &[String]) -> Result<Vec<String>, StoreError> {
        self.demand_system()?;
        let (statements, connection) = self.parts();
        let pending = sqlx::query_scalar!(
            r#"/* kairo:queue.pending */ SELECT key AS "key!" FROM kairo.pending_jobs($1) AS key"#,
            keys,
        )
        .fetch_all(connection);
        statements.run(pending).await
    }
}

/// How many jobs there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueDepth {
    /// Those that could be delivered at once.
    pub due: u64,
    /// Those that become due later.
    pub later: u64,
    /// Those that a worker holds.
    pub held: u64,
}

impl PgStore {
    /// How many jobs there are, for gauges. It looks at all of them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the queue cannot be reached.
    pub async fn queue_depth(&self) -> Result<QueueDepth, StoreError> {
        let counted = sqlx::query_as(
            "/* kairo:queue.queue_depth */ SELECT count(*) FILTER (WHERE is_available AND run_at <= now()),
               count(*) FILTER (WHERE is_available AND run_at > now()), count(*) FILTER (WHERE locked_at IS NOT NULL)
               FROM graphile_worker._private_jobs",
        )
        .fetch_one(&self.queue_pool())
        .await;
        let (due, later, held): (i64, i64, i64) = counted.map_err(store_error)?;
        Ok(QueueDepth { due: due.unsigned_abs(), later: later.unsigned_abs(), held: held.unsigned_abs() })
    }

    /// For how long the job that has been due the longest waits for a worker; nothing when none does. It looks at all of
    /// them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the queue cannot be reached.
    pub async fn queue_lag(&self) -> Result<Duration, StoreError> {
        let waited = sqlx::query_scalar(
            "/* kairo:queue.queue_lag */ SELECT coalesce(extract(epoch FROM now() - min(run_at)), 0)::float8
               FROM graphile_worker._private_jobs WHERE is_available AND run_at <= now()",
        )
        .fetch_one(&self.queue_pool())
        .await;
        let seconds: f64 = waited.map_err(store_error)?;
        Ok(Duration::try_from_secs_f64(seconds).unwrap_or_default())
    }
}

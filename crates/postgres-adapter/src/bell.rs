//! Tells those who run the job queue that there is something to do.
//!
//! A transaction that notifies makes every other one that does so wait until it is on the disk, in the whole cluster.
//! So the units that enqueue only note it, and what they note is told after their commit, once for all that were
//! committed meanwhile. Nothing hangs on it: who runs the queue also looks by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

/// A clone is the same bell.
#[derive(Clone)]
pub(crate) struct Bell {
    pool: PgPool,
    tasks: TaskTracker,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// Whether somebody is about to ring.
    wanted: AtomicBool,
    /// Held by who rings.
    turn: Mutex<()>,
}

impl Bell {
    /// Rings on connections of this pool.
    pub(crate) fn new(pool: PgPool) -> Self {
        Self { pool, tasks: TaskTracker::new(), state: Arc::default() }
    }

    pub(crate) fn pool(&self) -> PgPool {
        self.pool.clone()
    }

    /// Rings soon, unless it is about to anyway.
    pub(crate) fn ring(&self) {
        if self.state.wanted.swap(true, Ordering::AcqRel) {
            return;
        }
        let Self { pool, state, .. } = self.clone();
        self.tasks.spawn(async move {
            let _turn = state.turn.lock().await;
            // Before it rings: whoever commits from now on may be too late to be found.
            state.wanted.store(false, Ordering::Release);
            if let Err(error) = notify(&pool).await {
                tracing::debug!(%error, "a job waits for the next look at the queue");
            }
        });
    }

    /// Closes the pool once nobody rings any more.
    pub(crate) async fn close(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        self.pool.close().await;
    }
}

/// The channel is the queue's own.
async fn notify(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query("/* kairo:bell.notify */ SELECT pg_notify('jobs:insert', '')").execute(pool).await?;
    Ok(())
}

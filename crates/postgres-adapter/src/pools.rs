//! One pool for each worker thread, behind one door.
//!
//! A unit of work brings its connection to rest by itself, see [`Lease`](crate::lease::Lease). The connections of the job
//! queue are in the hands of others, and are looked at whenever they come back: the server is asked, because a BEGIN that
//! was cancelled in flight is in no count. Whatever is not between two transactions is closed.
//!
//! sqlx sets no keepalive on its sockets. A connection that dies without a word right before sqlx's own ping on its
//! return keeps its place in the pool until the operating system gives the socket up.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::select_ok;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool, Postgres, Row};

use crate::PgOptions;

/// How long a connection of the queue that comes back may take to say how it is.
const RETURN_PATIENCE: Duration = Duration::from_secs(5);
/// Connections are renewed, so that servers behind a balancer share them and memory on the server is given back.
const MAX_LIFETIME: Duration = Duration::from_secs(30 * 60);
const IDLE_TIMEOUT: Duration = Duration::from_secs(10 * 60);
/// One listens, one notifies, and the others take jobs and give them back, many at a time.
const QUEUE_CONNECTIONS: u32 = 4;

static SEATS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SEAT: Cell<Option<usize>> = const { Cell::new(None) };
}

/// How many connections a store has at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connections {
    /// The most it may have.
    pub most: u32,
    /// Those that are open or being opened.
    pub open: u32,
    /// Those that nobody uses.
    pub idle: usize,
}

pub(crate) struct Pools {
    pools: Vec<PgPool>,
}

impl Pools {
    /// Opens no connection yet.
    pub(crate) fn new(connect: &PgConnectOptions, options: &PgOptions) -> Self {
        let most = options.max_connections.max(1);
        let count = u32::try_from(options.sub_pools).unwrap_or(u32::MAX).clamp(1, most);
        let share = |at| most / count + u32::from(at < most % count);
        Self { pools: (0..count).map(|at| pool(connect, options, share(at))).collect() }
    }

    /// A connection that is idle: of this thread's pool if it has one, else of another.
    pub(crate) async fn take(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let own = seat() % self.pools.len();
        let in_turn = || (0..self.pools.len()).map(|step| &self.pools[(own + step) % self.pools.len()]);
        if let Some(idle) = self.pools[own].try_acquire() {
            return Ok(idle);
        }
        if !has_room(&self.pools[own])
            && let Some(idle) = in_turn().find_map(PgPool::try_acquire)
        {
            return Ok(idle);
        }
        if let Some(pool) = in_turn().find(|pool| has_room(pool)) {
            return pool.acquire().await;
        }
        // Who has to wait takes whatever comes back first, or a thread could wait beside a connection that is free.
        let (first, _) = select_ok(in_turn().map(|pool| Box::pin(pool.acquire()))).await?;
        Ok(first)
    }

    pub(crate) fn connections(&self) -> Connections {
        Connections {
            most: self.pools.iter().map(capacity).sum(),
            open: self.pools.iter().map(PgPool::size).sum(),
            idle: self.pools.iter().map(PgPool::num_idle).sum(),
        }
    }

    pub(crate) async fn close(&self) {
        for pool in &self.pools {
            pool.close().await;
        }
    }
}

/// What a connection rests in while nobody uses it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    /// The powerless role of all connections that units of work use.
    Gate,
    /// The owner of the job queue, for the connections of those who run it.
    Queue,
}

impl Rest {
    const fn become_it(self) -> &'static str {
        match self {
            Self::Gate => "SET ROLE kairo_gate",
            // What is lost with the server that crashes is that a job was taken or done, and then it is delivered again.
            Self::Queue => "SET ROLE kairo_queue; SET synchronous_commit = off",
        }
    }
}

/// Opens no connection yet; every one becomes the gate.
pub(crate) fn pool(connect: &PgConnectOptions, options: &PgOptions, most: u32) -> PgPool {
    resting(Rest::Gate, connect, options, most)
}

/// Opens no connection yet; every one becomes the owner of the job queue.
pub(crate) fn queue_pool(connect: &PgConnectOptions, options: &PgOptions) -> PgPool {
    resting(Rest::Queue, connect, options, QUEUE_CONNECTIONS)
}

fn resting(rest: Rest, connect: &PgConnectOptions, options: &PgOptions, most: u32) -> PgPool {
    let opening = options.clone();
    PgPoolOptions::new()
        .max_connections(most)
        .acquire_timeout(options.acquire_timeout)
        .max_lifetime(MAX_LIFETIME)
        .idle_timeout(IDLE_TIMEOUT)
        // No question before each use: it answered when it came back. The queue's few connections have the time, and who
        // runs it begins anew after every error.
        .test_before_acquire(rest == Rest::Queue)
        .after_connect(move |connection, _| {
            let opening = opening.clone();
            Box::pin(async move { prepare(rest, connection, &opening).await })
        })
        .after_release(move |connection, _| {
            Box::pin(async move {
                if rest == Rest::Gate {
                    return Ok(true);
                }
                let looked = tokio::time::timeout(RETURN_PATIENCE, is_idle(connection)).await;
                looked.unwrap_or(Err(sqlx::Error::PoolTimedOut))
            })
        })
        .connect_lazy_with(connect.clone())
}

/// Makes a new connection the gate: whoever gets hold of it bare can do nothing with it. Or the owner of the queue, who
/// can do nothing else.
pub(crate) async fn prepare(
    rest: Rest,
    connection: &mut PgConnection,
    options: &PgOptions,
) -> Result<(), sqlx::Error> {
    let millis = |limit: Duration| limit.as_millis().to_string();
    sqlx::query(
        "/* kairo:pools.prepare */ SELECT set_config('statement_timeout', $1, false),
           set_config('lock_timeout', $2, false), set_config('idle_in_transaction_session_timeout', $3, false),
           set_config('search_path', 'public, pg_temp', false), set_config('default_transaction_isolation',
           'read committed', false), set_config('TimeZone', 'UTC', false)",
    )
    .bind(millis(options.statement_timeout))
    .bind(millis(options.lock_timeout))
    .bind(millis(options.idle_in_transaction_timeout))
    .execute(&mut *connection)
    .await?;
    sqlx::raw_sql(rest.become_it()).execute(connection).await?;
    Ok(())
}

/// Whether the connection is between transactions.
async fn is_idle(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    // Unprepared, as the extended protocol sets the statement's time anew for every message; then the two times differ
    // exactly inside a transaction that began earlier.
    let row =
        sqlx::raw_sql("/* kairo:pools.is_idle */ SELECT now() = statement_timestamp()").fetch_one(connection);
    let is_idle = row.await?.try_get::<bool, _>(0)?;
    if !is_idle {
        tracing::warn!("a connection of the queue came back inside a transaction and is closed");
    }
    Ok(is_idle)
}

fn seat() -> usize {
    SEAT.with(|seat| {
        let taken = seat.get().unwrap_or_else(|| SEATS.fetch_add(1, Ordering::Relaxed));
        seat.set(Some(taken));
        taken
    })
}

fn capacity(pool: &PgPool) -> u32 {
    pool.options().get_max_connections()
}

fn has_room(pool: &PgPool) -> bool {
    pool.size() < capacity(pool)
}

//! What the database says by itself, on a connection of its own.

use std::time::Duration;

use sqlx::Executor;
use sqlx::postgres::{PgConnectOptions, PgListener};

use crate::PgOptions;
use crate::pools;

const REVOCATIONS: &str = "kairo_revocations";
const LETTERS: &str = "kairo_letters";

/// How long after a failure to connect is tried again; twice as long after every further one, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What may be worth a look now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// Something was added to the log of revocations.
    Revocations,
    /// A letter was posted.
    Letters,
    /// It is listened from now on: for the first time, or again. Whatever was said before was not heard.
    Reconnected,
}

/// Hears what any process commits. It connects with the first call of [`Announcements::next`], and comes back whenever
/// the connection is lost.
pub struct Announcements {
    connect: PgConnectOptions,
    options: PgOptions,
    listener: Option<PgListener>,
    pause: Duration,
}

impl Announcements {
    pub(crate) fn new(connect: PgConnectOptions, options: PgOptions) -> Self {
        Self { connect, options, listener: None, pause: Duration::ZERO }
    }

    /// Waits for the next announcement. It never fails: without a database it goes on trying to reach one.
    ///
    /// Dropping the future before it is done loses nothing.
    pub async fn next(&mut self) -> Announcement {
        loop {
            let Some(listener) = &mut self.listener else {
                self.listen().await;
                return Announcement::Reconnected;
            };
            match hear(listener, &self.options).await {
                Ok(Some(announcement)) => return announcement,
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "announcements of the database are not heard");
                    self.listener = None;
                }
            }
        }
    }

    async fn listen(&mut self) {
        loop {
            tokio::time::sleep(self.pause).await;
            // Lengthened before and not after the attempt, which may be dropped half-way.
            self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
            match in_time(&self.options, connect(&self.connect, &self.options)).await {
                Ok(listener) => {
                    self.listener = Some(listener);
                    self.pause = Duration::ZERO;
                    return;
                }
                Err(error) => tracing::warn!(%error, "announcements of the database cannot be heard"),
            }
        }
    }
}

async fn connect(connect: &PgConnectOptions, options: &PgOptions) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(&pools::pool(connect, options, 1)).await?;
    // It would come back without a word, and nobody would know that something was missed.
    listener.eager_reconnect(false);
    listener.listen_all([REVOCATIONS, LETTERS]).await?;
    Ok(listener)
}

/// The next announcement; `None` when there was nothing but a sign of life.
async fn hear(listener: &mut PgListener, options: &PgOptions) -> Result<Option<Announcement>, sqlx::Error> {
    let Ok(heard) = tokio::time::timeout(options.heartbeat, listener.try_recv()).await else {
        // A connection can die without a word, and then there is nothing but silence.
        in_time(options, listener.execute("/* kairo:announcements.hear */ SELECT 1")).await?;
        return Ok(None);
    };
    let notification = heard?.ok_or(sqlx::Error::WorkerCrashed)?;
    Ok(match notification.channel() {
        REVOCATIONS => Some(Announcement::Revocations),
        LETTERS => Some(Announcement::Letters),
        _ => None,
    })
}

async fn in_time<T>(
    options: &PgOptions,
    waited_for: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(options.acquire_timeout, waited_for).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

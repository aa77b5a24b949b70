//! The queue's database, as a worker may rely on it.
//!
//! `graphile_worker` shrugs off most errors of the database, and some leave something behind: jobs that were taken by a
//! statement whose answer was lost, or that are done and could not be removed, stay locked as long as their worker says
//! that it is alive; and a lost LISTEN is not begun anew. So every error is told to whoever watches, and listening ends
//! never. What it hears while it looks for jobs it may forget: so everything is said once more a little later. It also
//! drops queries half-way, and waits for ever for an answer that never comes; here every statement runs
//! to its end, or until nobody would answer any more.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use graphile_worker::sqlx::SqlxDatabase;
use graphile_worker::{
    BoxFuture, DatabaseDriver, DbError, DbExecutor, DbParams, DbRow, DbTransaction, Notification,
    NotificationStream,
};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::task::TaskTracker;

/// After how much silence it is listened anew: a connection can die without a word.
const SILENCE: Duration = Duration::from_secs(60);
/// How much later a notification is repeated: a look at the queue is over by then.
const ECHO: Duration = Duration::from_millis(5);
/// How long after a failure it is tried again to listen; twice as long after every further one, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(crate) struct Watched {
    inner: SqlxDatabase,
    patience: Duration,
    statements: TaskTracker,
    trouble: Arc<Notify>,
}

impl Watched {
    pub(crate) fn new(inner: SqlxDatabase, patience: Duration, statements: TaskTracker) -> Self {
        Self { inner, patience, statements, trouble: Arc::default() }
    }

    /// What is notified of errors.
    pub(crate) fn trouble(&self) -> Arc<Notify> {
        Arc::clone(&self.trouble)
    }

    /// Runs to the end in a task of its own, whether somebody waits for it or not.
    async fn whole<T: Send + 'static>(
        &self,
        statement: impl Future<Output = Result<T, DbError>> + Send + 'static,
    ) -> Result<T, DbError> {
        let (trouble, patience) = (self.trouble(), self.patience);
        let run = self.statements.spawn(async move {
            let outcome = in_time(patience, statement).await;
            outcome.inspect_err(|_| trouble.notify_one())
        });
        run.await.unwrap_or_else(|lost| Err(DbError::new(lost.to_string())))
    }
}

impl DbExecutor for Watched {
    fn execute<'a>(&'a self, sql: &'a str, params: DbParams) -> BoxFuture<'a, Result<u64, DbError>> {
        let (inner, sql) = (self.inner.clone(), sql.to_owned());
        Box::pin(self.whole(async move { inner.execute(&sql, params).await }))
    }

    fn fetch_all<'a>(&'a self, sql: &'a str, params: DbParams) -> BoxFuture<'a, Result<Vec<DbRow>, DbError>> {
        let (inner, sql) = (self.inner.clone(), sql.to_owned());
        Box::pin(self.whole(async move { inner.fetch_all(&sql, params).await }))
    }
}

impl DatabaseDriver for Watched {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn begin<'a>(&'a self) -> BoxFuture<'a, Result<DbTransaction, DbError>> {
        let inner = self.inner.clone();
        Box::pin(self.whole(async move { inner.begin().await }))
    }

    fn listen<'a>(&'a self, channel: &'a str) -> BoxFuture<'a, Result<Option<NotificationStream>, DbError>> {
        let ear = Ear {
            database: self.inner.clone(),
            patience: self.patience,
            channel: channel.to_owned(),
            heard: None,
            echo_at: None,
            pause: Duration::ZERO,
        };
        let forever: NotificationStream = Box::pin(stream::unfold(ear, Ear::next));
        Box::pin(async move { Ok(Some(forever)) })
    }
}

/// Hears notifications for ever.
struct Ear {
    database: SqlxDatabase,
    patience: Duration,
    channel: String,
    heard: Option<NotificationStream>,
    /// When something that was heard is to be repeated.
    echo_at: Option<Instant>,
    pause: Duration,
}

impl Ear {
    async fn next(mut self) -> Option<(Result<Notification, DbError>, Self)> {
        loop {
            let Some(heard) = &mut self.heard else {
                self.listen().await;
                // Whatever was said before was not heard.
                return Some((Ok(self.of_our_own()), self));
            };
            let until = self.echo_at.unwrap_or_else(|| Instant::now() + SILENCE);
            match timeout_at(until, heard.next()).await {
                Ok(Some(Ok(notification))) => {
                    // The later one counts, so a steady stream of them is repeated when it pauses.
                    self.echo_at = Some(Instant::now() + ECHO);
                    return Some((Ok(notification), self));
                }
                Ok(Some(Err(error))) => {
                    tracing::warn!(%error, "the queue is not listened to for the moment");
                    self.heard = None;
                }
                Err(_) if self.echo_at.take().is_some() => return Some((Ok(self.of_our_own()), self)),
                Ok(None) | Err(_) => self.heard = None,
            }
        }
    }

    fn of_our_own(&self) -> Notification {
        Notification { channel: self.channel.clone(), payload: String::new() }
    }

    async fn listen(&mut self) {
        loop {
            sleep(self.pause).await;
            self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
            match in_time(self.patience, self.database.listen(&self.channel)).await {
                Ok(Some(heard)) => {
                    self.heard = Some(heard);
                    self.pause = Duration::ZERO;
                    return;
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "the queue cannot be listened to"),
            }
        }
    }
}

async fn in_time<T>(
    patience: Duration,
    statement: impl Future<Output = Result<T, DbError>>,
) -> Result<T, DbError> {
    let late = || Err(DbError::new(format!("there was no answer within {patience:?}")));
    timeout(patience, statement).await.unwrap_or_else(|_| late())
}

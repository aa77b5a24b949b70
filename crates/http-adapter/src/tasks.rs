use std::any::Any;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// The use cases under way. Each runs in a task of its own, so that neither a time-out nor a caller who hangs up
/// can cut a transaction short.
#[derive(Clone, Debug)]
pub struct Tasks {
    tracker: TaskTracker,
    /// Where tasks run: actix stops its workers' runtimes before the last use case has ended.
    home: Option<Handle>,
    /// Called when no answer may go on for as long as it likes any more.
    ending: CancellationToken,
}

/// Why there is no result.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It still runs.
    TimedOut,
    /// It panicked; the text is for the log only.
    Panicked(String),
}

impl Tasks {
    /// Tasks that run on the current runtime, if there is one, else on the one they are started from.
    pub(crate) fn new() -> Self {
        let ending = CancellationToken::new();
        Self { tracker: TaskTracker::new(), home: Handle::try_current().ok(), ending }
    }

    /// How many use cases are under way.
    pub fn len(&self) -> usize {
        self.tracker.len()
    }

    /// Whether no use case is under way.
    pub fn is_empty(&self) -> bool {
        self.tracker.is_empty()
    }

    /// Ends the answers that would go on by themselves: streams of events, and requests that wait for a run. To be
    /// called when the server is about to stop, since it waits for every answer.
    pub fn wind_down(&self) {
        self.ending.cancel();
    }

    /// Waits until [`Tasks::wind_down`] was called.
    pub(crate) async fn winding_down(&self) {
        self.ending.cancelled().await;
    }

    /// Waits until every use case has ended. To be called after the server has stopped taking requests.
    pub async fn drain(&self) {
        self.wind_down();
        self.tracker.close();
        self.tracker.wait().await;
    }

    /// Runs to the end in a task of its own, and waits for the result no longer than the patience.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        patience: Duration,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Lost> {
        let work = work.in_current_span();
        let task = match &self.home {
            Some(home) => self.tracker.spawn_on(work, home),
            None => self.tracker.spawn(work),
        };
        match timeout(patience, task).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(lost)) if lost.is_panic() => Err(Lost::Panicked(text_of(&*lost.into_panic()))),
            // The runtime is shutting down.
            Ok(Err(_)) | Err(_) => Err(Lost::TimedOut),
        }
    }
}

/// What a panic said.
pub(crate) fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn what_times_out_goes_on_and_is_waited_for() {
        let tasks = Tasks::new();
        let (go, gone) = oneshot::channel();
        let (done, end) = oneshot::channel();
        let work = async move {
            gone.await.unwrap();
            done.send("done").unwrap();
        };
        assert_eq!(tasks.run(Duration::from_secs(30), work).await, Err(Lost::TimedOut));
        assert_eq!(tasks.len(), 1);
        go.send(()).unwrap();
        tasks.drain().await;
        assert_eq!((end.await, tasks.is_empty()), (Ok("done"), true));
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_cancels_nothing() {
        let tasks = Tasks::new();
        let (done, end) = oneshot::channel();
        let call = tasks.run(Duration::MAX, async move {
            tokio::task::yield_now().await;
            done.send("done").unwrap();
        });
        let mut call = Box::pin(call);
        assert!(futures_util::poll!(&mut call).is_pending());
        drop(call);
        assert_eq!(end.await, Ok("done"));
    }

    #[tokio::test]
    async fn a_panic_is_caught() {
        let lost = Tasks::new().run(Duration::MAX, async { panic!("the reason") }).await;
        assert_eq!(lost, Err::<(), _>(Lost::Panicked("the reason".to_owned())));
    }
}

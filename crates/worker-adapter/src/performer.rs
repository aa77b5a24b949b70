use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;
use kairo_domain::Job;
use kairo_use_cases::Error;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

type Perform = dyn Fn(Job) -> BoxFuture<'static, Result<(), Error>> + Send + Sync;

/// Does jobs, each in a task of its own: whoever waits for it may go away, and no transaction is cut short by that.
#[derive(Clone)]
pub(crate) struct Performer {
    perform: Arc<Perform>,
    tasks: TaskTracker,
}

/// A job is not done, and has to be delivered again. The queue keeps these words beside the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDone {
    Failed,
    Panicked,
}

impl Performer {
    pub(crate) fn new<P, F>(perform: P) -> Self
    where
        P: Fn(Job) -> F + Send + Sync + 'static,
        F: Future<Output = Result<(), Error>> + Send + 'static,
    {
        let perform: Arc<Perform> = Arc::new(move |job| Box::pin(perform(job)));
        Self { perform, tasks: TaskTracker::new() }
    }

    pub(crate) async fn perform(&self, job: Job) -> Result<(), NotDone> {
        let perform = Arc::clone(&self.perform);
        // In the task, as the function itself may panic before there is a future.
        let work = async move { perform(job).await };
        let begun = Instant::now();
        let ended = self.tasks.spawn(work.in_current_span()).await;
        metrics::histogram!("kairo_job_duration_seconds", "task" => job.task()).record(begun.elapsed());
        let done = match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::warn!(job.key = job.key(), %error, source = source_of(&error), "a job failed");
                Err(NotDone::Failed)
            }
            Err(lost) => {
                tracing::error!(job.key = job.key(), error = %lost, "a job panicked");
                Err(NotDone::Panicked)
            }
        };
        let outcome = match done {
            Ok(()) => "done",
            Err(NotDone::Failed) => "failed",
            Err(NotDone::Panicked) => "panicked",
        };
        metrics::counter!("kairo_jobs_total", "task" => job.task(), "outcome" => outcome).increment(1);
        done
    }
}

/// What is behind an error, for the log.
fn source_of(error: &Error) -> Option<String> {
    std::error::Error::source(error).map(ToString::to_string)
}

impl fmt::Debug for Performer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Performer").field("jobs", &self.tasks.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    const JOB: Job = Job::DispatchEvent(1);

    #[tokio::test]
    async fn a_job_goes_on_when_nobody_waits_for_it() {
        let (done, end) = oneshot::channel();
        let done = std::sync::Mutex::new(Some(done));
        let performer = Performer::new(move |_| {
            let done = done.lock().unwrap().take().unwrap();
            async move {
                tokio::task::yield_now().await;
                done.send("done").unwrap();
                Ok(())
            }
        });
        let mut waiting = Box::pin(performer.perform(JOB));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(waiting);
        assert_eq!(end.await, Ok("done"));
    }

    #[tokio::test]
    async fn a_panic_is_no_more_than_a_failure() {
        let late = Performer::new(|_| async { panic!("while it is done") });
        assert_eq!(late.perform(JOB).await, Err(NotDone::Panicked));
        let early = Performer::new(|_| -> std::future::Ready<_> { panic!("before it begins") });
        assert_eq!(early.perform(JOB).await, Err(NotDone::Panicked));
        let failing = Performer::new(|_| async { Err(Error::Busy(None)) });
        assert_eq!(failing.perform(JOB).await, Err(NotDone::Failed));
    }
}

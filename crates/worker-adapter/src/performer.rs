use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use futures_util::TryFutureExt;
use futures_util::future::BoxFuture;
use kairo_domain::Job;
use kairo_use_cases::{Error, Performed};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use crate::counts;

type Perform = dyn Fn(Job, i64) -> BoxFuture<'static, Result<Performed, Error>> + Send + Sync;

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
    pub(crate) fn new<P, F, D>(perform: P) -> Self
    where
        P: Fn(Job, i64) -> F + Send + Sync + 'static,
        F: Future<Output = Result<D, Error>> + Send + 'static,
        D: Into<Performed>,
    {
        let perform: Arc<Perform> = Arc::new(move |job, number| Box::pin(perform(job, number).ok_into()));
        Self { perform, tasks: TaskTracker::new() }
    }

    pub(crate) async fn perform(&self, job: Job, number: i64) -> Result<(), NotDone> {
        let perform = Arc::clone(&self.perform);
        // In the task, as the function itself may panic before there is a future.
        let work = async move { perform(job, number).await };
        let begun = Instant::now();
        let span = tracing::info_span!("kairo.job", job.key = job.key());
        let ended = self.tasks.spawn(work.instrument(span)).await;
        metrics::histogram!("kairo_job_duration_seconds", "task" => job.task()).record(begun.elapsed());
        let done = match ended {
            Ok(Ok(done)) => {
                counts::count_end(&done);
                Ok(())
            }
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
        counts::count_job(job.task(), outcome);
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
    use chrono::TimeDelta;
    use kairo_domain::RunPhase;
    use kairo_use_cases::RunEnd;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use tokio::sync::oneshot;

    use super::*;

    const JOB: Job = Job::DispatchEvent(1);

    fn nobody(why: &str) -> Result<Performed, Error> {
        panic!("{why}")
    }

    #[tokio::test]
    async fn a_job_goes_on_when_nobody_waits_for_it() {
        let (done, end) = oneshot::channel();
        let done = std::sync::Mutex::new(Some(done));
        let performer = Performer::new(move |_, _| {
            let done = done.lock().unwrap().take().unwrap();
            async move {
                tokio::task::yield_now().await;
                done.send("done").unwrap();
                Ok(Performed::Done)
            }
        });
        let mut waiting = Box::pin(performer.perform(JOB, 1));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(waiting);
        assert_eq!(end.await, Ok("done"));
    }

    #[tokio::test]
    async fn the_end_of_a_run_is_counted_and_no_failure_is() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let _guard = metrics::set_default_local_recorder(&recorder);
        let end = RunEnd { fired_by: "event", phase: RunPhase::Failed, took: TimeDelta::zero() };
        let ending = Performer::new(move |_, _| std::future::ready(Ok(Performed::RunEnded(end.clone()))));
        ending.perform(JOB, 1).await.unwrap();
        let failing = Performer::new(|_, _| async { Err::<Performed, _>(Error::Busy(None)) });
        failing.perform(JOB, 1).await.unwrap_err();
        let page = recorder.handle().render();
        assert!(page.contains("kairo_runs_ended_total{outcome=\"failed\",fired_by=\"event\"} 1\n"), "{page}");
    }

    #[tokio::test]
    async fn a_panic_is_no_more_than_a_failure() {
        let late = Performer::new(|_, _| async { nobody("while it is done") });
        assert_eq!(late.perform(JOB, 1).await, Err(NotDone::Panicked));
        let early = Performer::new(|_, _| std::future::ready(nobody("before it begins")));
        assert_eq!(early.perform(JOB, 1).await, Err(NotDone::Panicked));
        let failing = Performer::new(|_, _| async { Err::<Performed, _>(Error::Busy(None)) });
        assert_eq!(failing.perform(JOB, 1).await, Err(NotDone::Failed));
    }
}

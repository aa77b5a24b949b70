//! What the queue hands over, by the word of its kind.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use kairo_domain::Job;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::counts;
use crate::performer::{NotDone, Performer};

#[derive(Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct DriveRun(Value);

#[derive(Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct DispatchEvent(Value);

impl TaskHandler for DriveRun {
    const IDENTIFIER: &'static str = "drive_run";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        perform(Self::IDENTIFIER, &self.0, &context).await
    }
}

impl TaskHandler for DispatchEvent {
    const IDENTIFIER: &'static str = "dispatch_event";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        perform(Self::IDENTIFIER, &self.0, &context).await
    }
}

async fn perform(task: &'static str, payload: &Value, context: &WorkerContext) -> Result<(), NotDone> {
    let Some(job) = Job::parse(task, payload) else {
        // It never will be readable, so it is not tried again.
        tracing::error!(job.task = task, job.id = context.job().id(), "a job that cannot be read is dropped");
        counts::count_job(task, "unreadable");
        return Ok(());
    };
    match context.get_ext::<Performer>() {
        Some(performer) => performer.perform(job, *context.job().id()).await,
        None => Err(NotDone::Failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_job_has_a_task() {
        assert_eq!([DriveRun::IDENTIFIER, DispatchEvent::IDENTIFIER], Job::TASKS);
    }
}

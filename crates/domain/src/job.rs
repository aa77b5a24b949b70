use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Id, RunId};

/// Something to be done beside the requests. It says what it is about and not what is to be done there, so doing it once
/// more does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Drive a run as far as it goes.
    DriveRun(RunId),
    /// Pass an entry of the journal on to whoever waits for such events; by its number.
    DispatchEvent(i64),
}

impl Job {
    /// The words of all kinds.
    pub const TASKS: [&'static str; 2] = [Self::DRIVE_RUN, Self::DISPATCH_EVENT];

    const DRIVE_RUN: &'static str = "drive_run";
    const DISPATCH_EVENT: &'static str = "dispatch_event";

    /// The word of its kind.
    pub const fn task(self) -> &'static str {
        match self {
            Self::DriveRun(_) => Self::DRIVE_RUN,
            Self::DispatchEvent(_) => Self::DISPATCH_EVENT,
        }
    }

    /// What it is about, as a queue keeps it.
    pub fn payload(self) -> Value {
        match self {
            Self::DriveRun(run) => json!({ "run": run.uuid().to_string() }),
            Self::DispatchEvent(seq) => json!({ "event": seq }),
        }
    }

    /// What only one waiting job has.
    pub fn key(self) -> String {
        match self {
            Self::DriveRun(run) => format!("run:{}", run.uuid()),
            Self::DispatchEvent(seq) => format!("event:{seq}"),
        }
    }

    /// The job that a queue kept. Further members of the payload are left alone: a newer program may write them.
    pub fn parse(task: &str, payload: &Value) -> Option<Self> {
        match task {
            Self::DRIVE_RUN => {
                let run = Uuid::try_parse(payload.get("run")?.as_str()?).ok()?;
                Some(Self::DriveRun(Id::from_uuid(run)))
            }
            Self::DISPATCH_EVENT => payload.get("event")?.as_i64().map(Self::DispatchEvent),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jobs() -> [Job; 2] {
        [Job::DriveRun(Id::from_uuid(Uuid::from_u128(7))), Job::DispatchEvent(i64::MAX)]
    }

    #[test]
    fn a_job_survives_the_queue() {
        for job in jobs() {
            let kept = serde_json::from_str(&job.payload().to_string()).unwrap();
            assert_eq!(Job::parse(job.task(), &kept), Some(job));
        }
        assert_eq!(jobs().map(Job::task), Job::TASKS);
    }

    #[test]
    fn a_key_names_what_the_job_is_about() {
        assert_eq!(
            jobs().map(Job::key),
            ["run:00000000-0000-0000-0000-000000000007", "event:9223372036854775807"]
        );
    }

    #[test]
    fn what_is_no_job_is_told() {
        let payload = json!({ "run": "00000000-0000-0000-0000-000000000007", "event": 7, "more": true });
        assert_eq!(Job::parse("drive_run", &payload), Some(jobs()[0]));
        assert_eq!(Job::parse("dispatch_event", &payload), Some(Job::DispatchEvent(7)));
        assert_eq!(Job::parse("send_mail", &payload), None);
        for broken in [json!({}), json!([]), json!({ "run": "seven", "event": "7" }), Value::Null] {
            assert!(Job::TASKS.iter().all(|task| Job::parse(task, &broken).is_none()), "{broken}");
        }
    }
}

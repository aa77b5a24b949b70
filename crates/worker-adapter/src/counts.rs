//! What jobs and runs come to, counted for Prometheus.

use kairo_domain::{Firing, Job, RunPhase};
use kairo_use_cases::{Performed, RunEnd};

const JOBS: &str = "kairo_jobs_total";
const JOB_OUTCOMES: [&str; 4] = ["done", "failed", "panicked", "unreadable"];
const ENDED: &str = "kairo_runs_ended_total";
const DURATION: &str = "kairo_run_duration_seconds";

/// Begins every count at nothing: one that begins with the first job or run would hide that from whoever asks for an
/// increase.
pub(crate) fn begin() {
    for (task, outcome) in pairs(&Job::TASKS, &JOB_OUTCOMES) {
        metrics::counter!(JOBS, "task" => task, "outcome" => outcome).increment(0);
    }
    let outcomes: Vec<_> = RunPhase::ALL.into_iter().filter_map(outcome).collect();
    for (outcome, by) in pairs(&outcomes, &Firing::WORDS) {
        metrics::counter!(ENDED, "outcome" => outcome, "fired_by" => by).increment(0);
    }
}

fn pairs(
    these: &[&'static str],
    those: &[&'static str],
) -> impl Iterator<Item = (&'static str, &'static str)> {
    these.iter().flat_map(|this| those.iter().map(|that| (*this, *that)))
}

/// Counts a job.
pub(crate) fn count_job(task: &'static str, outcome: &'static str) {
    metrics::counter!(JOBS, "task" => task, "outcome" => outcome).increment(1);
}

/// Counts the end of a run, if a job came to that.
pub(crate) fn count_end(done: &Performed) {
    let Performed::RunEnded(RunEnd { fired_by, phase, took }) = done else { return };
    let Some(outcome) = outcome(*phase) else { return };
    metrics::counter!(ENDED, "outcome" => outcome, "fired_by" => *fired_by).increment(1);
    metrics::histogram!(DURATION, "outcome" => outcome).record(took.to_std().unwrap_or_default());
}

/// The word for an end; open runs have none.
const fn outcome(phase: RunPhase) -> Option<&'static str> {
    match phase {
        RunPhase::Queued | RunPhase::Running | RunPhase::Waiting => None,
        RunPhase::Success => Some("success"),
        RunPhase::Failed => Some("failed"),
        RunPhase::Cancelled => Some("cancelled"),
        RunPhase::TimedOut => Some("timed_out"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    /// What Prometheus is shown once this is done.
    fn page(deed: impl FnOnce()) -> String {
        let recorder = PrometheusBuilder::new().build_recorder();
        metrics::with_local_recorder(&recorder, deed);
        recorder.handle().render()
    }

    fn end(fired_by: &'static str, phase: RunPhase) -> Performed {
        Performed::RunEnded(RunEnd { fired_by, phase, took: TimeDelta::milliseconds(1_500) })
    }

    #[test]
    fn runs_are_counted_by_how_they_ended_and_what_fired_them() {
        let page = page(|| {
            begin();
            count_end(&end("webhook", RunPhase::Success));
            count_end(&end("webhook", RunPhase::Success));
            count_end(&end("schedule", RunPhase::TimedOut));
            count_end(&Performed::Done);
        });
        for line in [
            "kairo_runs_ended_total{outcome=\"success\",fired_by=\"webhook\"} 2",
            "kairo_runs_ended_total{outcome=\"timed_out\",fired_by=\"schedule\"} 1",
            "kairo_runs_ended_total{outcome=\"failed\",fired_by=\"event\"} 0",
            "kairo_run_duration_seconds_sum{outcome=\"success\"} 3",
            "kairo_run_duration_seconds_count{outcome=\"timed_out\"} 1",
        ] {
            assert!(page.contains(&format!("{line}\n")), "{line} is missing in\n{page}");
        }
        assert_eq!(page.matches("kairo_runs_ended_total{").count(), 24);
        assert_eq!(page.matches("kairo_jobs_total{").count(), 8);
    }
}

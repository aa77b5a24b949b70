use std::time::Duration;

use kairo::worker::WorkerSettings;
use serde::{Deserialize, Serialize};

/// The worker, which runs automations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Worker {
    /// Whether `kairo serve` runs the worker too; without it, somebody else has to.
    pub enabled: bool,
    /// How many jobs are worked on at a time.
    pub concurrency: u16,
    /// How often a worker says that it is alive, in milliseconds.
    pub heartbeat_ms: u64,
    /// After how long without a word a worker counts as dead, and others take its jobs, in milliseconds.
    pub stale_ms: u64,
    /// How long a stop waits for jobs under way, in milliseconds; the others go on where they were elsewhere.
    pub grace_ms: u64,
    /// How often jobs are looked for although none was announced, in milliseconds.
    pub poll_ms: u64,
}

impl Default for Worker {
    fn default() -> Self {
        Self {
            enabled: true,
            concurrency: 16,
            heartbeat_ms: 3_000,
            stale_ms: 10_000,
            grace_ms: 12_000,
            poll_ms: 1_000,
        }
    }
}

impl Worker {
    /// As a worker takes them.
    pub(crate) fn settings(self) -> WorkerSettings {
        WorkerSettings {
            concurrency: self.concurrency.into(),
            poll_interval: Duration::from_millis(self.poll_ms),
            heartbeat: Duration::from_millis(self.heartbeat_ms),
            stale_after: Duration::from_millis(self.stale_ms),
            sweep_interval: Duration::from_millis((self.stale_ms / 5).max(100)),
            grace: Duration::from_millis(self.grace_ms),
            ..WorkerSettings::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_takes_as_long_wherever_a_worker_is_set_up() {
        assert_eq!(Worker::default().settings().longest_stop(), WorkerSettings::default().longest_stop());
    }
}

use std::net::SocketAddr;
use std::time::Duration;

use kairo::use_cases::WorkBounds;
use kairo::worker::WorkerSettings;
use serde::{Deserialize, Serialize};

/// The worker, which runs automations.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Worker {
    /// Whether `kairo serve` runs the worker too; without it, somebody else has to.
    pub enabled: bool,
    /// How many jobs are worked on at a time. Four times as many are in hand: those that wait for an answer from outside
    /// keep nobody from working.
    pub concurrency: u16,
    /// How many runs of one owner are in hand at a time, in all processes together; three quarters of what one process has
    /// in hand when absent.
    pub runs_per_owner: Option<u16>,
    /// How often a worker says that it is alive, in milliseconds.
    pub heartbeat_ms: u64,
    /// After how long without a word a worker counts as dead, and others take its jobs, in milliseconds.
    pub stale_ms: u64,
    /// How long a stop waits for jobs under way, in milliseconds; the others go on where they were elsewhere.
    pub grace_ms: u64,
    /// How often jobs are looked for although none was announced, in milliseconds.
    pub poll_ms: u64,
    /// Where `kairo worker` answers whoever watches it (`/healthz`, `/readyz`, `/metrics`); nowhere when absent. `kairo serve`
    /// does so where it serves.
    pub listen: Option<SocketAddr>,
}

impl Default for Worker {
    fn default() -> Self {
        Self {
            enabled: true,
            concurrency: 16,
            runs_per_owner: None,
            heartbeat_ms: 3_000,
            stale_ms: 10_000,
            grace_ms: 12_000,
            poll_ms: 1_000,
            listen: None,
        }
    }
}

/// How many jobs are in hand for each that is worked on.
const IN_HAND: u16 = 4;

impl Worker {
    /// How much is worked on at a time.
    pub(crate) fn bounds(self) -> WorkBounds {
        let in_hand = self.in_hand();
        let per_owner = self.runs_per_owner.unwrap_or(in_hand - in_hand / 4);
        WorkBounds { at_a_time: self.concurrency, per_owner }
    }

    const fn in_hand(self) -> u16 {
        self.concurrency.saturating_mul(IN_HAND)
    }

    /// As a worker takes them.
    pub(crate) fn settings(self) -> WorkerSettings {
        WorkerSettings {
            concurrency: self.in_hand().into(),
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
    fn nobody_alone_has_everything_in_hand() {
        for concurrency in [1, 2, 16, 20_000, u16::MAX] {
            let configured = Worker { concurrency, ..Worker::default() };
            let (bounds, in_hand) = (configured.bounds(), configured.settings().concurrency);
            assert!(usize::from(bounds.per_owner) < in_hand, "{bounds:?} of {in_hand}");
        }
        let chosen = Worker { runs_per_owner: Some(500), ..Worker::default() };
        assert_eq!(chosen.bounds().per_owner, 500);
        assert_eq!(Worker::default().bounds(), WorkBounds::default());
        assert_eq!(Worker::default().settings().concurrency, WorkerSettings::default().concurrency);
    }

    #[test]
    fn a_stop_takes_as_long_wherever_a_worker_is_set_up() {
        assert_eq!(Worker::default().settings().longest_stop(), WorkerSettings::default().longest_stop());
    }
}

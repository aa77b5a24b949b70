use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Utc};
use kairo_ports::Clock;

/// A clock that stands still until a test sets it.
#[derive(Debug, Default)]
pub(crate) struct StillClock(AtomicI64);

impl StillClock {
    pub(crate) fn set(&self, now: DateTime<Utc>) {
        self.0.store(now.timestamp(), Ordering::Relaxed);
    }
}

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::Relaxed), 0).unwrap()
    }
}

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use kairo_ports::Clock;

/// The instant at which a [`ManualClock`] starts: 2026-01-01T00:00:00Z.
pub const START: DateTime<Utc> = DateTime::from_timestamp(1_767_225_600, 0).expect("a valid instant");

/// A clock that stands still until a test moves it. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// A clock that shows [`START`].
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(START)))
    }

    /// What it shows, for rooms that know no ports.
    pub fn shows(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the clock.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        self.shows()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_moves_for_all_its_clones() {
        let clock = ManualClock::new();
        clock.clone().advance(TimeDelta::seconds(5));
        assert_eq!(clock.now().to_rfc3339(), "2026-01-01T00:00:05+00:00");
    }
}

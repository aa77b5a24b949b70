use chrono::{DateTime, TimeDelta, Utc};

/// Failed attempts to sign in that have one thing in common: the account that was named, or the address they came
/// from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    /// How many failed in a row.
    pub failures: u32,
    /// When the last one failed.
    pub last_at: DateTime<Utc>,
}

/// What failed attempts have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttemptsOf {
    /// The account that was named, whether it exists or not.
    Account,
    /// The network address they came from; many people may share one.
    Address,
}

impl Attempts {
    /// After this time without a failure, all is forgotten.
    pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::minutes(15);
    /// The longest wait. There is no lock for good: it would let anybody lock anybody out.
    const LONGEST_WAIT: TimeDelta = TimeDelta::seconds(60);

    /// How long the next attempt has to wait: nothing for a few failures, then 1 s, 2 s, 4 s and so on.
    pub fn wait(self, of: AttemptsOf, now: DateTime<Utc>) -> Option<TimeDelta> {
        let free = match of {
            AttemptsOf::Account => 3,
            AttemptsOf::Address => 10,
        };
        let doublings = self.failures.checked_sub(free + 1)?;
        let delay = TimeDelta::seconds(1_i64.checked_shl(doublings.min(6)).unwrap_or(i64::MAX));
        let left = self.last_at + delay.min(Self::LONGEST_WAIT) - now;
        (left > TimeDelta::zero()).then_some(left)
    }

    /// One more failure.
    #[must_use]
    pub fn failed(before: Option<Self>, at: DateTime<Utc>) -> Self {
        let remembered = before.filter(|before| at - before.last_at < Self::FORGOTTEN_AFTER);
        Self { failures: remembered.map_or(0, |before| before.failures).saturating_add(1), last_at: at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(failures: u32, of: AttemptsOf) -> i64 {
        let attempts = Attempts { failures, last_at: DateTime::UNIX_EPOCH };
        attempts.wait(of, DateTime::UNIX_EPOCH).map_or(0, |wait| wait.num_seconds())
    }

    #[test]
    fn the_wait_doubles_and_never_becomes_a_lock() {
        let waits: Vec<_> = (1..=12).map(|failures| after(failures, AttemptsOf::Account)).collect();
        assert_eq!(waits, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!((after(u32::MAX, AttemptsOf::Account), after(10, AttemptsOf::Address)), (60, 0));
        assert_eq!(after(11, AttemptsOf::Address), 1);
    }

    #[test]
    fn failures_are_forgotten() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let first = Attempts::failed(None, at(0));
        let second = Attempts::failed(Some(first), at(60));
        assert_eq!(second, Attempts { failures: 2, last_at: at(60) });
        assert_eq!(Attempts::failed(Some(second), at(60 + 900)).failures, 1);
    }
}

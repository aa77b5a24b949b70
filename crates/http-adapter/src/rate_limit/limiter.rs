use std::time::Duration;

use governor::RateLimiter;
use governor::clock::Clock;
use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use tokio::time::Instant;

use super::Quota;
use super::arrivals::Arrivals;
use super::key::Key;

/// Counts the requests of each caller against one quota (GCRA).
pub(super) struct Limiter<C: Clock<Instant = Nanos>> {
    quota: Quota,
    clock: C,
    start: Nanos,
    arrivals: Arrivals,
    governor: RateLimiter<Key, Arrivals, C, StateInformationMiddleware>,
}

/// How a caller stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) is_allowed: bool,
    /// How many requests may follow at once.
    pub(super) remaining: u32,
    /// How long it takes until there is one more.
    pub(super) next: Duration,
}

/// The time since a limiter was made, on the clock that the runtime's timers follow.
#[derive(Clone, Copy, Debug)]
pub(super) struct RuntimeClock(Instant);

impl RuntimeClock {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for RuntimeClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

impl Standing {
    /// [`Standing::next`] in whole seconds, rounded up, and one at least.
    pub(super) fn seconds(&self) -> u64 {
        let begun = u64::from(self.next.subsec_nanos() > 0);
        (self.next.as_secs() + begun).max(1)
    }
}

impl<C: Clock<Instant = Nanos> + Clone> Limiter<C> {
    pub(super) fn new(quota: Quota, clock: C) -> Self {
        let rate = governor::Quota::with_period(quota.interval());
        // Without a length of time there is no such quota, and an interval has one.
        let rate = rate.unwrap_or_else(|| governor::Quota::per_second(quota.burst()));
        let (start, arrivals) = (clock.now(), Arrivals::default());
        let governor = RateLimiter::new(rate.allow_burst(quota.burst()), arrivals.clone(), clock.clone());
        Self { quota, clock, start, arrivals, governor }
    }

    pub(super) const fn quota(&self) -> Quota {
        self.quota
    }

    /// Takes a request from the caller's allowance, if there is one left.
    pub(super) fn charge(&self, key: Key) -> Standing {
        if self.arrivals.is_untidy() {
            self.governor.retain_recent();
        }
        let key = self.arrivals.place(key);
        match self.governor.check_key(&key) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Standing { is_allowed: true, remaining, next: self.until_next(&key) }
            }
            Err(refused) => {
                let next = refused.wait_time_from(self.clock.now());
                Standing { is_allowed: false, remaining: 0, next }
            }
        }
    }

    /// How a caller stands who has used the allowance up; asking costs nothing of it.
    pub(super) fn exhausted(&self, key: Key) -> Option<Standing> {
        // All but the request that is asked about may come before their time.
        let ahead = Nanos::from(self.quota.interval() * (self.quota.burst().get() - 1));
        let earliest = self.arrivals.of(&self.arrivals.place(key)).saturating_sub(ahead);
        let wait = Duration::from_nanos(earliest.saturating_sub(self.now()).as_u64());
        (!wait.is_zero()).then_some(Standing { is_allowed: false, remaining: 0, next: wait })
    }

    /// How long it takes until one more request of the allowance is back. What is missing of the allowance comes back
    /// one interval after the other, so the next is there when the interval that has begun is over.
    fn until_next(&self, key: &Key) -> Duration {
        let missing = self.arrivals.of(key).saturating_sub(self.now()).as_u64();
        let interval = Nanos::from(self.quota.interval()).as_u64();
        Duration::from_nanos(missing.checked_sub(1).map_or(0, |missing| missing % interval + 1))
    }

    /// The time since the limiter was made, from which arrivals are counted.
    fn now(&self) -> Nanos {
        self.clock.now().saturating_sub(self.start)
    }
}

#[cfg(test)]
mod tests;

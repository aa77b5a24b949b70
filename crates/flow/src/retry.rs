/// How often a step is tried, and how long it waits in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The most attempts, the first included.
    pub max_attempts: u32,
    /// The bound of the first delay.
    pub initial_ms: u64,
    /// The bound of every delay.
    pub max_ms: u64,
}

/// No retry comes sooner, whatever the dice say.
const FLOOR_MS: u64 = 100;

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_attempts: 5, initial_ms: 1_000, max_ms: 300_000 }
    }
}

impl RetryPolicy {
    /// Whether another attempt may follow this one, counted from 1.
    pub const fn allows_another(&self, attempt: u32) -> bool {
        attempt < self.max_attempts
    }

    /// How long to wait after a failed attempt, counted from 1: a random share (`random` is in 0 to 1) of a
    /// bound that doubles with each attempt, so that many runs that failed together do not come back together.
    pub fn delay_ms(&self, attempt: u32, random: f64) -> u64 {
        let doublings = attempt.saturating_sub(1).min(40);
        let bound = self.initial_ms.saturating_mul(1_u64 << doublings).min(self.max_ms);
        let share = if random.is_finite() { random.clamp(0.0, 1.0) } else { 1.0 };
        let delay = std::time::Duration::from_millis(bound).mul_f64(share);
        u64::try_from(delay.as_millis()).unwrap_or(bound).clamp(FLOOR_MS.min(bound), bound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_bound_and_never_vanish() {
        let policy = RetryPolicy { max_attempts: 5, initial_ms: 1_000, max_ms: 5_000 };
        let longest: Vec<u64> = (1..=5).map(|attempt| policy.delay_ms(attempt, 1.0)).collect();
        assert_eq!(longest, [1_000, 2_000, 4_000, 5_000, 5_000]);
        assert_eq!(policy.delay_ms(1, 0.0), 100);
        assert_eq!(policy.delay_ms(u32::MAX, 0.5), 2_500);
        assert_eq!(policy.delay_ms(1, f64::NAN), 1_000);
        assert!(policy.allows_another(4) && !policy.allows_another(5));
    }
}

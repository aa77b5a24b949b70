use std::time::Duration;

use kairo::http::{Quota, RateLimits};
use serde::{Deserialize, Serialize};

/// How many requests one caller may make. More are answered 429 with `Retry-After`; 0 requests is no limit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Signing in, signing up and everything else that tries secrets, for each address.
    pub auth: Rate,
    /// Contact forms, for each address.
    pub leads: Rate,
    /// Public reads, and deliveries to addresses of webhooks that may be guessed, for each address.
    pub reads: Rate,
    /// Everything, for each signed-in user.
    pub user: Rate,
    /// Deliveries to webhooks, for each webhook.
    pub hooks: Rate,
}

/// So many requests in so many seconds, spread evenly after a first burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// How many requests; 0 for no limit.
    pub requests: u32,
    /// In how many seconds.
    pub seconds: u32,
}

impl Default for Rates {
    fn default() -> Self {
        let RateLimits { auth, leads, reads, user, hooks } = RateLimits::default();
        let [auth, leads, reads, user, hooks] = [auth, leads, reads, user, hooks].map(Rate::from);
        Self { auth, leads, reads, user, hooks }
    }
}

impl Rate {
    /// As the API counts; `None` for no limit.
    pub(crate) fn quota(self) -> Option<Quota> {
        Quota::new(self.requests, Duration::from_secs(self.seconds.into()))
    }

    /// Whether it says what it means: a limit that can be counted, or none.
    pub(super) fn is_sound(self) -> bool {
        self.requests == 0 || self.quota().is_some()
    }
}

impl From<Option<Quota>> for Rate {
    fn from(quota: Option<Quota>) -> Self {
        let Some(quota) = quota else { return Self { requests: 0, seconds: 1 } };
        // No more than the longest window, which is a month.
        let seconds = u32::try_from(quota.window().as_secs()).unwrap_or(u32::MAX);
        Self { requests: quota.requests(), seconds }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_api() {
        let Rates { auth, leads, reads, user, hooks } = Rates::default();
        let [auth, leads, reads, user, hooks] = [auth, leads, reads, user, hooks].map(Rate::quota);
        assert_eq!(RateLimits { auth, leads, reads, user, hooks }, RateLimits::default());
    }

    #[test]
    fn no_quota_is_a_rate_without_limit() {
        let rate = Rate::from(None);
        assert!(rate.is_sound() && rate.quota().is_none());
    }
}

use std::num::NonZeroU32;
use std::time::Duration;

/// How many requests one caller may make in how much time.
///
/// The allowance comes back evenly: of 5 requests a minute, one every 12 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    requests: u32,
    /// In seconds.
    window: u32,
}

/// How often callers may ask; a class without a quota is not limited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Signing in and up, and whatever else is guessed at or mails somebody; for each network address.
    pub auth: Option<Quota>,
    /// Contact forms of visitors, for each network address.
    pub leads: Option<Quota>,
    /// Reading what is public, whatever is asked with an API key, and deliveries to addresses of webhooks that may be
    /// guessed; for each network address.
    pub reads: Option<Quota>,
    /// Everything somebody does who is signed in, on all devices and with all API keys together.
    pub user: Option<Quota>,
    /// Deliveries to webhooks that exist; for each webhook, whoever sends them.
    pub hooks: Option<Quota>,
}

impl Quota {
    /// The longest window: longer ones would hold the memory of a caller for no good.
    pub const MAX_WINDOW: Duration = Duration::from_secs(31 * 24 * 60 * 60);

    /// So many requests in a window; `None` for no request at all, and unless the window has whole seconds, from one
    /// second to [`Quota::MAX_WINDOW`].
    pub fn new(requests: u32, window: Duration) -> Option<Self> {
        let seconds = u32::try_from(window.as_secs()).ok()?;
        let fits = seconds > 0 && window.subsec_nanos() == 0 && window <= Self::MAX_WINDOW;
        (requests > 0 && fits).then_some(Self { requests, window: seconds })
    }

    /// How many requests fit into the window.
    pub const fn requests(self) -> u32 {
        self.requests
    }

    /// The time in which the whole allowance comes back.
    pub const fn window(self) -> Duration {
        Duration::from_secs(self.window as u64)
    }

    /// How long it takes until one request of the allowance is back.
    pub(super) fn interval(self) -> Duration {
        (self.window() / self.requests).max(Duration::from_nanos(1))
    }

    pub(super) fn burst(self) -> NonZeroU32 {
        NonZeroU32::new(self.requests).unwrap_or(NonZeroU32::MIN)
    }
}

impl RateLimits {
    /// Nobody is limited.
    pub const OFF: Self = Self { auth: None, leads: None, reads: None, user: None, hooks: None };
}

impl Default for RateLimits {
    fn default() -> Self {
        let quota = |requests, window| Some(Quota { requests, window });
        Self {
            auth: quota(5, 60),
            leads: quota(3, 3600),
            // 100 a second, of which 200 may come at once.
            reads: quota(200, 2),
            user: quota(1000, 60),
            // 50 a second, of which 200 may come at once.
            hooks: quota(200, 4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_has_a_request_and_whole_seconds() {
        let minute = Duration::from_secs(60);
        let quota = Quota::new(5, minute).unwrap();
        assert_eq!((quota.requests(), quota.window(), quota.interval().as_secs()), (5, minute, 12));
        for (requests, window) in [
            (0, minute),
            (5, Duration::ZERO),
            (5, Duration::from_millis(1500)),
            (5, Quota::MAX_WINDOW + Duration::from_secs(1)),
            (5, Duration::MAX),
        ] {
            assert_eq!(Quota::new(requests, window), None, "{requests} in {window:?}");
        }
    }

    #[test]
    fn the_defaults_are_quotas() {
        let RateLimits { auth, leads, reads, user, hooks } = RateLimits::default();
        for quota in [auth, leads, reads, user, hooks].into_iter().flatten() {
            assert_eq!(Quota::new(quota.requests(), quota.window()), Some(quota));
        }
    }
}

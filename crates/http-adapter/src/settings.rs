use std::time::Duration;

use ipnet::IpNet;
use kairo_domain::Redacted;

use crate::{ForwardedHeader, Metrics, RateLimits, StreamLimits};

/// How the API behaves where installations differ.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The path of the API below the point where it is mounted.
    pub base_path: String,
    /// How this server is reached from outside, such as `https://studio.example`, for addresses that are handed on.
    /// Without it they begin with the path.
    pub public_url: Option<String>,
    /// The most bytes of a JSON body.
    pub json_limit: usize,
    /// The most bytes of a JSON body with a flow in it.
    pub flow_limit: usize,
    /// How deep a JSON body may nest.
    pub depth_limit: usize,
    /// After how long a request is answered `busy`; what it started goes on to its end.
    pub request_timeout: Duration,
    /// How fast request bodies must arrive.
    pub body_pace: BodyPace,
    /// The origins whose pages may call the API, with cookies too, as browsers write them: `https://studio.example`.
    /// None unless told.
    pub cors_origins: Vec<String>,
    /// The networks of the proxies in front of this server. They are believed about whom they forward a request for,
    /// and nobody else is. Networks of IPv4 are written as such, also where the server listens on IPv6.
    pub trusted_proxies: Vec<IpNet>,
    /// Where those proxies write it.
    pub forwarded_header: ForwardedHeader,
    /// How often callers may ask. Each node counts by itself.
    pub rate_limits: RateLimits,
    /// How many streams of events may be open on this node.
    pub streams: StreamLimits,
    /// Whether cookies need TLS. Without, only for development, they have plain names and go over plain HTTP.
    pub cookies_secure: bool,
    /// What signs cursors, receipts and CSRF tokens. The same on every node, or they work on one node only.
    pub signing_key: Redacted<[u8; 32]>,
    /// Whether `/docs` is served.
    pub docs: bool,
    /// What `/metrics` shows; without it there is no such page.
    pub metrics: Option<Metrics>,
}

/// How fast a request body must arrive, so that slow senders cannot hold connections for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyPace {
    /// When the whole body must be there.
    pub deadline: Duration,
    /// For how long the rate does not matter yet.
    pub grace: Duration,
    /// The rate that must be kept after that, as an average.
    pub bytes_per_second: u32,
}

impl Settings {
    /// The defaults, with the one thing that has none: 32 secret bytes.
    pub fn new(signing_key: [u8; 32]) -> Self {
        Self {
            base_path: "/api/v1".to_owned(),
            public_url: None,
            json_limit: 1024 * 1024,
            flow_limit: 4 * 1024 * 1024,
            depth_limit: 64,
            request_timeout: Duration::from_secs(30),
            body_pace: BodyPace::default(),
            cors_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            forwarded_header: ForwardedHeader::default(),
            rate_limits: RateLimits::default(),
            streams: StreamLimits::default(),
            cookies_secure: true,
            signing_key: Redacted::new(signing_key),
            docs: true,
            metrics: None,
        }
    }
}

impl Default for BodyPace {
    fn default() -> Self {
        Self { deadline: Duration::from_secs(30), grace: Duration::from_secs(5), bytes_per_second: 1024 }
    }
}

impl BodyPace {
    /// How long after its start a body of which this much has arrived may still go on without another byte.
    pub(crate) fn allowance(&self, received: usize) -> Duration {
        let earned = received as u64 * 1000 / u64::from(self.bytes_per_second.max(1));
        self.deadline.min(self.grace + Duration::from_millis(earned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_buy_time_up_to_the_deadline() {
        let pace = BodyPace::default();
        assert_eq!(pace.allowance(0), Duration::from_secs(5));
        assert_eq!(pace.allowance(2048), Duration::from_secs(7));
        assert_eq!(pace.allowance(1 << 20), Duration::from_secs(30));
    }
}

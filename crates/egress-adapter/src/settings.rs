use std::time::Duration;

use ipnet::IpNet;

/// How requests are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressSettings {
    /// Networks that are not public and may be reached all the same. Local names are looked up only if there is one, and
    /// lead nowhere else.
    pub allowed: Vec<IpNet>,
    /// What the program calls itself, unless a request says something else.
    pub user_agent: String,
    /// How many redirects are followed; one more is refused.
    pub max_redirects: usize,
    /// For how long a connection may take, within the time of the request.
    pub connect_timeout: Duration,
}

impl Default for EgressSettings {
    fn default() -> Self {
        Self {
            allowed: Vec::new(),
            user_agent: concat!("kairo-studio/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_redirects: 5,
            connect_timeout: Duration::from_secs(10),
        }
    }
}

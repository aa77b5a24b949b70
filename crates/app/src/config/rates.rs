use serde::{Deserialize, Serialize};

/// How many requests one caller may make. More are answered 429 with `Retry-After`; 0 requests is no limit.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// Signing in, signing up and everything else that tries secrets, for each address.
    pub auth: Rate,
    /// Contact forms, for each address.
    pub leads: Rate,
    /// Public reads, for each address.
    pub reads: Rate,
    /// Everything, for each signed-in user.
    pub user: Rate,
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
        Self {
            auth: Rate { requests: 5, seconds: 60 },
            leads: Rate { requests: 3, seconds: 3_600 },
            reads: Rate { requests: 200, seconds: 2 },
            user: Rate { requests: 1_000, seconds: 60 },
        }
    }
}

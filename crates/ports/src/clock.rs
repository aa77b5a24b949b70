use chrono::{DateTime, Utc};

/// Tells the time. Everything that depends on time takes it from here, so that tests can move it by hand.
#[cfg_attr(feature = "mock", mockall::automock)]
pub trait Clock: Send + Sync {
    /// The current instant, in whole microseconds (what PostgreSQL keeps).
    fn now(&self) -> DateTime<Utc>;
}

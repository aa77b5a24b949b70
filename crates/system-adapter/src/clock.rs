use chrono::{DateTime, SubsecRound, Utc};
use kairo_ports::Clock;

/// The machine's clock, in whole microseconds: what is written is what PostgreSQL gives back.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the wall clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

//! What numbers in a flow may be: the catalogue tells it, the check asks for it, and a run that renders one keeps it.

use std::ops::RangeInclusive;

/// The most days that a run waits; more than ten years are a mistake.
pub const LONGEST_WAIT_DAYS: u32 = 3_660;

/// A whole number from the first to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds(pub(crate) u32, pub(crate) u32);

impl Bounds {
    pub(crate) const fn range(self) -> RangeInclusive<u32> {
        self.0..=self.1
    }
}

/// How long to wait for the answer to a request.
pub(crate) const REQUEST_SECONDS: Bounds = Bounds(1, 120);
/// How long that is when nobody says.
pub(crate) const USUAL_REQUEST_SECONDS: u32 = 10;
/// How much to read of the answer to a request; the most unless somebody says.
pub(crate) const RESPONSE_BYTES: Bounds = Bounds(1, 1_048_576);
/// The status of an answer.
pub(crate) const STATUS: Bounds = Bounds(100, 599);
/// How many iterations of a loop run side by side.
pub(crate) const CONCURRENCY: Bounds = Bounds(1, 10);
/// How old the signature of a webhook may be.
pub(crate) const TOLERANCE_SECONDS: Bounds = Bounds(1, DAY);
/// How old that is when nobody says.
pub(crate) const USUAL_TOLERANCE_SECONDS: u32 = 300;
/// How long one attempt of a node may take.
pub(crate) const ATTEMPT_SECONDS: Bounds = Bounds(1, DAY);
/// How long the pauses between attempts are.
pub(crate) const PAUSE_SECONDS: Bounds = Bounds(1, DAY);
/// How often a node is tried.
pub(crate) const ATTEMPTS: Bounds = Bounds(1, 20);

const DAY: u32 = 86_400;

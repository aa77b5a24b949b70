use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kairo_ports::IdSource;
use uuid::Uuid;

/// Ids that count: `00000000-0000-7000-8000-000000000001`, then `…2`. Clones count together.
#[derive(Clone, Debug)]
pub struct NumberedIds(Arc<AtomicU64>);

impl NumberedIds {
    /// Counts from 1.
    pub fn new() -> Self {
        Self::from_number(1)
    }

    /// Counts from this number, so that two sources never give the same id.
    pub fn from_number(first: u64) -> Self {
        Self(Arc::new(AtomicU64::new(first)))
    }

    /// The id with this number.
    pub const fn id(number: u64) -> Uuid {
        Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0000 | number as u128)
    }
}

impl Default for NumberedIds {
    fn default() -> Self {
        Self::new()
    }
}

impl IdSource for NumberedIds {
    fn next(&self) -> Uuid {
        Self::id(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_count_and_are_of_version_seven() {
        let ids = NumberedIds::new();
        assert_eq!(ids.next().to_string(), "00000000-0000-7000-8000-000000000001");
        assert_eq!((ids.next(), ids.next().get_version_num()), (NumberedIds::id(2), 7));
    }
}

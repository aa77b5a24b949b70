use kairo_domain::Limit;

use super::Given;

/// How much of what is numbered is shown at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Portion(Limit);

impl Portion {
    /// The parameter `limit`.
    pub(crate) fn read(given: &mut Given) -> Self {
        let rows = given.number("limit", 1..=u32::from(Limit::MAX));
        let limit = rows.and_then(|rows| rows.try_into().ok()).and_then(Limit::new);
        Self(limit.unwrap_or_default())
    }

    /// How much to ask for: one more than is shown tells whether anything follows.
    pub(crate) const fn asked(self) -> u16 {
        self.0.rows() + 1
    }

    /// What is shown of what was found, and the last of it when something follows.
    pub(crate) fn of<T>(self, found: &[T]) -> (&[T], Option<&T>) {
        let shown = &found[..found.len().min(self.0.rows().into())];
        (shown, shown.last().filter(|_| shown.len() < found.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_follows_is_followed() {
        let portion = Portion(Limit::new(2).unwrap());
        assert_eq!(portion.asked(), 3);
        for (found, shown, last) in [
            (&[][..], &[][..], None),
            (&[1], &[1], None),
            (&[1, 2], &[1, 2], None),
            (&[1, 2, 3], &[1, 2], Some(&2)),
        ] {
            assert_eq!(portion.of(found), (shown, last), "{found:?}");
        }
    }
}

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Error;

/// How many are at something that only so many may do at a time.
#[derive(Default)]
pub(crate) struct Places(AtomicUsize);

/// One of the places, free again when it is dropped.
pub(crate) struct Place<'a>(&'a Places);

impl Places {
    /// Takes a place.
    ///
    /// # Errors
    /// [`Error::Busy`] when all `most` are taken.
    pub(crate) fn enter(&self, most: usize) -> Result<Place<'_>, Error> {
        let place = Place(self);
        // Counted before it is compared, so that no two take the last one; the place gives its count back either way.
        if self.0.fetch_add(1, Ordering::Relaxed) < most { Ok(place) } else { Err(Error::Busy(None)) }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_it_is_left() {
        let places = Places::default();
        let (one, two) = (places.enter(2).unwrap(), places.enter(2).unwrap());
        assert!(matches!(places.enter(2), Err(Error::Busy(None))));
        drop(one);
        let three = places.enter(2).unwrap();
        assert!(places.enter(2).is_err());
        drop((two, three));
        assert!(places.enter(1).is_ok());
    }
}

//! Races in a chosen order: a store whose units stop where another one can come between, and a way to say who goes
//! on when.
//!
//! ```
//! # use std::sync::Arc;
//! # use kairo_domain::Actor;
//! # use kairo_ports::{Store, StoreError};
//! # async fn use_case(store: &dyn Store) -> Result<(), StoreError> { store.begin(&Actor::System).await?.commit().await }
//! # fn example(store: Arc<dyn Store>) {
//! use kairo_testkit::stepping::{SteppedStore, interleave};
//!
//! let store = SteppedStore::new(store);
//! // Both begin, then the second commits, then the first.
//! let outcomes = interleave(vec![Box::pin(use_case(&store)), Box::pin(use_case(&store))], &[0, 1, 0, 1, 1, 0]);
//! assert_eq!(outcomes.len(), 2);
//! # }
//! ```

mod unit;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use kairo_domain::Actor;
use kairo_ports::{Store, StoreError, UnitOfWork};

use unit::SteppedUnit;

/// Something under way that gives a `T`.
pub type Step<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// How often everything is polled in turn before the test is given up.
const PATIENCE: usize = 10_000;

/// A store that stops once before each begin, and its units once before each commit. Clones are the same store.
#[derive(Clone)]
pub struct SteppedStore {
    inner: Arc<dyn Store>,
}

impl SteppedStore {
    /// The same store with stops.
    pub fn new(inner: Arc<dyn Store>) -> Self {
        Self { inner }
    }
}

impl fmt::Debug for SteppedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SteppedStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for SteppedStore {
    async fn begin(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        stop().await;
        Ok(Box::new(SteppedUnit(self.inner.begin(actor).await?)))
    }

    async fn begin_read(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        stop().await;
        Ok(Box::new(SteppedUnit(self.inner.begin_read(actor).await?)))
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.inner.ready().await
    }
}

/// Lets everybody else go on first.
async fn stop() {
    let mut has_stopped = false;
    std::future::poll_fn(|context| {
        if has_stopped {
            return Poll::Ready(());
        }
        has_stopped = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Polls the futures in the order of the schedule, which names them by their place, then all of them in turn until
/// every one has come to its end. What each of them gave, in the order of the futures.
///
/// No reactor runs: the futures may wait for nothing but stops of a [`SteppedStore`] and each other.
///
/// # Panics
/// When the schedule names a future that is not there, or they wait for something else.
pub fn interleave<T>(futures: Vec<Step<'_, T>>, schedule: &[usize]) -> Vec<T> {
    let mut racers: Vec<Racer<'_, T>> = futures.into_iter().map(Racer::Running).collect();
    for racer in schedule {
        racers[*racer].go_on();
    }
    for _ in 0..PATIENCE {
        racers.iter_mut().for_each(Racer::go_on);
        if racers.iter().all(Racer::is_done) {
            return racers.into_iter().filter_map(Racer::outcome).collect();
        }
    }
    panic!("the futures wait for something that nobody does");
}

enum Racer<'a, T> {
    Running(Step<'a, T>),
    Done(T),
}

impl<T> Racer<'_, T> {
    fn go_on(&mut self) {
        if let Self::Running(step) = self
            && let Poll::Ready(outcome) = step.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        {
            *self = Self::Done(outcome);
        }
    }

    const fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }

    fn outcome(self) -> Option<T> {
        match self {
            Self::Running(_) => None,
            Self::Done(outcome) => Some(outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    async fn two_stops(name: char, told: &RefCell<String>) -> char {
        told.borrow_mut().push(name);
        stop().await;
        told.borrow_mut().push(name);
        stop().await;
        told.borrow_mut().push(name);
        name.to_ascii_uppercase()
    }

    fn told(schedule: &[usize]) -> String {
        let told = RefCell::new(String::new());
        let outcomes =
            interleave(vec![Box::pin(two_stops('a', &told)), Box::pin(two_stops('b', &told))], schedule);
        assert_eq!(outcomes, ['A', 'B']);
        told.into_inner()
    }

    #[test]
    fn a_schedule_says_who_goes_on() {
        assert_eq!(told(&[0, 1, 1, 1, 0, 0]), "abbbaa");
        assert_eq!(told(&[1, 0, 0, 1, 1, 0]), "baabba");
    }

    #[test]
    fn what_a_schedule_leaves_open_is_done_in_turn() {
        assert_eq!(told(&[]), "ababab");
        assert_eq!(told(&[1, 1]), "bbabaa");
        assert_eq!(told(&[0, 0, 0, 0, 0, 0]), "aaabbb");
    }

    #[test]
    #[should_panic(expected = "wait for something that nobody does")]
    fn what_never_ends_ends_the_test() {
        interleave::<()>(vec![Box::pin(std::future::pending())], &[0]);
    }
}

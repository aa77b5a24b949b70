use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::time::Instant;

/// Something to look for now and then, when somebody wants to know.
pub(super) struct Look {
    every: Duration,
    look: Box<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>,
    last: Mutex<Option<Instant>>,
}

impl Look {
    pub(super) fn new<F>(every: Duration, look: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self { every, look: Box::new(move || look().boxed()), last: Mutex::new(None) }
    }

    /// Gives it to whoever asks first in its time. One that takes long is not begun again before.
    pub(super) fn if_due(&self) -> Option<BoxFuture<'static, ()>> {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.is_some_and(|last| now.duration_since(last) < self.every) {
            return None;
        }
        *last = Some(now);
        Some((self.look)())
    }
}

use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;

use async_trait::async_trait;
use kairo_ports::Compute;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Threads beside the runtime's: half as many as the machine has cores, so that the other half answers requests.
#[derive(Clone, Debug)]
pub struct ComputeThreads {
    places: Arc<Semaphore>,
}

impl Default for ComputeThreads {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self { places: Arc::new(Semaphore::new((cores / 2).max(1))) }
    }
}

#[async_trait]
impl Compute for ComputeThreads {
    async fn run(&self, work: Box<dyn FnOnce() + Send>) {
        // Whoever comes first is served first. The semaphore is never closed.
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
        let done = spawn_blocking(move || {
            work();
            drop(place);
        });
        // Whether it panicked is seen by what it brings back.
        drop(done.await);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn the_runtime_goes_on_while_something_is_computed() {
        let (go_on, wait) = mpsc::channel::<()>();
        let compute = ComputeThreads::default();
        let computed = compute.run(Box::new(move || wait.recv().unwrap()));
        let others = async { go_on.send(()).unwrap() };
        tokio::join!(computed, others);
    }

    #[tokio::test]
    async fn what_panics_leaves_its_place() {
        let compute = ComputeThreads { places: Arc::new(Semaphore::new(1)) };
        compute.run(Box::new(|| panic!("on purpose"))).await;
        let done = Arc::new(AtomicBool::new(false));
        let tell = Arc::clone(&done);
        compute.run(Box::new(move || tell.store(true, Ordering::SeqCst))).await;
        assert!(done.load(Ordering::SeqCst));
    }
}

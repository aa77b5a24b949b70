use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};

use kairo_ports::PasswordError;
use tokio::sync::{Semaphore, oneshot};

type Job = Box<dyn FnOnce() + Send>;

/// Threads that do nothing but hash, and give way to the threads that serve requests. They end with the last clone.
#[derive(Clone)]
pub(super) struct HashThreads {
    jobs: Sender<Job>,
    admitted: Arc<Semaphore>,
}

impl HashThreads {
    /// Starts `at_once` threads, for which `waiting` more hashes may wait.
    ///
    /// # Errors
    /// When the system starts no more threads.
    pub(super) fn start(at_once: usize, waiting: usize) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel();
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..at_once {
            let queue = Arc::clone(&queue);
            thread::Builder::new().name("kairo-hash".to_owned()).spawn(move || work(&queue))?;
        }
        Ok(Self { jobs, admitted: Arc::new(Semaphore::new(at_once + waiting)) })
    }

    /// Runs `hash` once a thread is free, or says at once that too many wait already.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        hash: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let (sender, answer) = oneshot::channel();
        let job = Box::new(move || {
            // The place goes with the work: a caller who gives up does not free the core that is still used.
            let result = hash();
            drop(place);
            // Nobody listens any more when the caller gave up.
            let _ = sender.send(result);
        });
        self.jobs.send(job).map_err(|_| broken(io::Error::other("the hashing threads have ended")))?;
        answer.await.map_err(broken)?
    }

    /// Takes a place away, as a hash under way does.
    #[cfg(test)]
    pub(super) fn occupy(&self) -> impl Sized + use<> {
        Arc::clone(&self.admitted).try_acquire_owned().unwrap()
    }
}

pub(super) fn broken(error: impl std::error::Error + Send + Sync + 'static) -> PasswordError {
    PasswordError::Broken(Box::new(error))
}

fn work(queue: &Mutex<Receiver<Job>>) {
    give_way();
    while let Some(job) = next(queue) {
        // A hash that panics must not take its thread along: its caller sees that no answer comes.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// Lowers the priority of the calling thread, which on Linux is what the call changes: niceness is the thread's there.
/// At 10 it gets a tenth of what a request gets of a contended core, so that sign-ins are slow then but do not starve.
#[cfg(target_os = "linux")]
fn give_way() {
    const NICENESS: i32 = 10;
    // Where it is not allowed the hashes are done all the same, in competition with the requests.
    let _ = rustix::process::setpriority_process(None, NICENESS);
}

#[cfg(not(target_os = "linux"))]
const fn give_way() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads() -> HashThreads {
        HashThreads::start(1, 4).unwrap()
    }

    #[tokio::test]
    async fn a_panic_is_told_and_costs_no_thread() {
        let threads = threads();
        let failed = threads.run::<()>(|| panic!("out of luck")).await;
        assert!(matches!(failed, Err(PasswordError::Broken(_))));
        assert_eq!(threads.run(|| Ok(7)).await.unwrap(), 7);
        assert_eq!(threads.admitted.available_permits(), 5);
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_the_hashing_threads_give_way() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let here = niceness();
        let there = threads().run(move || Ok(niceness())).await.unwrap();
        assert_eq!((niceness(), there), (here, here.max(10)));
    }
}

use std::time::Duration;

/// How a worker works.
#[derive(Clone, Debug)]
pub struct WorkerSettings {
    /// How many jobs are in hand at the same time: worked on, or waiting for a place or an answer from outside.
    pub concurrency: usize,
    /// How often it looks for jobs that nobody told it of: those that became due, above all.
    pub poll_interval: Duration,
    /// How many jobs it takes at once. More are faster, and more wait for another worker when this one is killed.
    pub prefetch: usize,
    /// After how long a job that was taken and not begun is given back, so that an idle worker gets it.
    pub hold: Duration,
    /// For how long jobs that are done are collected before all of them leave the queue at once.
    pub completion_delay: Duration,
    /// How often it says that it is alive.
    pub heartbeat: Duration,
    /// After how much silence another worker gets its jobs.
    pub stale_after: Duration,
    /// How often it looks for workers that have gone silent.
    pub sweep_interval: Duration,
    /// How long one statement may take. It has to be longer than the server's own limit: what takes longer than this was
    /// lost with its connection.
    pub patience: Duration,
    /// How long jobs may go on once it is asked to stop. Whatever takes longer is handed back.
    pub grace: Duration,
}

impl Default for WorkerSettings {
    /// A job of a killed worker is delivered again within 13 seconds: 10 of silence, 2 until somebody looks, 1 until it
    /// is taken.
    fn default() -> Self {
        Self {
            concurrency: 64,
            poll_interval: Duration::from_secs(1),
            prefetch: 64,
            hold: Duration::from_secs(2),
            completion_delay: Duration::from_millis(2),
            heartbeat: Duration::from_secs(3),
            stale_after: Duration::from_secs(10),
            sweep_interval: Duration::from_secs(2),
            patience: Duration::from_secs(20),
            grace: Duration::from_secs(12),
        }
    }
}

impl WorkerSettings {
    /// How much longer than the grace period it takes at most to give back what was not done.
    const GIVING_BACK: Duration = Duration::from_secs(5);

    /// How long a worker takes at most to end once it is asked to stop. A program that ends sooner cuts jobs.
    pub const fn longest_stop(&self) -> Duration {
        self.grace.saturating_add(Self::GIVING_BACK)
    }
}

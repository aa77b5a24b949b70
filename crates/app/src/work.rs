//! What makes automations run: the jobs of the queue, what the time fires, and a look after runs that lost their job.

use std::time::Duration;

use kairo::Studio;
use kairo::ports::Clock;
use kairo::postgres::PgStore;
use kairo::system::SystemClock;
use kairo::use_cases::WorkBounds;
use kairo::worker::{Worker, WorkerSettings};
use tokio::time::{MissedTickBehavior, interval, sleep};

use crate::config;
use crate::stop::Stop;
use crate::wiring::Running;

/// The longest that schedules are left alone: one may have been planned by another process.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often automations add up how often they were run.
const SETTLE_EVERY: Duration = Duration::from_secs(1);
/// How often open runs without a job are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(30);

/// What a worker works with.
pub(crate) struct Work {
    studio: Studio,
    store: PgStore,
    settings: WorkerSettings,
    bounds: WorkBounds,
    stop: Stop,
}

impl Work {
    /// The work on what is running.
    pub(crate) fn on(running: &Running, configured: config::Worker, stop: &Stop) -> Self {
        Self {
            studio: running.studio().clone(),
            store: running.store().clone(),
            settings: configured.settings(),
            bounds: configured.bounds(),
            stop: stop.clone(),
        }
    }

    /// Works until the program is asked to stop; what has begun is finished within the grace period.
    pub(crate) async fn run(self) {
        let Self { studio, store, settings, bounds, stop } = self;
        let jobs = studio.jobs().within(bounds);
        let perform = move |job, number| {
            let jobs = jobs.clone();
            async move { jobs.perform_delivered(&job, number).await }
        };
        let asked = stop.clone();
        let until = async move {
            asked.asked().await;
        };
        tokio::join!(
            async { Worker::new(store.queue_pool(), settings).run(perform, until).await },
            keep_time(&studio, &stop),
            sweep(&studio, &stop),
            settle_counts(&studio, &stop),
        );
    }
}

/// Fires schedules at their instants.
async fn keep_time(studio: &Studio, stop: &Stop) {
    let mut failing = false;
    loop {
        let pause = pause(studio).await;
        tokio::select! {
            _ = stop.asked() => return,
            () = sleep(pause) => {}
        }
        let fired = studio.firings().fire_schedules().await;
        if let Err(error) = &fired
            && !failing
        {
            tracing::warn!(%error, "schedules cannot be read for now; what is missed is fired as they say");
        }
        failing = fired.is_err();
    }
}

/// Until the next instant that is known of.
async fn pause(studio: &Studio) -> Duration {
    let next = studio.firings().next_planned().await.ok().flatten();
    let left = next.and_then(|next| (next - SystemClock.now()).to_std().ok());
    // What is due already could not be fired, or is being fired by somebody else.
    left.filter(|left| !left.is_zero()).map_or(LOOK_EVERY, |left| left.min(LOOK_EVERY))
}

async fn sweep(studio: &Studio, stop: &Stop) {
    let mut beat = interval(SWEEP_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.asked() => return,
            _ = beat.tick() => {}
        }
        match studio.jobs().sweep().await {
            Ok(0) => {}
            Ok(runs) => tracing::warn!(runs.found = runs, "open runs had no job and got one"),
            Err(error) => {
                tracing::warn!(%error, "open runs without a job cannot be looked for now; until they are, they stand still");
            }
        }
    }
}

async fn settle_counts(studio: &Studio, stop: &Stop) {
    let mut failing = false;
    let mut beat = interval(SETTLE_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.asked() => return,
            _ = beat.tick() => {}
        }
        let settled = studio.jobs().settle_counts().await;
        if let Err(error) = &settled
            && !failing
        {
            tracing::warn!(%error, "how often automations were run cannot be added up for now");
        }
        failing = settled.is_err();
    }
}

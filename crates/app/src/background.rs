//! What goes on beside the requests: following revocations, sending mails, reading rotated keys, clearing up, and
//! running automations.

use std::time::Duration;

use kairo::Studio;
use kairo::http::Metrics;
use kairo::postgres::{Announcement, PgStore};
use kairo::system::Keyring;
use tokio::sync::Notify;
use tokio::time::{MissedTickBehavior, interval};

use crate::keys::{Keys, RELOAD_EVERY};
use crate::stop::Stop;
use crate::upkeep::keep_up;
use crate::work::Work;

/// How often revocations are looked for although none was announced: an announcement may be lost.
const FOLLOW_EVERY: Duration = Duration::from_millis(500);
/// How often letters are looked for although none was announced: some wait for their next try.
const POST_EVERY: Duration = Duration::from_secs(5);

/// What the background works with.
pub(crate) struct Background {
    pub(crate) studio: Studio,
    pub(crate) store: PgStore,
    pub(crate) metrics: Metrics,
    pub(crate) keys: Keys,
    pub(crate) keyring: Keyring,
    pub(crate) stop: Stop,
    /// The worker, if this process has one.
    pub(crate) work: Option<Work>,
}

impl Background {
    /// Does everything until the program is asked to stop; what has begun is finished.
    pub(crate) async fn run(self) {
        let Self { studio, store, metrics, keys, keyring, stop, work } = self;
        let (revoked, posted) = (Notify::new(), Notify::new());
        tokio::join!(
            listen(&store, &revoked, &posted, &stop),
            follow(&studio, &revoked, &stop),
            post(&studio, &posted, &stop),
            reload(&keys, &keyring, &stop),
            keep_up(studio.clone(), metrics, stop.clone()),
            async {
                if let Some(work) = work {
                    work.run().await;
                }
            },
        );
    }
}

/// Passes on what the database announces.
async fn listen(store: &PgStore, revoked: &Notify, posted: &Notify, stop: &Stop) {
    let mut announcements = store.announcements();
    loop {
        tokio::select! {
            _ = stop.asked() => return,
            announcement = announcements.next() => match announcement {
                Announcement::Revocations => revoked.notify_one(),
                Announcement::Letters => posted.notify_one(),
                Announcement::Reconnected => {
                    revoked.notify_one();
                    posted.notify_one();
                }
            },
        }
    }
}

async fn follow(studio: &Studio, revoked: &Notify, stop: &Stop) {
    let mut beat = interval(FOLLOW_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            _ = stop.asked() => return,
            _ = beat.tick() => {}
            () = revoked.notified() => {}
        }
        let followed = studio.sessions().follow_revocations().await;
        if let Err(error) = &followed
            && !failing
        {
            tracing::warn!(%error, "revocations cannot be read; nothing can be revoked meanwhile either");
        }
        failing = followed.is_err();
    }
}

async fn post(studio: &Studio, posted: &Notify, stop: &Stop) {
    let mut beat = interval(POST_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = stop.asked() => return,
            _ = beat.tick() => {}
            () = posted.notified() => {}
        }
        match studio.post().deliver_due().await {
            Ok(0) => {}
            Ok(letters) => tracing::debug!(letters.done = letters, "letters were dealt with"),
            Err(error) => tracing::warn!(%error, "letters cannot be read for now"),
        }
    }
}

pub(crate) async fn reload(keys: &Keys, keyring: &Keyring, stop: &Stop) {
    let mut beat = interval(RELOAD_EVERY);
    loop {
        tokio::select! {
            _ = stop.asked() => return,
            _ = beat.tick() => {}
        }
        if let Err(error) = keys.reload(keyring) {
            tracing::error!(%error, "the file of keys cannot be used; the keys stay as they were");
        }
    }
}

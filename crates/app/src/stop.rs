use std::io;
use std::time::Instant;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// The exit code of a program that was interrupted, as shells count.
const INTERRUPTED: i32 = 130;

/// Ctrl-C or SIGTERM, remembered from the moment the program starts: whatever is going on is brought to a good end
/// first, so that no database is left running. The second one ends the program at once.
#[derive(Clone)]
pub(crate) struct Stop {
    asked: watch::Receiver<Option<Instant>>,
}

impl Stop {
    /// Begins to listen.
    ///
    /// # Errors
    /// The system's, when it has no place for a handler.
    pub(crate) fn listen() -> io::Result<Self> {
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let (ask, asked) = watch::channel(None);
        #[expect(clippy::disallowed_methods, reason = "it listens as long as the program lives")]
        tokio::spawn(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if ask.borrow().is_some() {
                    std::process::exit(INTERRUPTED);
                }
                tracing::info!("stopping: what is under way is finished first");
                ask.send_replace(Some(Instant::now()));
            }
        });
        Ok(Self { asked })
    }

    /// Waits until the program is asked to stop, and tells when that was.
    pub(crate) async fn asked(&self) -> Instant {
        let mut asked = self.asked.clone();
        match asked.wait_for(Option::is_some).await.map(|at| *at) {
            Ok(Some(at)) => at,
            // The listener lives as long as the program.
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Whether the program was asked to stop.
    pub(crate) fn is_asked(&self) -> bool {
        self.asked.borrow().is_some()
    }
}

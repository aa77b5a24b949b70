//! Advisory file locks, taken without blocking the runtime.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::error::Error;

/// Trying again this often costs nothing and, unlike a blocking call, can be given up.
const PAUSE: Duration = Duration::from_millis(20);

/// A held lock; released when dropped, or by the system when the process dies.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
}

impl Lock {
    /// Waits until nobody else holds the lock in any way.
    pub(crate) async fn exclusive(path: &Path, limit: Duration) -> Result<Self, Error> {
        Self::wait(path, limit, File::try_lock).await
    }

    /// Waits until nobody holds the lock exclusively.
    pub(crate) async fn shared(path: &Path, limit: Duration) -> Result<Self, Error> {
        Self::wait(path, limit, File::try_lock_shared).await
    }

    /// Trades a shared lock for the exclusive one, or gives it up because others still share it.
    ///
    /// Not atomic: the caller holds another lock that everybody takes first.
    pub(crate) fn into_exclusive(self) -> Option<Self> {
        self.file.unlock().ok()?;
        self.file.try_lock().ok()?;
        Some(self)
    }

    async fn wait(
        path: &Path,
        limit: Duration,
        attempt: fn(&File) -> Result<(), TryLockError>,
    ) -> Result<Self, Error> {
        let file = open(path)?;
        let deadline = Instant::now() + limit;
        loop {
            match attempt(&file) {
                Ok(()) => return Ok(Self { file }),
                Err(TryLockError::Error(source)) => return Err(Error::io("lock", path)(source)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                    return Err(Error::Locked { lock: PathBuf::from(path), after: limit });
                }
                Err(TryLockError::WouldBlock) => sleep(PAUSE).await,
            }
        }
    }
}

fn open(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .map_err(Error::io("open", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn the_last_of_two_sharers_becomes_exclusive() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let first = Lock::shared(&path, SHORT).await.unwrap();
        let second = Lock::shared(&path, SHORT).await.unwrap();
        assert!(first.into_exclusive().is_none());
        assert!(second.into_exclusive().is_some());
    }

    #[tokio::test]
    async fn waiting_for_a_held_lock_ends() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let _held = Lock::exclusive(&path, SHORT).await.unwrap();
        assert!(matches!(Lock::exclusive(&path, SHORT).await, Err(Error::Locked { .. })));
    }
}

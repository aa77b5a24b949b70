//! The server's programs: which are here, and which version they are.

#[cfg(feature = "fetch")]
mod fetch;
mod places;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Error;
use crate::identity::Identity;
use crate::options::BinarySearch;
use crate::process;

/// The oldest major version we start; older ones are out of support.
pub const MINIMUM_MAJOR: u32 = 15;

/// Asking a program for its version takes milliseconds; a hung disk should not hang us.
const VERSION_TIMEOUT: Duration = Duration::from_secs(10);

/// The `bin` folder of one installed PostgreSQL server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// Finds the newest server, or the one of major version `wanted`, and downloads it if none is installed.
    ///
    /// # Errors
    ///
    /// [`Error::NoBinaries`], [`Error::NoBinariesIn`] or [`Error::Fetch`] when there is no server.
    pub async fn find(search: &BinarySearch, wanted: Option<u32>) -> Result<Self, Error> {
        if let Some(dir) = &search.bin_dir {
            return Self::inspect(dir).await.ok_or_else(|| Error::NoBinariesIn { dir: dir.clone() });
        }
        match Self::best(places::candidates(search).await, wanted).await {
            Some(binaries) if wanted.is_none_or(|major| major == binaries.major) => Ok(binaries),
            other => Self::fetched(search, wanted, other).await,
        }
    }

    /// The folder that holds the programs.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The major version, 15 or newer.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// Where a program of this installation is, for example `pg_dump`; it need not exist.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The candidate of the wanted version, or else the newest.
    async fn best(candidates: Vec<PathBuf>, wanted: Option<u32>) -> Option<Self> {
        let mut best: Option<Self> = None;
        for dir in candidates {
            let Some(found) = Self::inspect(&dir).await else { continue };
            if wanted == Some(found.major) {
                return Some(found);
            }
            if best.as_ref().is_none_or(|known| known.major < found.major) {
                best = Some(found);
            }
        }
        best
    }

    async fn inspect(dir: &Path) -> Option<Self> {
        // Canonical, because the server is started with another working folder and user.
        let dir = dir.canonicalize().ok()?;
        if !["postgres", "initdb", "pg_ctl"].iter().all(|name| dir.join(name).is_file()) {
            return None;
        }
        let mut command = Identity::caller().command(&dir.join("postgres"));
        command.arg("--version");
        let said = process::run(command, "postgres --version", VERSION_TIMEOUT).await.ok()?;
        let major = major_in(&said)?;
        (major >= MINIMUM_MAJOR).then_some(Self { dir, major })
    }

    #[cfg(feature = "fetch")]
    async fn fetched(
        search: &BinarySearch,
        wanted: Option<u32>,
        installed: Option<Self>,
    ) -> Result<Self, Error> {
        let Some(cache_dir) = &search.cache_dir else {
            return installed.ok_or(Error::NoBinaries);
        };
        let major = wanted.unwrap_or(fetch::DEFAULT_MAJOR);
        match (fetch::fetch(cache_dir, major).await, installed) {
            (Ok(dir), _) => Self::inspect(&dir).await.ok_or(Error::NoBinariesIn { dir }),
            // Of another version than the data: the caller's error names both.
            (Err(_), Some(installed)) => Ok(installed),
            (Err(error), None) => Err(error),
        }
    }

    #[cfg(not(feature = "fetch"))]
    async fn fetched(_: &BinarySearch, _: Option<u32>, installed: Option<Self>) -> Result<Self, Error> {
        installed.ok_or(Error::NoBinaries)
    }
}

/// The major version in `postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)` or `... 18beta1`.
fn major_in(version: &str) -> Option<u32> {
    let (_, after) = version.split_once("(PostgreSQL) ")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_postgres_says() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)\n"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_in("postgres (PostgreSQL) 9.6.24"), Some(9));
        assert_eq!(major_in("something else 15"), None);
    }

    #[tokio::test]
    async fn a_given_folder_without_a_server_is_an_error() {
        let empty = tempfile::tempdir().unwrap();
        let search = BinarySearch { bin_dir: Some(empty.path().into()), ..BinarySearch::default() };
        let error = Binaries::find(&search, None).await.unwrap_err();
        assert!(matches!(error, Error::NoBinariesIn { .. }), "{error}");
    }

    #[tokio::test]
    async fn too_old_a_server_is_passed_over() {
        let bin = tempfile::tempdir().unwrap();
        for program in ["postgres", "initdb", "pg_ctl"] {
            let path = bin.path().join(program);
            std::fs::write(&path, "#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n").unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        }
        assert_eq!(Binaries::best(vec![bin.path().into()], None).await, None);
    }
}

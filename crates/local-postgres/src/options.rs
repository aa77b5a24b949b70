//! What the caller decides: folders, where to look for binaries, extra settings.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// How long starting may take, crash recovery included, unless the caller says otherwise.
const START_TIMEOUT: Duration = Duration::from_secs(60);

/// Where server binaries are looked for.
///
/// The newest installed version wins, except that a folder which is already
/// initialised asks for its own major version.
#[derive(Debug, Clone, Default)]
pub struct BinarySearch {
    /// The folder that holds `postgres`, `initdb` and `pg_ctl`; nothing else is looked at when it is given.
    pub bin_dir: Option<PathBuf>,
    /// The value of `PATH`, read by the caller; without it only `pg_config` and the usual places are asked.
    pub path: Option<OsString>,
    /// Where downloaded binaries are kept; without it nothing is downloaded.
    pub cache_dir: Option<PathBuf>,
}

/// A cluster that stays.
#[derive(Debug, Clone)]
pub struct Options {
    /// A folder of its own for the cluster; made when missing.
    pub data_dir: PathBuf,
    /// The caller's folder for secrets; the superuser's password is kept there with mode 0600.
    pub secrets_dir: PathBuf,
    /// Where server binaries are looked for.
    pub binaries: BinarySearch,
    /// Server settings on top of ours, as name and value.
    pub settings: Vec<(String, String)>,
    /// How long starting may take, crash recovery included.
    pub start_timeout: Duration,
}

impl Options {
    /// A cluster in `data_dir` with its password in `secrets_dir` and defaults for the rest.
    pub fn new(data_dir: impl Into<PathBuf>, secrets_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            secrets_dir: secrets_dir.into(),
            binaries: BinarySearch::default(),
            settings: Vec::new(),
            start_timeout: START_TIMEOUT,
        }
    }
}

/// A cluster for tests: fast, forgetful, gone with its process.
#[derive(Debug, Clone)]
pub struct EphemeralOptions {
    /// The folder to make the cluster's folder in; the system's temporary folder when absent.
    pub parent_dir: Option<PathBuf>,
    /// Where server binaries are looked for.
    pub binaries: BinarySearch,
    /// Server settings on top of ours, as name and value.
    pub settings: Vec<(String, String)>,
    /// How long starting may take.
    pub start_timeout: Duration,
}

impl Default for EphemeralOptions {
    fn default() -> Self {
        Self {
            parent_dir: None,
            binaries: BinarySearch::default(),
            settings: Vec::new(),
            start_timeout: START_TIMEOUT,
        }
    }
}

//! Why a command could not do its work; what a lint finds is a [`crate::problem::Problem`] instead.

use std::io;
use std::path::PathBuf;

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write the report")]
    Report(#[source] io::Error),
    #[error("cannot start `{program}`")]
    Start { program: &'static str, source: io::Error },
    #[error("`{program}` failed: {stderr}")]
    Failed { program: &'static str, stderr: String },
    #[error("cannot read the workspace's metadata")]
    Metadata(#[source] cargo_metadata::Error),
    #[error("{path} is missing")]
    Missing { path: &'static str },
    #[error("{path} does not have the expected shape")]
    Table { path: &'static str, source: toml::de::Error },
}

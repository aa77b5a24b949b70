//! Why the query data could not be made.

use std::io;
use std::path::PathBuf;

/// Why the query data could not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read the workspace's metadata")]
    Metadata(#[source] cargo_metadata::Error),
    #[error("cannot start a private server")]
    Start(#[source] kairo_local_postgres::Error),
    #[error("cannot stop the private server")]
    Stop(#[source] kairo_local_postgres::Error),
    #[error("cannot connect to the private server")]
    Connect(#[source] sqlx::Error),
    #[error("the server refuses {what}")]
    Refused { what: String, source: sqlx::Error },
    #[error("cannot start cargo")]
    Cargo(#[source] io::Error),
    #[error("the postgres adapter does not compile, see above; its query data stay as they were")]
    DoesNotCompile,
    #[error("cannot use {}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("cannot start the asynchronous runtime")]
    Runtime(#[source] io::Error),
    #[error("cannot write the report")]
    Report(#[source] io::Error),
}

impl Error {
    /// Names the file or directory that an operation was about.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}

//! Why a cluster could not be found, started or stopped.

use std::path::PathBuf;
use std::time::Duration;

use crate::binaries::MINIMUM_MAJOR;

/// Why a cluster could not be found, started or stopped, and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No server is installed and downloading is off.
    #[error(
        "no PostgreSQL server of version {MINIMUM_MAJOR} or newer was found: \
         install PostgreSQL >= {MINIMUM_MAJOR} or set DATABASE_URL"
    )]
    NoBinaries,

    /// The folder given by the caller holds no usable server.
    #[error(
        "{} holds no postgres, initdb and pg_ctl of version {MINIMUM_MAJOR} or newer: \
         name the bin folder of a PostgreSQL server", .dir.display()
    )]
    NoBinariesIn {
        /// The folder given by the caller.
        dir: PathBuf,
    },

    /// No server is installed and the download failed.
    #[error(
        "PostgreSQL {major} is not installed and could not be downloaded: \
         install PostgreSQL >= {MINIMUM_MAJOR} or set DATABASE_URL"
    )]
    Fetch {
        /// The major version that was asked for.
        major: u32,
        /// What went wrong on the way.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// The data belong to a major version that is not here.
    #[error(
        "{} was initialised by PostgreSQL {initialised_by}, and only {available} is here: \
         install PostgreSQL {initialised_by}, or dump the data there and restore it into a new folder",
        .data_dir.display()
    )]
    OtherMajor {
        /// The cluster's folder.
        data_dir: PathBuf,
        /// The major version that wrote the data.
        initialised_by: String,
        /// The newest major version found.
        available: u32,
    },

    /// Started as root, and there is nobody else to run the server as.
    #[error(
        "PostgreSQL refuses to run as root and there is no user `postgres` or `nobody`: \
         add one (useradd --system postgres) or start as an ordinary user"
    )]
    NoUser,

    /// The data are in a folder that the server's user may not enter.
    #[error("user {user} cannot reach the cluster in {}: make its parent folders searchable", .path.display())]
    Unreachable {
        /// The cluster's folder.
        path: PathBuf,
        /// Who runs the server.
        user: String,
    },

    /// The data belong to another user.
    #[error("{} belongs to user id {owner}: start as that user or name another folder", .path.display())]
    OtherOwner {
        /// The data folder.
        path: PathBuf,
        /// Who owns it.
        owner: u32,
    },

    /// The cluster exists and its password does not.
    #[error(
        "the password file {} is missing but the cluster in {} exists: \
         restore the file, or remove the cluster to begin with an empty one",
        .password_file.display(), .data_dir.display()
    )]
    PasswordMissing {
        /// Where the password should be.
        password_file: PathBuf,
        /// The cluster's folder.
        data_dir: PathBuf,
    },

    /// The password file holds something we did not write.
    #[error(
        "the password file {} is not one line of letters and digits: restore it", .password_file.display()
    )]
    PasswordMalformed {
        /// The file.
        password_file: PathBuf,
    },

    /// The server in this folder does not accept our password.
    #[error(
        "the server in {} refuses the password in {}: restore the file that belongs to this cluster",
        .data_dir.display(), .password_file.display()
    )]
    PasswordRefused {
        /// The cluster's folder.
        data_dir: PathBuf,
        /// Where the password was read.
        password_file: PathBuf,
    },

    /// A process that is called postmaster in this folder does not answer.
    #[error(
        "process {pid} holds {} but does not answer on port {port}: \
         look at server.log there, and stop that process if it is not PostgreSQL", .data_dir.display()
    )]
    Unresponsive {
        /// The data folder.
        data_dir: PathBuf,
        /// The process.
        pid: i32,
        /// The port it wrote down.
        port: u16,
    },

    /// The server did not come up.
    #[error("PostgreSQL did not start in {}; its last words:\n{log}", .data_dir.display())]
    NotStarted {
        /// The data folder.
        data_dir: PathBuf,
        /// The end of the server's log.
        log: String,
    },

    /// Another process keeps the folder's lock.
    #[error(
        "another process has been starting or stopping the cluster for {}s (lock {}): \
         wait for it or end it", .after.as_secs(), .lock.display()
    )]
    Locked {
        /// The lock file.
        lock: PathBuf,
        /// How long was waited.
        after: Duration,
    },

    /// An ephemeral cluster's folder is still there.
    #[error("the ephemeral cluster in {} was not removed: remove it by hand", .path.display())]
    NotRemoved {
        /// The folder.
        path: PathBuf,
    },

    /// A setting's name is not a name.
    #[error("`{name}` is not the name of a server setting: use letters, digits, `_` and `.`")]
    Setting {
        /// The name given.
        name: String,
    },

    /// A program of PostgreSQL could not be run at all.
    #[error("could not run {program} as user {user}: check that the user may execute it")]
    Spawn {
        /// The program.
        program: String,
        /// Who runs it.
        user: String,
        /// Why.
        source: std::io::Error,
    },

    /// A program of PostgreSQL ran and failed.
    #[error("{program} failed: {output}")]
    Failed {
        /// The program.
        program: String,
        /// What it said.
        output: String,
    },

    /// A program of PostgreSQL did not end in time.
    #[error("{program} did not end within {}s: look at server.log in the data folder", .after.as_secs())]
    TimedOut {
        /// The program.
        program: String,
        /// How long was waited.
        after: Duration,
    },

    /// A file or folder did not do what was asked.
    #[error("could not {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },

    /// No port of 127.0.0.1 is free.
    #[error("no free port on 127.0.0.1: check that the loopback interface is up")]
    NoPort {
        /// Why.
        source: std::io::Error,
    },

    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a password")]
    Random {
        /// Why.
        source: getrandom::Error,
    },
}

impl Error {
    /// For `map_err`: names what was tried on which path.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

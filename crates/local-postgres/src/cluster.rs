//! The public face of a running cluster.

use std::fmt;
use std::path::Path;

use crate::binaries::Binaries;
use crate::ephemeral::{self, Watchdog};
use crate::error::Error;
use crate::lasting::{self, Lasting};
use crate::options::{EphemeralOptions, Options};
use crate::postmaster::Postmaster;
use crate::secret::Password;
use crate::url::DatabaseUrl;

/// A running PostgreSQL server that this process uses.
///
/// Dropped without [`Cluster::stop`], a cluster that stays keeps running and is taken over by the next
/// start; an ephemeral one is removed in the background. Not tied to the runtime it was started on.
pub struct Cluster {
    kind: Kind,
    binaries: Binaries,
    password: Password,
    postmaster: Postmaster,
}

#[derive(Debug)]
enum Kind {
    Lasting(Lasting),
    Ephemeral(Watchdog),
}

/// What became of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It is down.
    Down,
    /// Other processes still use it, so it runs on.
    LeftToOthers,
}

impl Cluster {
    /// Runs the cluster of a folder that stays: takes over its server if one runs, starts it otherwise,
    /// and makes an empty cluster on the first call.
    ///
    /// Several processes may do this at once with the same folder; they share one server.
    ///
    /// # Errors
    ///
    /// When there are no binaries, the folder cannot be used, or the server does not come up; see [`Error`].
    pub async fn start(options: Options) -> Result<Self, Error> {
        let lasting::Started { lasting, binaries, password, postmaster } = lasting::start(&options).await?;
        Ok(Self { kind: Kind::Lasting(lasting), binaries, password, postmaster })
    }

    /// Runs an empty cluster in a temporary folder, for tests: it forgets on a crash, and goes away with
    /// [`Cluster::stop`], with a drop, and with the end of this process, whatever ends it.
    ///
    /// # Errors
    ///
    /// When there are no binaries or the server does not come up; see [`Error`].
    pub async fn ephemeral(options: EphemeralOptions) -> Result<Self, Error> {
        let ephemeral::Started { watchdog, binaries, password, postmaster } =
            ephemeral::start(&options).await?;
        Ok(Self { kind: Kind::Ephemeral(watchdog), binaries, password, postmaster })
    }

    /// The superuser's URL of a database; the cluster has `postgres` from the beginning.
    pub fn url(&self, database: &str) -> DatabaseUrl {
        DatabaseUrl::new(self.postmaster.port, &self.password, database)
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.postmaster.port
    }

    /// The server's process id.
    pub fn pid(&self) -> i32 {
        self.postmaster.pid
    }

    /// Where the cluster really is, which is not the folder asked for when the server's user cannot reach that.
    ///
    /// The server's own files, its log among them, are in `pgdata` below.
    pub fn data_dir(&self) -> &Path {
        match &self.kind {
            Kind::Lasting(lasting) => lasting.dir(),
            Kind::Ephemeral(watchdog) => watchdog.dir(),
        }
    }

    /// The programs of the same installation, for example for `pg_dump`.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// Stops the server unless other processes use it, and waits until it is down.
    ///
    /// # Errors
    ///
    /// When the server does not go down in time, or an ephemeral cluster's folder remains.
    pub async fn stop(self) -> Result<Stopped, Error> {
        match self.kind {
            Kind::Lasting(lasting) => lasting.stop(&self.binaries).await,
            Kind::Ephemeral(watchdog) => {
                watchdog.finish().await?;
                Ok(Stopped::Down)
            }
        }
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster")
            .field("data_dir", &self.data_dir())
            .field("url", &self.url("postgres"))
            .field("pid", &self.pid())
            .field("binaries", &self.binaries)
            .finish_non_exhaustive()
    }
}

use std::env;

use kairo_local_postgres::{BinarySearch, Cluster, Options};

use crate::config::Config;
use crate::secrets::{SecretError, Secrets};

/// The name of the database in the private cluster.
const NAME: &str = "kairo";

/// The database: an existing one, or one in a private cluster that this process runs.
pub(crate) struct Database {
    url: String,
    cluster: Option<Cluster>,
}

/// The database could not be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseError {
    /// The private cluster did not start or stop.
    #[error(transparent)]
    Cluster(#[from] kairo_local_postgres::Error),
    /// The database in it could not be made.
    #[error("cannot make the database {NAME} in the private cluster: {0}")]
    Create(#[from] kairo::postgres::MigrateError),
    /// The folder of secrets cannot be used.
    #[error(transparent)]
    Secret(#[from] SecretError),
}

impl Database {
    /// Takes the configured database, or starts the private cluster.
    ///
    /// # Errors
    /// [`DatabaseError`] when the cluster does not start.
    pub(crate) async fn open(config: &Config) -> Result<Self, DatabaseError> {
        if let Some(url) = &config.database.url {
            return Ok(Self { url: url.expose().to_owned(), cluster: None });
        }
        let cluster = Cluster::start(options(config)?).await?;
        tracing::info!(folder = %cluster.data_dir().display(), "the private database runs");
        kairo::postgres::ensure_database(cluster.url("postgres").as_str(), NAME).await?;
        Ok(Self { url: cluster.url(NAME).into(), cluster: Some(cluster) })
    }

    /// Where it is, password included.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops the private cluster, unless another process uses it.
    ///
    /// # Errors
    /// [`DatabaseError`] when it does not stop.
    pub(crate) async fn close(self) -> Result<(), DatabaseError> {
        if let Some(cluster) = self.cluster {
            let stopped = cluster.stop().await?;
            tracing::info!(?stopped, "done with the private database");
        }
        Ok(())
    }
}

fn options(config: &Config) -> Result<Options, SecretError> {
    let secrets = Secrets::open(&config.data.dir)?;
    let mut options = Options::new(config.data.dir.join("postgres"), secrets.dir());
    options.binaries = BinarySearch {
        bin_dir: config.database.server_programs.clone(),
        #[expect(clippy::disallowed_methods, reason = "the app is the room that reads the environment")]
        path: env::var_os("PATH"),
        cache_dir: Some(config.data.dir.join("programs")),
    };
    Ok(options)
}

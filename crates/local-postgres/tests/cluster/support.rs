//! Folders for one test, a way to ask the server, and bounded waiting.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use kairo_local_postgres::{BinarySearch, Cluster, Options};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

/// Longer than anything here takes, shorter than patience.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// A folder that every user can reach, with room for one cluster; its server dies with it.
pub(crate) struct Place {
    root: tempfile::TempDir,
    found_at: PathBuf,
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("kairo-test-")
            .permissions(Permissions::from_mode(0o711))
            .tempdir_in("/tmp")
            .unwrap();
        let found_at = root.path().join("data");
        Self { root, found_at }
    }

    /// A folder that only its owner can reach.
    pub(crate) fn private() -> Self {
        let place = Self::new();
        std::fs::set_permissions(place.root.path(), Permissions::from_mode(0o700)).unwrap();
        place
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new(self.root.path().join("data"), self.root.path().join("secrets"));
        options.binaries = search();
        options
    }

    pub(crate) async fn start(&mut self) -> Cluster {
        let cluster = Cluster::start(self.options()).await.unwrap();
        self.found_at(cluster.data_dir());
        cluster
    }

    /// Where the cluster is, for clean-up.
    pub(crate) fn found_at(&mut self, dir: &Path) {
        self.found_at = dir.to_path_buf();
    }

    pub(crate) fn password_file(&self) -> PathBuf {
        self.root.path().join("secrets/postgres-password")
    }

    pub(crate) fn pgdata(&self) -> PathBuf {
        self.found_at.join("pgdata")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let pid_file = std::fs::read_to_string(self.pgdata().join("postmaster.pid")).unwrap_or_default();
        let pid = pid_file.lines().next().and_then(|line| line.parse().ok());
        if let Some(pid) = pid.filter(|pid| i32::try_from(std::process::id()) != Ok(*pid)) {
            let _ = kill(Pid::from_raw(pid), Signal::SIGQUIT);
        }
        let _ = std::fs::remove_dir_all(&self.found_at);
    }
}

/// The machine's own server; tests download nothing.
pub(crate) fn search() -> BinarySearch {
    BinarySearch::default()
}

pub(crate) async fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::connect(cluster.url("postgres").as_str()).await.unwrap()
}

/// Connects with the cluster's URL and another password.
pub(crate) async fn connect_with(cluster: &Cluster, password: &str) -> sqlx::Result<PgConnection> {
    let url = cluster.url("postgres");
    PgConnectOptions::from_str(url.as_str()).unwrap().password(password).connect().await
}

pub(crate) async fn ask(cluster: &Cluster, question: &'static str) -> String {
    sqlx::query_scalar(question).fetch_one(&mut connect(cluster).await).await.unwrap()
}

pub(crate) async fn run(cluster: &Cluster, statement: &'static str) {
    sqlx::query(statement).execute(&mut connect(cluster).await).await.unwrap();
}

/// Whether something listens on the port.
pub(crate) fn is_listening(port: u16) -> bool {
    std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()
}

pub(crate) fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

/// Looks again and again until it is so, or fails when it takes too long.
pub(crate) async fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let seen = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(LIMIT, seen).await.is_ok(), "never: {what}");
}

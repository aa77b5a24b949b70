use kairo_local_postgres::{BinarySearch, Cluster, Options};
use sqlx::PgPool;
use tempfile::TempDir;

use crate::serving::data_folder;

/// A cluster of its own, which keeps what it says it keeps (fsync is on) and knows when each transaction was committed.
pub struct Database {
    cluster: Cluster,
    /// The connections of somebody who may do everything.
    pub(crate) pool: PgPool,
    _folder: TempDir,
}

impl Database {
    /// Starts a cluster with an empty database.
    ///
    /// # Panics
    /// When there are no server programs, or it does not start.
    pub async fn start() -> Self {
        let folder = data_folder("kairo-bench-");
        let mut options = Options::new(folder.path().join("postgres"), folder.path().join("secrets"));
        std::fs::create_dir(folder.path().join("secrets")).unwrap();
        #[expect(clippy::disallowed_methods, reason = "a script reads its own environment")]
        let path = std::env::var_os("PATH");
        options.binaries = BinarySearch { bin_dir: None, path, cache_dir: None };
        options.settings = vec![("track_commit_timestamp".to_owned(), "on".to_owned())];
        let cluster = Cluster::start(options).await.expect("a private cluster");
        let pool = PgPool::connect(cluster.url("postgres").as_str()).await.unwrap();
        sqlx::raw_sql("CREATE DATABASE kairo").execute(&pool).await.unwrap();
        let pool = PgPool::connect(cluster.url("kairo").as_str()).await.unwrap();
        Self { cluster, pool, _folder: folder }
    }

    /// Where it is, password included.
    pub fn url(&self) -> String {
        self.cluster.url("kairo").as_str().to_owned()
    }

    /// The process that all others of the server are children of.
    pub fn pid(&self) -> u32 {
        self.cluster.pid().unsigned_abs()
    }

    /// What the server promises of a commit, in its own words.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn durability(&self) -> String {
        let query = "SELECT string_agg(name || '=' || current_setting(name), ' ')
                       FROM unnest('{fsync,synchronous_commit,full_page_writes}'::text[]) AS name";
        sqlx::query_scalar(query).fetch_one(&self.pool).await.unwrap()
    }

    /// Stops it.
    ///
    /// # Panics
    /// When it does not stop.
    pub async fn stop(self) {
        self.pool.close().await;
        self.cluster.stop().await.expect("the cluster stops");
    }

    /// The server's clock.
    pub(crate) async fn now(&self) -> String {
        sqlx::query_scalar("SELECT now()::text").fetch_one(&self.pool).await.unwrap()
    }

    /// What a query counts.
    pub(crate) async fn count(&self, query: &'static str, parameters: &[&str]) -> u64 {
        let query =
            parameters.iter().fold(sqlx::query_scalar::<_, i64>(query), |query, value| query.bind(*value));
        query.fetch_one(&self.pool).await.unwrap().unsigned_abs()
    }

    /// Has the server know what its tables hold, and bring to disk what is owed to it, so that it is quiet afterwards.
    pub(crate) async fn settle(&self) {
        for statement in ["VACUUM ANALYZE", "CHECKPOINT"] {
            sqlx::raw_sql(statement).execute(&self.pool).await.unwrap();
        }
    }
}

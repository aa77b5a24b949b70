//! A database is brought into shape by any number of processes, with as few rights as a managed server gives.

use kairo_testkit::postgres::{TestDatabase, ephemeral_database};

use crate::support::{connect, connect_owner, execute, migrated_database, store_of, until};
use futures_util::future::join_all;
use kairo_ports::Store;
use kairo_postgres::{MigrationState, PgOptions, PgStore, Report, migrate, queue_status, status};

/// How many migrations there are: what an empty database has before it.
async fn all() -> usize {
    status(ephemeral_database().await.url()).await.unwrap().len()
}

#[tokio::test]
async fn a_second_time_there_is_nothing_to_do() {
    let database = ephemeral_database().await;
    let url = database.url();
    assert!(status(url).await.unwrap().iter().all(|one| one.state == MigrationState::Pending));
    let queue = queue_status(url).await.unwrap();
    assert_eq!((queue.applied, queue.pending()), (0, queue.known));
    let first = migrate(url).await.unwrap();
    assert_eq!((first.queue_applied, queue_status(url).await.unwrap().pending()), (queue.known, 0));
    assert_eq!((first.applied.len(), first.policies_applied), (all().await, true));
    let again = migrate(url).await.unwrap();
    assert_eq!(again, Report { applied: vec![], queue_applied: 0, policies_applied: false });
    assert!(status(url).await.unwrap().iter().all(|one| one.state == MigrationState::Applied));
    let store = PgStore::connect(PgOptions::new(url)).await.unwrap();
    store.ready().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_processes_migrate_one_database() {
    let database = ephemeral_database().await;
    let url = database.url();
    let reports = join_all((0..10).map(|_| migrate(url))).await;
    let reports: Vec<Report> = reports.into_iter().map(Result::unwrap).collect();
    let working: Vec<_> = reports.iter().filter(|report| !report.applied.is_empty()).collect();
    assert_eq!(working.len(), 1);
    assert_eq!(working[0].applied.len(), all().await);
    assert!(working[0].queue_applied > 0);
    assert_eq!(reports.iter().filter(|report| report.queue_applied > 0).count(), 1);
    assert_eq!(reports.iter().filter(|report| report.policies_applied).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_of_one_cluster_are_migrated_side_by_side() {
    let databases = join_all((0..4).map(|_| ephemeral_database())).await;
    let all = all().await;
    for report in join_all(databases.iter().map(|database| migrate(database.url()))).await {
        assert_eq!(report.unwrap().applied.len(), all);
    }
}

#[tokio::test]
async fn a_login_that_is_no_superuser_is_enough() {
    let database = ephemeral_database().await;
    let url = &database_of_a_plain_login(&database).await;
    assert_eq!(migrate(url).await.unwrap().applied.len(), all().await);
    assert_eq!(migrate(url).await.unwrap().applied.len(), 0);
    assert!(status(url).await.unwrap().iter().all(|one| one.state == MigrationState::Applied));
    let store = PgStore::connect(PgOptions::new(url)).await.unwrap();
    store.ready().await.unwrap();
}

#[tokio::test]
async fn policies_are_applied_again_when_the_database_carries_others() {
    let database = migrated_database().await;
    let url = database.url();
    let mut connection = connect_owner(&database).await;
    execute(&mut connection, "UPDATE kairo.rls_state SET digest = 'old'").await;
    let foreign = "CREATE POLICY of_yesterday ON leads TO kairo_client USING (true); \
                   GRANT SELECT ON leads TO kairo_client";
    execute(&mut connection, foreign).await;
    let store = store_of(&database).await;
    assert!(store.ready().await.is_err());

    assert_eq!(
        migrate(url).await.unwrap(),
        Report { applied: vec![], queue_applied: 0, policies_applied: true }
    );
    store.ready().await.unwrap();
    let left: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_policies WHERE policyname = 'of_yesterday' OR has_table_privilege('kairo_client', \
         'leads', 'SELECT')",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn a_migration_waits_for_a_long_reader_without_stopping_everybody() {
    let database = migrated_database().await;
    let url = database.url();
    let (mut reader, mut watcher) = (connect_owner(&database).await, connect_owner(&database).await);
    execute(&mut reader, "UPDATE kairo.rls_state SET digest = 'old'").await;
    execute(&mut reader, "BEGIN; SELECT count(*) FROM leads").await;
    let reading = async {
        // Who waits for a lock makes everybody else wait behind it; so the migration has to step back.
        until(
            &mut watcher,
            "EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'leads'::regclass)",
        )
        .await;
        until(
            &mut watcher,
            "NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'leads'::regclass)",
        )
        .await;
        execute(&mut reader, "COMMIT").await;
    };
    let (report, ()) = tokio::join!(migrate(url), reading);
    assert!(report.unwrap().policies_applied);
}

#[tokio::test]
async fn a_database_that_was_never_migrated_is_told_apart_from_one_that_is_away() {
    let database = ephemeral_database().await;
    let url = database.url();
    // The roles are of the cluster and may be there; the schema is not.
    let refused = match PgStore::connect(PgOptions::new(url)).await {
        Ok(store) => store.ready().await.unwrap_err(),
        Err(error) => error,
    };
    assert!(!matches!(refused, kairo_ports::StoreError::Unavailable(_)), "{refused:?}");
    let away = PgStore::connect(PgOptions::new("postgres://nobody@127.0.0.1:9/none")).await;
    assert!(matches!(away.err(), Some(kairo_ports::StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_queue_of_somebody_else_is_left_alone() {
    let database = ephemeral_database().await;
    let mut root = connect(database.url()).await;
    execute(&mut root, "CREATE SCHEMA graphile_worker").await;
    let refused = migrate(database.url()).await.unwrap_err();
    assert!(matches!(refused, kairo_postgres::MigrateError::Roles(_)), "{refused:?}");
}

/// A database of its own for a login with CREATEROLE and CREATEDB, as managed servers give it.
async fn database_of_a_plain_login(database: &TestDatabase) -> String {
    let (before, name) = database.url().rsplit_once('/').unwrap();
    let login = format!("plain_{name}");
    let mut root = connect(database.url()).await;
    execute(&mut root, &format!("CREATE ROLE {login} LOGIN CREATEROLE CREATEDB PASSWORD 'plain'")).await;
    execute(&mut root, &format!("GRANT {login} TO CURRENT_USER")).await;
    execute(&mut root, &format!("ALTER DATABASE {name} OWNER TO {login}")).await;
    let (_, address) = before.rsplit_once('@').unwrap();
    format!("postgres://{login}:plain@{address}/{name}")
}

//! The job queue has a door of its own: one function leads in, and its owner sees nothing else.

use kairo_domain::{Actor, Id, Job};
use kairo_ports::Store;
use kairo_postgres::QueueDepth;
use kairo_testkit::builders::{at, next_id};
use sqlx::postgres::PgListener;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::{connect, execute, fresh_store, migrated_database, store_of, until};

const ACTORS: [&str; 5] = ["kairo_system", "kairo_admin", "kairo_team", "kairo_client", "kairo_public"];
const ENQUEUE: &str = "SELECT kairo.enqueue('drive_run', '{\"run\": \"7\"}', NULL, 'run:7')";

/// Runs something as a role, undoes it, and tells whether it was let through.
async fn may(connection: &mut PgConnection, role: &str, sql: &str) -> bool {
    execute(connection, &format!("BEGIN; SET LOCAL ROLE {role}")).await;
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await;
    execute(connection, "ROLLBACK").await;
    if let Err(error) = &done {
        let code = error.as_database_error().and_then(|said| said.code());
        assert_eq!(code.as_deref(), Some("42501"), "{role}: {sql}: {error}");
    }
    done.is_ok()
}

async fn number(connection: &mut PgConnection, sql: &str) -> i64 {
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(connection).await.unwrap()
}

#[tokio::test]
async fn actors_enqueue_and_touch_no_table_of_the_queue() {
    let database = migrated_database().await;
    let mut connection = connect(database.url()).await;
    for role in ACTORS {
        assert!(may(&mut connection, role, ENQUEUE).await, "{role}");
        for refused in [
            "SELECT * FROM graphile_worker._private_jobs",
            "SELECT * FROM graphile_worker.jobs",
            "DELETE FROM graphile_worker._private_jobs",
            "SELECT graphile_worker.add_job('drive_run')",
            "SELECT kairo.enqueue('send_mail', '{}', NULL, 'mail:1')",
            "SELECT kairo.enqueue(NULL, '{}', NULL, 'mail:1')",
        ] {
            assert!(!may(&mut connection, role, refused).await, "{role}: {refused}");
        }
        let asks = may(&mut connection, role, "SELECT kairo.pending_jobs('{run:7}')").await;
        assert_eq!(asks, role == "kairo_system", "{role}");
    }
    for role in ["kairo_gate", "kairo_direct"] {
        assert!(!may(&mut connection, role, ENQUEUE).await, "{role}");
    }
}

#[tokio::test]
async fn a_trigger_of_the_owner_enqueues_for_whoever_fires_it() {
    let database = migrated_database().await;
    let mut connection = connect(database.url()).await;
    execute(
        &mut connection,
        "SET ROLE kairo_owner;
         CREATE FUNCTION kairo.enqueue_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
           SET search_path = pg_catalog, pg_temp AS $$
         BEGIN
           PERFORM kairo.enqueue('dispatch_event', jsonb_build_object('event', NEW.seq), NULL, 'event:' || NEW.seq);
           RETURN NULL;
         END $$;
         CREATE TRIGGER enqueue_entry AFTER INSERT ON kairo.journal
           FOR EACH ROW EXECUTE FUNCTION kairo.enqueue_entry();
         RESET ROLE; SET ROLE kairo_system;
         INSERT INTO kairo.journal (at, actor, verb, resource, event) VALUES (now(), 'system', 'read', 'lead', 'test');
         RESET ROLE",
    )
    .await;
    assert_eq!(number(&mut connection, "SELECT count(*) FROM graphile_worker.jobs").await, 1);
}

#[tokio::test]
async fn the_queue_s_connections_see_the_queue_and_nothing_else() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let pool = store.queue_pool();
    sqlx::raw_sql("SELECT * FROM graphile_worker._private_jobs").execute(&pool).await.unwrap();
    for table in ["leads", "users", "sessions", "automation_runs", "kairo.journal", "kairo.letters"] {
        let read = AssertSqlSafe(format!("SELECT * FROM {table}"));
        let refused = sqlx::raw_sql(read).execute(&pool).await.unwrap_err();
        assert!(refused.to_string().contains("permission denied"), "{table}: {refused}");
    }
    store.close().await;
    assert!(pool.is_closed());
}

#[tokio::test]
async fn a_queue_s_connection_that_is_left_in_a_transaction_is_closed() {
    let database = migrated_database().await;
    let store = store_of(&database).await;
    let pool = store.queue_pool();
    sqlx::raw_sql("BEGIN").execute(&pool).await.unwrap();
    let mut watcher = connect(database.url()).await;
    until(
        &mut watcher,
        "NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%BEGIN%'
                       AND pid <> pg_backend_pid() AND state LIKE 'idle in%')",
    )
    .await;
    sqlx::raw_sql("SELECT 1").execute(&pool).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_job_that_is_being_done_does_not_swallow_a_wake_up() {
    let store = fresh_store().await;
    let job = Job::DriveRun(Id::from_uuid(next_id()));
    enqueue(&*store, job).await;
    let mut worker = connect(store.url()).await;
    execute(
        &mut worker,
        "UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'somebody', attempts = 1",
    )
    .await;
    let mut work = store.begin(&Actor::System).await.unwrap();
    assert_eq!(work.queue().pending(&[job.key()]).await.unwrap(), [job.key()]);
    drop(work);

    enqueue(&*store, job).await;
    enqueue(&*store, job).await;
    assert_eq!(store.deliver(at(9)).await, [job]);
    // The one that is being done is still there, and comes again if whoever does it dies.
    execute(&mut worker, "UPDATE graphile_worker._private_jobs SET locked_at = NULL, locked_by = NULL").await;
    assert_eq!(store.deliver(at(9)).await, [job]);
}

#[tokio::test]
async fn attempts_never_end_a_job() {
    let store = fresh_store().await;
    let job = Job::DispatchEvent(1);
    enqueue(&*store, job).await;
    let mut worker = connect(store.url()).await;
    assert_eq!(number(&mut worker, "SELECT max_attempts::bigint FROM graphile_worker.jobs").await, 32_767);
    execute(&mut worker, "UPDATE graphile_worker._private_jobs SET attempts = max_attempts").await;
    let mut work = store.begin(&Actor::System).await.unwrap();
    assert_eq!(work.queue().pending(&[job.key()]).await.unwrap(), [""; 0]);
    drop(work);
    enqueue(&*store, job).await;
    assert_eq!(store.deliver(at(9)).await, [job]);
}

#[tokio::test]
async fn whoever_runs_the_queue_hears_of_a_job_that_is_due() {
    let store = fresh_store().await;
    let mut listener = PgListener::connect(store.url()).await.unwrap();
    listener.listen("jobs:insert").await.unwrap();
    let mut work = store.begin(&Actor::Visitor).await.unwrap();
    work.queue().enqueue(&Job::DispatchEvent(1), at(0)).await.unwrap();
    assert!(listener.next_buffered().is_none());
    work.commit().await.unwrap();
    assert_eq!(listener.recv().await.unwrap().channel(), "jobs:insert");
    // Closing waits for whatever is still to be said, so silence is silence.
    let mut work = store.begin(&Actor::Visitor).await.unwrap();
    work.queue().enqueue(&Job::DispatchEvent(2), at(1_000_000_000)).await.unwrap();
    work.commit().await.unwrap();
    store.close().await;
    let mut other = connect(store.url()).await;
    execute(&mut other, "NOTIFY \"jobs:insert\", 'last'").await;
    assert_eq!(listener.recv().await.unwrap().payload(), "last");
}

#[tokio::test]
async fn the_depth_of_the_queue_is_told() {
    let store = fresh_store().await;
    let mut work = store.begin(&Actor::System).await.unwrap();
    for (number, due) in [(1, 0), (2, 0), (3, 1_000_000_000)] {
        work.queue().enqueue(&Job::DispatchEvent(number), at(due)).await.unwrap();
    }
    work.commit().await.unwrap();
    let mut worker = connect(store.url()).await;
    execute(
        &mut worker,
        "UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'somebody' WHERE key = 'event:1'",
    )
    .await;
    assert_eq!(store.queue_depth().await.unwrap(), QueueDepth { due: 1, later: 1, held: 1 });
}

async fn enqueue(store: &impl Store, job: Job) {
    let mut work = store.begin(&Actor::System).await.unwrap();
    work.queue().enqueue(&job, at(0)).await.unwrap();
    work.commit().await.unwrap();
}

#[tokio::test]
async fn a_look_for_what_is_due_reads_nothing_of_what_is_not() {
    let database = migrated_database().await;
    let mut connection = connect(database.url()).await;
    execute(
        &mut connection,
        "SELECT kairo.enqueue('drive_run', '{}', now() + day * interval '1 day', 'run:' || day)
           FROM generate_series(1, 5000) AS day; ANALYZE graphile_worker._private_jobs",
    )
    .await;
    for (looked, through) in [
        (
            "SELECT id FROM graphile_worker._private_jobs WHERE is_available = true AND run_at <= now()
              ORDER BY priority, run_at LIMIT 64 FOR UPDATE SKIP LOCKED",
            "kairo_jobs_due",
        ),
        (
            "SELECT locked_by FROM graphile_worker._private_jobs WHERE locked_by IS NOT NULL
               AND locked_at < now() - interval '10 seconds'",
            "kairo_jobs_held",
        ),
    ] {
        let sql = AssertSqlSafe(format!("EXPLAIN {looked}"));
        let plan: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap();
        assert!(plan.join("\n").contains(through), "{plan:#?}");
    }
}

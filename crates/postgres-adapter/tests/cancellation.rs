//! Whoever stops waiting leaves nothing behind: no open transaction, no hole in the pool.

use std::time::Duration;

use futures_util::future::join_all;
use kairo_domain::{Actor, LeadId, Verb};
use kairo_ports::{Store, StoreError};
use kairo_postgres::{Connections, PgOptions, PgStore};
use kairo_testkit::builders::{actor_of, lead, permit, team_member};
use kairo_testkit::chaos::ChaosProxy;
use kairo_testkit::postgres::TestDatabase;
use sqlx::PgConnection;
use tokio::time::timeout;
use uuid::Uuid;

use crate::support::{connect, migrated_database, until};

const ALL: usize = 3;
const SHORT: Duration = Duration::from_millis(50);
const LONG: Duration = Duration::from_secs(10);

/// A store that speaks through a proxy, and somebody who watches it from the side.
struct Scene {
    proxy: ChaosProxy,
    store: PgStore,
    watcher: PgConnection,
    _database: TestDatabase,
}

async fn scene(change: impl FnOnce(&mut PgOptions)) -> Scene {
    let database = migrated_database().await;
    let (_, rest) = database.url().split_once('@').unwrap();
    let (address, _) = rest.split_once('/').unwrap();
    let proxy = ChaosProxy::before(address).await;
    let mut options = PgOptions::new(proxy.url_through(database.url()));
    options.max_connections = u32::try_from(ALL).unwrap();
    options.sub_pools = 2;
    change(&mut options);
    let store = PgStore::connect(options).await.unwrap();
    let scene = Scene { proxy, store, watcher: connect(database.url()).await, _database: database };
    scene.is_whole().await;
    scene
}

impl Scene {
    /// All connections can be had at the same time, and each does what it should.
    async fn is_whole(&self) {
        let units = join_all((0..ALL).map(|_| self.store.begin(&Actor::System))).await;
        for unit in units {
            let mut unit = unit.unwrap();
            assert_eq!(unit.leads().get(LeadId::from_uuid(Uuid::nil())).await.unwrap(), None);
        }
    }

    /// All connections came back.
    async fn is_idle(&self) {
        self.comes_to(|connections| connections.idle == ALL).await;
    }

    async fn comes_to(&self, condition: impl Fn(Connections) -> bool) {
        for _ in 0..1_000 {
            if condition(self.store.connections()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it never came to that: {:?}", self.store.connections());
    }

    async fn nobody_is_idle_in_a_transaction(&mut self) {
        until(
            &mut self.watcher,
            "NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = 'kairo'
                          AND datname = current_database() AND state <> 'idle')",
        )
        .await;
    }
}

#[tokio::test]
async fn a_begin_that_nobody_waits_for_leaves_no_transaction() {
    let mut scene = scene(|_| ()).await;
    let team = actor_of(&team_member("Tim").build());
    for _ in 0..3 {
        scene.is_idle().await;
        scene.proxy.pause();
        let waits = (0..2 * ALL).map(|_| timeout(SHORT, scene.store.begin(&team)));
        assert!(join_all(waits).await.iter().all(Result::is_err), "a begin came through the pause");
        // The server has begun the transactions; only its answers are on their way.
        until(
            &mut scene.watcher,
            "3 = (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'kairo'
                   AND datname = current_database() AND state = 'idle in transaction')",
        )
        .await;
        scene.proxy.resume();
        scene.nobody_is_idle_in_a_transaction().await;
        timeout(LONG, scene.is_whole()).await.unwrap();
    }
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_is_undone() {
    let mut scene = scene(|_| ()).await;
    let (system, ada) = (Actor::System, lead("Ada").build());
    let mut work = scene.store.begin(&system).await.unwrap();
    scene.proxy.pause();
    let created = permit(&system, Verb::Create, &ada);
    assert!(timeout(SHORT, work.leads().add(&created, &ada)).await.is_err());
    scene.proxy.resume();
    // Not even by a caller who goes on as if nothing had been.
    assert!(matches!(work.commit().await, Err(StoreError::Refused { .. })));
    scene.nobody_is_idle_in_a_transaction().await;
    scene.is_whole().await;
    let mut work = scene.store.begin(&system).await.unwrap();
    assert_eq!(work.leads().get(ada.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_unit_that_fails_cannot_be_kept() {
    let scene = scene(|_| ()).await;
    let (system, ada) = (Actor::System, lead("Ada").build());
    let created = permit(&system, Verb::Create, &ada);
    let mut work = scene.store.begin(&system).await.unwrap();
    work.leads().add(&created, &ada).await.unwrap();
    assert!(matches!(work.leads().add(&created, &ada).await, Err(StoreError::Taken { what: "id" })));
    // PostgreSQL itself would answer this with a silent ROLLBACK.
    assert!(matches!(work.commit().await, Err(StoreError::Refused { .. })));
    scene.is_whole().await;
}

#[tokio::test]
async fn a_connection_that_goes_silent_gives_its_place_back() {
    let scene = scene(|_| ()).await;
    scene.is_idle().await;
    scene.proxy.pause();
    let waits = (0..ALL).map(|_| timeout(SHORT, scene.store.begin(&Actor::System)));
    assert!(join_all(waits).await.iter().all(Result::is_err));
    // Nothing is heard of these connections ever again. They are not waited for, and make room for others.
    scene.comes_to(|connections| connections.open == 0).await;
    scene.proxy.resume();
    timeout(LONG, scene.is_whole()).await.unwrap();
}

#[tokio::test]
async fn connections_that_died_while_idle_are_replaced_without_a_word() {
    let scene = scene(|_| ()).await;
    for _ in 0..3 {
        scene.proxy.cut();
        scene.is_whole().await;
    }
}

#[tokio::test]
async fn an_exhausted_pool_is_out_of_reach_for_a_moment() {
    let scene = scene(|options| options.acquire_timeout = Duration::from_millis(300)).await;
    let units = join_all((0..ALL).map(|_| scene.store.begin(&Actor::System))).await;
    assert!(units.iter().all(Result::is_ok));
    let refused = scene.store.begin(&Actor::System).await;
    assert!(matches!(refused.err(), Some(StoreError::Unavailable(_))));
    drop(units);
    scene.is_whole().await;
}

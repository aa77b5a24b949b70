//! Whoever ends a session or changes what a user may do, by whatever way, is found in the log.

use chrono::{DateTime, Utc};
use kairo_domain::{Actor, Company, Revocation, Role, Session, Standing, User, Verb};
use kairo_ports::{Mark, Store};
use kairo_postgres::PgStore;
use kairo_testkit::builders::{admin, at, client, company, permit, session};
use kairo_testkit::postgres::TestDatabase;
use sqlx::PgConnection;

use crate::support::{connect_owner, execute, migrated_database, store_of};

struct Scene {
    store: PgStore,
    acme: Company,
    cleo: User,
    session: Session,
    /// Somebody who knows the tables and nothing else.
    direct: PgConnection,
    _database: TestDatabase,
}

/// A client with a session that is still good.
async fn scene() -> Scene {
    let database = migrated_database().await;
    let (store, system) = (store_of(&database).await, Actor::System);
    let acme = company("Acme").build();
    let cleo = client("Cleo", acme.id).build();
    let mut direct = connect_owner(&database).await;
    let now: DateTime<Utc> = sqlx::query_scalar("SELECT now()").fetch_one(&mut direct).await.unwrap();
    let session = session(cleo.id).with(|session| session.expires_at = now + Session::LIFETIME).build();
    let mut work = store.begin(&system).await.unwrap();
    work.companies().add(&permit(&system, Verb::Create, &acme), &acme).await.unwrap();
    for user in [&admin("Grace").build(), &cleo] {
        work.users().add(&permit(&system, Verb::Create, user), user).await.unwrap();
    }
    work.sessions().add(&permit(&system, Verb::Create, &session), &session).await.unwrap();
    work.commit().await.unwrap();
    execute(&mut direct, "SET ROLE kairo_direct").await;
    Scene { store, acme, cleo, session, direct, _database: database }
}

impl Scene {
    async fn since(&self, mark: Option<&Mark>) -> (Vec<Revocation>, Mark) {
        let mut work = self.store.begin_read(&Actor::System).await.unwrap();
        work.revocations().since(mark).await.unwrap()
    }

    /// What the log tells of one change. All of it is read: what is asked for since a mark may come again, as long as
    /// anybody on the server has a transaction open.
    async fn told_of(&mut self, change: &str) -> Vec<Revocation> {
        let before = self.since(None).await.0.len();
        execute(&mut self.direct, change).await;
        self.since(None).await.0.split_off(before)
    }

    fn user(&self, standing: Option<Standing>) -> Revocation {
        Revocation::User(self.cleo.id, standing)
    }
}

#[tokio::test]
async fn a_session_that_is_revoked_or_removed_by_hand_is_told() {
    let mut scene = scene().await;
    let told = vec![Revocation::Session(scene.session.id)];
    assert_eq!(scene.told_of("UPDATE sessions SET revoked_at = now()").await, told);
    assert_eq!(scene.told_of("UPDATE sessions SET revoked_at = now() + '1 s'").await, []);
    assert_eq!(scene.told_of("UPDATE sessions SET revoked_at = NULL").await, []);
    assert_eq!(scene.told_of("DELETE FROM sessions").await, told);
}

#[tokio::test]
async fn whatever_a_token_repeats_of_its_user_is_told() {
    let mut scene = scene().await;
    let (client, team) = (Role::Client, Role::Team);
    let standing = |role, company| Some(Standing { role, company });
    let acme = Some(scene.acme.id);
    for (change, now) in [
        ("UPDATE users SET role = 'TEAM' WHERE role = 'CLIENT'", standing(team, acme)),
        ("UPDATE users SET role = 'CLIENT' WHERE role = 'TEAM'", standing(client, acme)),
        ("UPDATE users SET suspended_at = now() WHERE role = 'CLIENT'", None),
        ("UPDATE users SET suspended_at = NULL WHERE role = 'CLIENT'", standing(client, acme)),
        ("UPDATE users SET deleted_at = now() WHERE role = 'CLIENT'", None),
        ("UPDATE users SET deleted_at = NULL WHERE role = 'CLIENT'", standing(client, acme)),
        ("DELETE FROM companies", standing(client, None)),
    ] {
        assert_eq!(scene.told_of(change).await, [scene.user(now)], "{change}");
    }
    let other = "UPDATE users SET name = 'Cleopatra', email = 'cleo@example.com', password_hash = 'x'
                 WHERE role = 'CLIENT'";
    assert_eq!(scene.told_of(other).await, []);
    let gone = scene.told_of("DELETE FROM users WHERE role = 'CLIENT'").await;
    let (user, session) = (scene.user(None), Revocation::Session(scene.session.id));
    assert!(gone.len() == 2 && gone.contains(&user) && gone.contains(&session), "{gone:?}");
}

#[tokio::test]
async fn who_commits_late_is_not_missed() {
    let mut scene = scene().await;
    execute(&mut scene.direct, "BEGIN; UPDATE sessions SET revoked_at = now()").await;
    // Others come and go meanwhile, with later numbers.
    let suspended = "UPDATE users SET suspended_at = now() WHERE role = 'CLIENT'";
    let mut other = connect_owner(&scene._database).await;
    execute(&mut other, suspended).await;
    let (seen, mark) = scene.since(None).await;
    assert_eq!(seen, [scene.user(None)]);
    execute(&mut scene.direct, "COMMIT").await;
    let (seen, _) = scene.since(Some(&mark)).await;
    assert!(seen.contains(&Revocation::Session(scene.session.id)), "{seen:?}");
}

#[tokio::test]
async fn the_purge_of_what_has_ended_is_no_news() {
    let mut scene = scene().await;
    execute(&mut scene.direct, "UPDATE sessions SET expires_at = '2026-01-02'").await;
    let mut work = scene.store.begin(&Actor::System).await.unwrap();
    assert_eq!(work.expired().purge(at(3 * 24 * 3600), 10).await.unwrap(), 1);
    work.commit().await.unwrap();
    assert_eq!(scene.since(None).await.0, []);
}

#[tokio::test]
async fn revocations_are_forgotten_by_the_server_s_clock() {
    let mut scene = scene().await;
    execute(&mut scene.direct, "UPDATE sessions SET revoked_at = '2026-01-01'; DELETE FROM sessions").await;
    let now = sqlx::query_scalar("SELECT clock_timestamp()").fetch_one(&mut scene.direct).await.unwrap();
    let mut work = scene.store.begin(&Actor::System).await.unwrap();
    // Long ago, says the row; but nobody has had the time to read of it.
    assert_eq!(work.expired().purge(at(3600), 10).await.unwrap(), 0);
    assert_eq!(work.expired().purge(now, 10).await.unwrap(), 1);
}

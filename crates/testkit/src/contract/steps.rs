//! The steps of which the cases are made.

use kairo_domain::{Actor, Company, Lead, LeadId, Session, SessionId, Subject, User, Verb};
use kairo_ports::{Store, StoreError, UnitOfWork};

use crate::builders::{actor_of, admin, client, company, permit, team_member};

/// Two companies and somebody of every role, stored.
pub(crate) struct World {
    pub(crate) acme: Company,
    pub(crate) globex: Company,
    pub(crate) admin: User,
    pub(crate) team: User,
    /// Of Acme.
    pub(crate) client: User,
    /// Of Acme too.
    pub(crate) colleague: User,
    /// Of Globex.
    pub(crate) rival: User,
}

impl World {
    pub(crate) async fn in_store(store: &dyn Store) -> Self {
        let (acme, globex) = (company("Acme").build(), company("Globex").build());
        let world = Self {
            admin: admin("Grace").build(),
            team: team_member("Tim").build(),
            client: client("Cleo", acme.id).build(),
            colleague: client("Carl", acme.id).build(),
            rival: client("Rita", globex.id).build(),
            acme,
            globex,
        };
        let mut work = begin(store, &Actor::System).await;
        for company in [&world.acme, &world.globex] {
            work.companies().add(&may_create(&Actor::System, company), company).await.unwrap();
        }
        for user in [&world.admin, &world.team, &world.client, &world.colleague, &world.rival] {
            work.users().add(&may_create(&Actor::System, user), user).await.unwrap();
        }
        work.commit().await.unwrap();
        world
    }

    pub(crate) fn as_admin(&self) -> Actor {
        actor_of(&self.admin)
    }

    pub(crate) fn as_team(&self) -> Actor {
        actor_of(&self.team)
    }

    pub(crate) fn as_client(&self) -> Actor {
        actor_of(&self.client)
    }

    pub(crate) fn as_rival(&self) -> Actor {
        actor_of(&self.rival)
    }

    /// Everybody but the program itself.
    pub(crate) fn outsiders(&self) -> [Actor; 4] {
        [self.as_admin(), self.as_team(), self.as_client(), Actor::Visitor]
    }
}

/// An administrator whom no store knows.
pub(crate) fn boss() -> Actor {
    actor_of(&admin("Boss").build())
}

fn may_create(actor: &Actor, subject: &impl Subject) -> kairo_domain::Permit {
    permit(actor, Verb::Create, subject)
}

pub(crate) async fn begin(store: &dyn Store, actor: &Actor) -> Box<dyn UnitOfWork> {
    store.begin(actor).await.unwrap()
}

pub(crate) async fn begin_read(store: &dyn Store, actor: &Actor) -> Box<dyn UnitOfWork> {
    store.begin_read(actor).await.unwrap()
}

/// What becomes of a write: a store may find out what is wrong with it at once, or when the unit is committed.
pub(crate) async fn land(
    work: Box<dyn UnitOfWork>,
    written: Result<(), StoreError>,
) -> Result<(), StoreError> {
    written?;
    work.commit().await
}

pub(crate) async fn add_leads(store: &dyn Store, leads: &[Lead]) {
    let mut work = begin(store, &Actor::System).await;
    for lead in leads {
        work.leads().add(&may_create(&Actor::System, lead), lead).await.unwrap();
    }
    work.commit().await.unwrap();
}

pub(crate) async fn lead_seen_by(store: &dyn Store, actor: &Actor, id: LeadId) -> Option<Lead> {
    begin_read(store, actor).await.leads().get(id).await.unwrap()
}

pub(crate) async fn add_user(store: &dyn Store, user: &User) -> Result<(), StoreError> {
    let mut work = begin(store, &Actor::System).await;
    let added = work.users().add(&may_create(&Actor::System, user), user).await;
    land(work, added).await
}

/// Saves a user in a unit of this actor, with a permit of somebody who may do anything.
pub(crate) async fn save_user(
    store: &dyn Store,
    actor: &Actor,
    verb: Verb,
    user: &User,
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let saved = work.users().save(&permit(&Actor::System, verb, user), user).await;
    land(work, saved).await
}

pub(crate) async fn user_seen_by(store: &dyn Store, actor: &Actor, user: &User) -> Option<User> {
    begin_read(store, actor).await.users().get(user.id).await.unwrap()
}

pub(crate) async fn add_session(store: &dyn Store, session: &Session) -> Result<(), StoreError> {
    let mut work = begin(store, &Actor::System).await;
    let added = work.sessions().add(&may_create(&Actor::System, session), session).await;
    land(work, added).await
}

pub(crate) async fn session_seen_by(store: &dyn Store, actor: &Actor, id: SessionId) -> Option<Session> {
    begin_read(store, actor).await.sessions().get(id).await.unwrap()
}

#[track_caller]
pub(crate) fn assert_stale(result: Result<(), StoreError>) {
    let error = result.expect_err("the write was stale");
    assert!(matches!(error, StoreError::Stale), "stale was expected, not {error:?}");
}

#[track_caller]
pub(crate) fn assert_refused(result: Result<(), StoreError>) {
    let error = result.expect_err("the guard had to refuse");
    assert!(matches!(error, StoreError::Refused { .. }), "a refusal was expected, not {error:?}");
}

/// A write out of reach: a store that has a rule against it says `Refused`, one that only hides rows says `Stale`.
#[track_caller]
pub(crate) fn assert_out_of_reach(result: Result<(), StoreError>) {
    let error = result.expect_err("the write was out of reach");
    let is_either = matches!(error, StoreError::Refused { .. } | StoreError::Stale);
    assert!(is_either, "a refusal was expected, not {error:?}");
}

#[track_caller]
pub(crate) fn assert_taken(result: Result<(), StoreError>, expected: &str) {
    let error = result.expect_err("the value was taken");
    let is_it = matches!(error, StoreError::Taken { what } if what == expected);
    assert!(is_it, "{expected} is taken, and yet {error:?}");
}

#[track_caller]
pub(crate) fn assert_contention(result: Result<(), StoreError>) {
    let error = result.expect_err("another unit was first");
    assert!(matches!(error, StoreError::Contention(_)), "contention was expected, not {error:?}");
}

#[track_caller]
pub(crate) fn assert_last_admin(result: Result<(), StoreError>) {
    let error = result.expect_err("nobody would be left who may do everything");
    assert!(matches!(error, StoreError::LastAdmin), "the last administrator was expected, not {error:?}");
}

#[track_caller]
pub(crate) fn assert_missing(result: Result<(), StoreError>, expected: &str) {
    let error = result.expect_err("the thing referred to was missing");
    let is_it = matches!(error, StoreError::Missing { what } if what == expected);
    assert!(is_it, "{expected} is missing, and yet {error:?}");
}

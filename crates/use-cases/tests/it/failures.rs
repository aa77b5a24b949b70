//! Failures that no fake can be talked into, with the mocks of the ports.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::world::studio_on;
use kairo_domain::{Actor, AutomationId, LeadId, LeadStatus, Seen};
use kairo_ports::StoreError;
use kairo_ports::mock::{MockStore, MockUnitOfWork};
use kairo_testkit::builders::{actor_of, lead, schedule, team_member};
use kairo_testkit::fakes::ManualClock;
use kairo_use_cases::{Error, MoveLead, Outcome, Studio};
use uuid::Uuid;

fn on(store: MockStore) -> Studio {
    studio_on(Arc::new(store), ManualClock::new())
}

fn order(lead: LeadId) -> MoveLead {
    MoveLead { lead, to: LeadStatus::Contacted, reason: None, seen: Seen::Anything }
}

/// A unit in which everything works, up to the commit.
fn unit(commit_error: Option<StoreError>) -> MockUnitOfWork {
    let mut unit = MockUnitOfWork { commit_error, ..MockUnitOfWork::default() };
    unit.leads.expect_get().returning(|id| Ok(Some(lead("Ada").with(|lead| lead.id = id).build())));
    unit.leads.expect_save().returning(|_, _| Ok(()));
    unit.lead_timeline.expect_add().returning(|_, _| Ok(()));
    unit.journal.expect_came_from().returning(|_| ());
    unit.journal.expect_record().returning(|_, _, _| Ok(()));
    unit
}

#[tokio::test]
async fn a_commit_that_loses_a_race_is_tried_again_as_a_whole() {
    let mut store = MockStore::new();
    let mut commits =
        [Some(StoreError::Contention(None)), Some(StoreError::Contention(None)), None].into_iter();
    store.expect_begin().times(3).returning(move |_| Ok(Box::new(unit(commits.next().unwrap()))));
    let actor = actor_of(&team_member("Tom").build());
    let moved = on(store).leads().move_to(&actor, order(lead("Ada").build().id), None).await.unwrap();
    assert!(matches!(moved, Outcome::Done(lead) if lead.status == LeadStatus::Contacted));
}

#[tokio::test]
async fn contention_without_end_becomes_busy() {
    let mut store = MockStore::new();
    store.expect_begin().times(3).returning(|_| Ok(Box::new(unit(Some(StoreError::Contention(None))))));
    let actor = actor_of(&team_member("Tom").build());
    let refused = on(store).leads().move_to(&actor, order(lead("Ada").build().id), None).await;
    assert!(matches!(refused, Err(Error::Busy(_))));
}

#[tokio::test]
async fn a_store_out_of_reach_is_busy_and_not_tried_again() {
    let mut store = MockStore::new();
    store.expect_begin_read().times(1).returning(|_| Err(StoreError::Unavailable(None)));
    let refused = on(store).leads().get(&Actor::System, lead("Ada").build().id).await;
    assert!(matches!(refused, Err(Error::Busy(_))));
}

#[tokio::test]
async fn a_broken_row_tells_the_caller_nothing() {
    let mut store = MockStore::new();
    store.expect_begin_read().returning(|_| {
        let mut unit = MockUnitOfWork::default();
        let corrupt = |id: LeadId| StoreError::Corrupt { table: "leads", column: "email", id: id.uuid() };
        unit.leads.expect_get().returning(move |id| Err(corrupt(id)));
        Ok(Box::new(unit))
    });
    let error = on(store).leads().get(&Actor::System, lead("Ada").build().id).await.unwrap_err();
    assert_eq!(error.to_string(), "something failed on our side");
}

#[tokio::test]
async fn a_schedule_that_cannot_be_fired_holds_up_no_other() {
    let [bad, good] = [1, 2].map(|number| AutomationId::from_uuid(Uuid::from_u128(number)));
    let planned = Arc::new(AtomicBool::new(false));
    let mut store = MockStore::new();
    let told = Arc::clone(&planned);
    store.expect_begin().returning(move |_| {
        let mut unit = MockUnitOfWork::default();
        unit.journal.expect_came_from().returning(|_| ());
        let is_planned = told.load(Ordering::SeqCst);
        unit.triggers.expect_due_schedule().returning(move |now, behind| {
            let due = [bad, good].into_iter().filter(|id| *id == bad || !is_planned);
            let mut due = due.filter(|id| behind.as_ref().is_none_or(|behind| *id > behind.automation));
            Ok(due.next().map(|id| schedule(id, "t", Some(now))))
        });
        let told = Arc::clone(&told);
        unit.triggers.expect_plan().returning(move |id, _, _| {
            told.fetch_or(id == good, Ordering::SeqCst);
            Ok(())
        });
        unit.automations.expect_get().returning(move |id| match id == bad {
            true => Err(StoreError::Corrupt { table: "automations", column: "settings", id: id.uuid() }),
            false => Ok(None),
        });
        Ok(Box::new(unit))
    });
    assert_eq!(on(store).firings().fire_schedules().await.unwrap(), 0);
    assert!(planned.load(Ordering::SeqCst), "the one behind it");
}

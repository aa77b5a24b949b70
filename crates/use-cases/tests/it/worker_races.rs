//! A worker and somebody else at the same data, in every order.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use kairo_domain::{Actor, Job, LeadId, LeadStatus, Patch, Run, RunId, RunPhase, Verb};
use kairo_ports::{Store, StoreError, UnitOfWork};
use kairo_testkit::builders::{full_lead, permit};
use kairo_testkit::stepping::{Step, SteppedStore, interleave};
use kairo_use_cases::Error;
use serde_json::json;

use crate::engine::flow;
use crate::world::{World, studio_on};

/// How often a worker stops in the longest of these runs.
const STOPS: usize = 12;

async fn moving(world: &World) -> (LeadId, RunId) {
    let lead = full_lead().with(|lead| lead.status = LeadStatus::New).build();
    let mut work = world.store.begin(&Actor::System).await.unwrap();
    work.leads().add(&permit(&Actor::System, Verb::Create, &lead), &lead).await.unwrap();
    work.commit().await.unwrap();
    let to = json!({"lead": lead.id.to_string(), "to": "CONTACTED"});
    let nodes = [("t", "trigger.manual", json!({})), ("move", "lead.move", to)];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>move"])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    (lead.id, run)
}

/// Changes something else about the lead.
async fn edit(store: &dyn Store, world: &World, id: LeadId) -> Result<(), StoreError> {
    let mut work = store.begin(&Actor::System).await?;
    let mut lead = work.leads().get(id).await?.unwrap();
    let permit = permit(&Actor::System, Verb::Update, &lead);
    let phone = Patch::Clear;
    lead.edit(kairo_domain::LeadPatch { phone, ..Default::default() }, world.now());
    work.leads().save(&permit, &lead).await?;
    work.commit().await
}

#[test]
fn a_lead_that_somebody_edits_meanwhile_does_not_stop_the_run_that_moves_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for stops in 0..STOPS {
        let world = runtime.block_on(World::new());
        let (lead, run) = runtime.block_on(moving(&world));
        let store = SteppedStore::new(Arc::clone(&world.store) as Arc<dyn Store>);
        let worker = studio_on(Arc::new(store), world.clock.clone());
        let drives: Step<'_, ()> =
            Box::pin(async { worker.jobs().perform(&Job::DriveRun(run)).await.map(drop).unwrap() });
        let edits: Step<'_, ()> = Box::pin(async { edit(&*world.store, &world, lead).await.unwrap() });
        let schedule: Vec<usize> = std::iter::repeat_n(0, stops).chain([1]).collect();
        interleave(vec![drives, edits], &schedule);
        assert_eq!(runtime.block_on(world.phase(run)), RunPhase::Success, "edited after {stops} stops");
    }
}

#[tokio::test]
async fn a_wait_that_the_queue_ends_too_early_ends_at_its_time() {
    let world = World::new().await;
    let nodes = [("t", "trigger.manual", json!({})), ("wait", "wait", json!({"minutes": 5}))];
    let automation = world.active(&world.as_team(), flow(&nodes, &["t>wait"])).await;
    let run = world.fire(&world.as_team(), automation.id, json!({})).await;
    world.work().await;
    let until = world.now() + TimeDelta::minutes(5);
    // The clock of the queue is ahead of the worker's.
    assert_eq!(world.store.take_due_jobs(until), [Job::DriveRun(run)]);
    world.studio.jobs().perform(&Job::DriveRun(run)).await.unwrap();
    assert_eq!(world.store.next_due(), Some(until));
    world.clock.advance(TimeDelta::minutes(5));
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
}

/// A store that is out of reach for runs, and for nobody else.
struct OutOfReach(Arc<dyn Store>);

#[async_trait]
impl Store for OutOfReach {
    async fn begin(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        match actor {
            Actor::Automation { .. } => Err(StoreError::Unavailable(None)),
            Actor::System | Actor::User(_) | Actor::Visitor => self.0.begin(actor).await,
        }
    }

    async fn begin_read(&self, actor: &Actor) -> Result<Box<dyn UnitOfWork>, StoreError> {
        self.0.begin_read(actor).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.0.ready().await
    }
}

#[tokio::test]
async fn a_store_that_is_away_brings_no_run_into_quarantine() {
    let world = World::new().await;
    let (_, run) = moving(&world).await;
    let away = studio_on(Arc::new(OutOfReach(Arc::clone(&world.store) as _)), world.clock.clone());
    for _ in 0..3 * Run::MAX_STALLS {
        let failed = away.jobs().perform(&Job::DriveRun(run)).await;
        assert!(matches!(failed, Err(Error::Busy(_))), "{failed:?}");
    }
    world.work().await;
    assert_eq!(world.phase(run).await, RunPhase::Success);
}

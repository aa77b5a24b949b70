//! Versions of flows.

use kairo_domain::{Actor, Automation, AutomationId, FlowNumber, FlowVersion, Verb};
use kairo_ports::Store;

use super::aggregates::{self, Aggregate};
use super::steps::{World, begin, begin_read};
use crate::builders::{at, automation, flow, full_automation, next_id, permit};

/// The flow that an automation begins with is its first version, drawn by whoever made it.
pub async fn the_first_flow_is_kept(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, drawn_by) in [(world.as_client(), Some(world.client.id)), (Actor::System, None)] {
        let mine = full_automation(world.client.id).build();
        let mut work = begin(store, &actor).await;
        mine.add(&mut *work, &permit(&actor, Verb::Create, &mine)).await.unwrap();
        work.commit().await.unwrap();
        let kept = FlowVersion {
            automation: mine.id,
            number: mine.flow_number,
            flow: mine.flow.clone(),
            drawn_at: mine.updated_at,
            drawn_by,
        };
        assert_eq!(flows(store, &actor, mine.id, None, 9).await, std::slice::from_ref(&kept));
        let found = begin_read(store, &actor).await.automations().flow(mine.id, kept.number).await.unwrap();
        assert_eq!(found, Some(kept));
    }
}

/// A save with another number keeps another version, and no other save does.
pub async fn a_drawn_flow_is_kept_as_well(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut mine = automation(world.client.id, "Mine").build();
    let first = mine.flow.clone();
    aggregates::add(store, &mine).await.unwrap();
    aggregates::save(store, &mine.changed("Renamed")).await.unwrap();
    assert_eq!(flows(store, &Actor::System, mine.id, None, 9).await.len(), 1);

    mine = mine.changed("Renamed");
    mine.draw(flow("second"), Vec::new(), at(200)).unwrap().unwrap();
    let client = world.as_client();
    let mut work = begin(store, &client).await;
    mine.save(&mut *work, &permit(&client, Verb::Update, &mine)).await.unwrap();
    work.commit().await.unwrap();
    let kept = flows(store, &client, mine.id, None, 9).await;
    let told: Vec<_> = kept.iter().map(|kept| (kept.number.number(), kept.flow.clone())).collect();
    assert_eq!(told, [(2, flow("second")), (1, first)]);
    assert_eq!((kept[0].drawn_at, kept[0].drawn_by), (at(200), Some(world.client.id)));
}

/// The latest version comes first, so many at a time, and those before a number.
pub async fn the_latest_version_comes_first(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = drawn_to(store, automation(world.client.id, "Mine").build(), 5).await;
    drawn_to(store, automation(world.client.id, "Other").build(), 2).await;
    let numbers = async |before: Option<u32>, limit| {
        let before = before.map(FlowNumber::from_number);
        let flows = flows(store, &world.as_client(), mine.id, before, limit).await;
        flows.iter().map(|flow| flow.number.number()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(None, 3).await, [5, 4, 3]);
    assert_eq!(numbers(Some(3), 9).await, [2, 1]);
    assert_eq!(numbers(Some(1), 9).await, [] as [u32; 0]);
}

/// Versions are seen by whoever sees the automation, and go on being there when it was deleted.
pub async fn versions_are_seen_with_their_automation(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    for is_deleted in [false, true] {
        if is_deleted {
            aggregates::delete(store, &mine).await.unwrap();
        }
        for (actor, seen) in [
            (Actor::System, true),
            (world.as_admin(), true),
            (world.as_team(), true),
            (world.as_client(), true),
            (world.as_rival(), false),
            (Actor::Visitor, false),
        ] {
            let mut work = begin_read(store, &actor).await;
            let found = work.automations().flow(mine.id, FlowNumber::FIRST).await.unwrap();
            assert_eq!(found.is_some(), seen, "{actor:?}");
            drop(work);
            assert_eq!(flows(store, &actor, mine.id, None, 9).await.len(), usize::from(seen), "{actor:?}");
        }
    }
}

/// A dropped unit keeps no version, and there is none of what is not there.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = automation(world.client.id, "Mine").build();
    let mut work = begin(store, &Actor::System).await;
    mine.add(&mut *work, &permit(&Actor::System, Verb::Create, &mine)).await.unwrap();
    assert_eq!(work.automations().flows(mine.id, None, 9).await.unwrap().len(), 1);
    drop(work);
    assert!(flows(store, &Actor::System, mine.id, None, 9).await.is_empty());
    aggregates::add(store, &mine).await.unwrap();
    let mut work = begin_read(store, &Actor::System).await;
    assert_eq!(work.automations().flow(mine.id, FlowNumber::from_number(2)).await.unwrap(), None);
    let unknown = AutomationId::from_uuid(next_id());
    assert_eq!(work.automations().flow(unknown, FlowNumber::FIRST).await.unwrap(), None);
}

/// Stores an automation and draws its flow until it has so many versions.
async fn drawn_to(store: &dyn Store, mut automation: Automation, versions: u32) -> Automation {
    aggregates::add(store, &automation).await.unwrap();
    while automation.flow_number.number() < versions {
        let label = automation.flow_number.to_string();
        automation.draw(flow(&label), Vec::new(), at(300)).unwrap().unwrap();
        aggregates::save(store, &automation).await.unwrap();
    }
    automation
}

async fn flows(
    store: &dyn Store,
    actor: &Actor,
    id: AutomationId,
    before: Option<FlowNumber>,
    limit: u16,
) -> Vec<FlowVersion> {
    begin_read(store, actor).await.automations().flows(id, before, limit).await.unwrap()
}

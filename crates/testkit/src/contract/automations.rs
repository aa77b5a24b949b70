//! Automations.

use kairo_domain::{
    Actor, Automation, AutomationId, AutomationPatch, AutomationRecord, AutomationStatus, Change, Permit,
    Title, UserId, Verb, Version,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::aggregates::{self, Aggregate};
use super::steps::{
    World, assert_missing, assert_out_of_reach, assert_refused, begin, begin_read, boss, land,
};
use crate::builders::{at, automation, full_automation, next_id, permit, run, webhook};

impl Aggregate for Automation {
    fn copy(&self) -> Self {
        Self::restore(AutomationRecord {
            id: AutomationId::from_uuid(next_id()),
            ..AutomationRecord::clone(self)
        })
    }

    fn changed(&self, word: &str) -> Self {
        let mut automation = self.clone();
        let title = Change::Set(Title::parse(word).unwrap());
        automation.edit(AutomationPatch { title, ..AutomationPatch::default() }, at(100)).unwrap();
        automation
    }

    fn deleted(&self) -> Self {
        let mut automation = self.clone();
        automation.delete(at(101));
        automation
    }

    fn later_by(&self, versions: u32) -> Self {
        let version = Version::from_number(self.version.number() + versions);
        Self::restore(AutomationRecord { version, ..AutomationRecord::clone(self) })
    }

    async fn get(&self, work: &mut dyn UnitOfWork) -> Option<Self> {
        work.automations().get(self.id).await.unwrap()
    }

    async fn add(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError> {
        work.automations().add(permit, self).await
    }

    async fn save(&self, work: &mut dyn UnitOfWork, permit: &Permit) -> Result<(), StoreError> {
        work.automations().save(permit, self).await
    }
}

/// Every field comes back as it was given.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    aggregates::what_was_added_is_found(store, full_automation(world.client.id).build()).await;
}

/// Fields that are empty stay empty.
pub async fn what_has_only_the_needed_is_found(store: &dyn Store) {
    aggregates::what_was_added_is_found(store, draft(store).await).await;
}

/// A save writes every field but those that count runs.
pub async fn what_was_saved_is_found(store: &dyn Store) {
    let empty = draft(store).await;
    let filled = full_automation(empty.owner).with(|automation| {
        automation.id = empty.id;
        automation.created_at = empty.created_at;
        automation.execution_count = 0;
        automation.last_executed_at = None;
        automation.status = AutomationStatus::Active;
        automation.version = empty.version.next();
    });
    let filled = filled.build();
    aggregates::what_was_saved_is_found(store, empty.clone(), filled.clone()).await;
    let emptied = automation(empty.owner, "Empty again").with(|automation| {
        automation.id = empty.id;
        automation.flow_number = filled.flow_number.next();
        automation.status = AutomationStatus::Archived;
        automation.version = filled.version.next();
    });
    let emptied = emptied.build();
    aggregates::save(store, &emptied).await.unwrap();
    assert_eq!(aggregates::stored(store, &emptied).await, Some(emptied));
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    aggregates::nothing_is_kept_without_commit(store, draft(store).await).await;
}

/// A unit sees what it wrote, and may write it again.
pub async fn own_writes_are_visible_in_the_unit(store: &dyn Store) {
    aggregates::own_writes_are_visible_in_the_unit(store, draft(store).await).await;
}

/// Only the version after the stored one can be saved.
pub async fn a_stale_save_is_refused(store: &dyn Store) {
    aggregates::a_stale_save_is_refused(store, draft(store).await).await;
}

/// A version cannot be left out.
pub async fn a_save_that_skips_a_version_is_refused(store: &dyn Store) {
    aggregates::a_save_that_skips_a_version_is_refused(store, draft(store).await).await;
}

/// A save makes nothing new.
pub async fn saving_what_was_never_added_is_refused(store: &dyn Store) {
    aggregates::saving_what_was_never_added_is_refused(store, draft(store).await).await;
}

/// Of two units that change the same version, the second one loses.
pub async fn two_writers_cannot_both_win(store: &dyn Store) {
    aggregates::two_writers_cannot_both_win(store, draft(store).await).await;
}

/// An id belongs to the first who has it.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let first = draft(store).await;
    let rival = automation(first.owner, "Rival").with(|automation| automation.id = first.id).build();
    aggregates::an_id_cannot_be_taken_twice(store, first, rival).await;
}

/// Nor can two units have it.
pub async fn an_id_cannot_be_taken_by_two_units(store: &dyn Store) {
    let first = draft(store).await;
    let rival = automation(first.owner, "Rival").with(|automation| automation.id = first.id).build();
    aggregates::an_id_cannot_be_taken_by_two_units(store, first, rival).await;
}

/// A deleted automation is neither found nor saved, and its id stays taken.
pub async fn what_was_deleted_vanishes(store: &dyn Store) {
    aggregates::what_was_deleted_vanishes(store, draft(store).await).await;
}

/// A permit says for what it is.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    aggregates::a_permit_for_something_else_is_refused(store, draft(store).await).await;
}

/// An automation belongs to a user who exists.
pub async fn a_user_who_is_not_there_is_missing(store: &dyn Store) {
    let orphan = automation(UserId::from_uuid(next_id()), "Orphan").build();
    assert_missing(aggregates::add(store, &orphan).await, "userId");
}

/// The team sees every automation, a client its own, and others learn of none.
pub async fn everybody_sees_what_they_may(store: &dyn Store) {
    let world = World::in_store(store).await;
    for owner in [&world.admin, &world.team, &world.client] {
        let known = automation(owner.id, "Known").build();
        aggregates::add(store, &known).await.unwrap();
        for (actor, seen) in [
            (Actor::System, true),
            (world.as_admin(), true),
            (world.as_team(), true),
            (world.as_client(), owner.id == world.client.id),
            (world.as_rival(), false),
            (Actor::Visitor, false),
        ] {
            let found = begin_read(store, &actor).await.automations().get(known.id).await.unwrap();
            assert_eq!(found, seen.then(|| known.clone()), "{actor:?}");
        }
        let unknown = AutomationId::from_uuid(next_id());
        assert_eq!(begin_read(store, &boss()).await.automations().get(unknown).await.unwrap(), None);
    }
}

/// Everybody keeps automations of their own, an administrator those of others too, whoever was permitted to.
pub async fn everybody_keeps_their_own(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, owner, is_allowed) in [
        (world.as_client(), world.client.id, true),
        (world.as_team(), world.team.id, true),
        (world.as_admin(), world.client.id, true),
        (world.as_client(), world.colleague.id, false),
        (world.as_team(), world.client.id, false),
        (Actor::Visitor, world.client.id, false),
    ] {
        let mine = automation(owner, "Mine").build();
        let mut work = begin(store, &actor).await;
        let added = mine.add(&mut *work, &permit(&Actor::System, Verb::Create, &mine)).await;
        let added = land(work, added).await;
        let kept = automation(owner, "Kept").build();
        aggregates::add(store, &kept).await.unwrap();
        let mut work = begin(store, &actor).await;
        let saved = kept.changed("New").save(&mut *work, &permit(&Actor::System, Verb::Update, &kept)).await;
        let saved = land(work, saved).await;
        if is_allowed {
            added.and(saved).unwrap();
        } else {
            assert_out_of_reach(added);
            assert_out_of_reach(saved);
        }
        assert_eq!(aggregates::stored(store, &mine).await.is_some(), is_allowed, "{actor:?}");
        assert_eq!(aggregates::stored(store, &kept).await == Some(kept), !is_allowed, "{actor:?}");
    }
}

/// How often an automation was run is counted beside its version, and no save takes it back.
pub async fn runs_are_counted(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    for (actor, runs, seconds) in [(world.as_client(), 2, 70), (Actor::System, 3, 60)] {
        count(store, &actor, &mine, runs, seconds).await.unwrap();
    }
    let counted = |automation: &Automation| {
        Automation::restore(AutomationRecord {
            execution_count: 5,
            last_executed_at: Some(at(70)),
            ..AutomationRecord::clone(automation)
        })
    };
    assert_eq!(aggregates::stored(store, &mine).await, Some(counted(&mine)));
    let changed = mine.changed("Changed");
    aggregates::save(store, &changed).await.unwrap();
    assert_eq!(aggregates::stored(store, &mine).await, Some(counted(&changed)));
    for _ in 0..2 {
        let mut work = begin(store, &Actor::System).await;
        work.automations().settle_counts(100).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(aggregates::stored(store, &mine).await, Some(counted(&changed)), "settled");
    }
    aggregates::delete(store, &changed).await.unwrap();
    count(store, &Actor::System, &mine, 1, 80).await.unwrap();
}

/// Who may not run an automation counts no runs of it.
pub async fn strangers_count_no_runs(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mine = automation(world.client.id, "Mine").build();
    aggregates::add(store, &mine).await.unwrap();
    for actor in [world.as_team(), world.as_rival(), Actor::Visitor] {
        assert_out_of_reach(count(store, &actor, &mine, 1, 70).await);
    }
    let mut work = begin(store, &Actor::System).await;
    let for_another = permit(&Actor::System, Verb::Run, &mine.copy());
    let counted = work.automations().count_runs(&for_another, mine.id, 1, at(70)).await;
    assert_refused(land(work, counted).await);
    assert_eq!(aggregates::stored(store, &mine).await, Some(mine));
}

/// A unit that only reads writes no automation, no trigger, no run and no count.
pub async fn a_read_unit_writes_nothing(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (system, mine) = (Actor::System, automation(world.client.id, "Mine").build());
    aggregates::add(store, &mine).await.unwrap();
    let (other, fired) = (mine.copy(), run(&mine).build());
    let mut work = begin_read(store, &system).await;
    assert_refused(other.add(&mut *work, &permit(&system, Verb::Create, &other)).await);
    let mut work = begin_read(store, &system).await;
    assert_refused(mine.changed("No").save(&mut *work, &permit(&system, Verb::Update, &mine)).await);
    let mut work = begin_read(store, &system).await;
    let may_run = permit(&system, Verb::Run, &mine);
    assert_refused(work.automations().count_runs(&may_run, mine.id, 1, at(1)).await);
    let mut work = begin_read(store, &system).await;
    let hook = [webhook(mine.id, "a", "token")];
    assert_refused(work.triggers().replace(&permit(&system, Verb::Update, &mine), mine.id, &hook).await);
    let mut work = begin_read(store, &system).await;
    assert_refused(work.runs().add(&permit(&system, Verb::Create, &fired), &fired, &[]).await.map(drop));
    assert_eq!(aggregates::stored(store, &mine).await, Some(mine));
}

/// Somebody's draft, not stored.
async fn draft(store: &dyn Store) -> Automation {
    let world = World::in_store(store).await;
    automation(world.client.id, "Draft").build()
}

async fn count(
    store: &dyn Store,
    actor: &Actor,
    automation: &Automation,
    runs: u32,
    seconds: i64,
) -> Result<(), StoreError> {
    let may = permit(&Actor::System, Verb::Run, automation);
    let mut work = begin(store, actor).await;
    let counted = work.automations().count_runs(&may, automation.id, runs, at(seconds)).await;
    land(work, counted).await
}

//! Leads.

use kairo_domain::{
    Actor, Direction, LeadField, LeadFilter, LeadId, LeadRecord, PageRequest, Reason, Sort, Verb,
};
use kairo_ports::Store;

use super::aggregates;
use super::lists::page_of;
use super::steps::{World, add_leads, assert_out_of_reach, begin, begin_read, boss, land, lead_seen_by};
use crate::builders::{at, full_lead, lead, next_id, permit};

/// Every field comes back as it was given.
pub async fn what_was_added_is_found(store: &dyn Store) {
    aggregates::what_was_added_is_found(store, full_lead().build()).await;
}

/// Fields that are empty stay empty.
pub async fn what_has_only_the_needed_is_found(store: &dyn Store) {
    aggregates::what_was_added_is_found(store, lead("Ada").build()).await;
}

/// A save writes every field: here each of them is filled, then emptied again.
pub async fn what_was_saved_is_found(store: &dyn Store) {
    let empty = lead("Ada").build();
    let filled = full_lead()
        .with(|lead| {
            lead.id = empty.id;
            lead.created_at = empty.created_at;
            lead.version = empty.version.next();
        })
        .build();
    aggregates::what_was_saved_is_found(store, empty.clone(), filled.clone()).await;
    let emptied = lead("Ada").with(|lead| {
        lead.id = filled.id;
        lead.status_reason = Some(Reason::parse("wrote again").unwrap());
        lead.updated_at = at(200);
        lead.version = filled.version.next();
    });
    let emptied = emptied.build();
    aggregates::save(store, &emptied).await.unwrap();
    assert_eq!(aggregates::stored(store, &emptied).await, Some(emptied));
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    aggregates::nothing_is_kept_without_commit(store, lead("Ada").build()).await;
}

/// A unit sees what it wrote, and may write it again.
pub async fn own_writes_are_visible_in_the_unit(store: &dyn Store) {
    aggregates::own_writes_are_visible_in_the_unit(store, lead("Ada").build()).await;
}

/// Lists see the unit's own writes too.
pub async fn own_writes_are_listed_in_the_unit(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    let mut work = begin(store, &boss).await;
    work.leads().add(&permit(&boss, Verb::Create, &ada), &ada).await.unwrap();
    let sort = Sort::by(LeadField::CreatedAt, Direction::Descending);
    let page = work.leads().list(&LeadFilter::default(), &sort, &PageRequest::default()).await.unwrap();
    assert_eq!(page.items, [ada]);
}

/// Only the version after the stored one can be saved.
pub async fn a_stale_save_is_refused(store: &dyn Store) {
    aggregates::a_stale_save_is_refused(store, lead("Ada").build()).await;
}

/// A version cannot be left out.
pub async fn a_save_that_skips_a_version_is_refused(store: &dyn Store) {
    aggregates::a_save_that_skips_a_version_is_refused(store, lead("Ada").build()).await;
}

/// A save makes nothing new.
pub async fn saving_what_was_never_added_is_refused(store: &dyn Store) {
    aggregates::saving_what_was_never_added_is_refused(store, lead("Ada").build()).await;
}

/// Of two units that change the same version, the second one loses.
pub async fn two_writers_cannot_both_win(store: &dyn Store) {
    aggregates::two_writers_cannot_both_win(store, lead("Ada").build()).await;
}

/// An id belongs to the first who has it.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let ada = lead("Ada").build();
    let rival = lead("Rival").with(|lead| lead.id = ada.id).build();
    aggregates::an_id_cannot_be_taken_twice(store, ada, rival).await;
}

/// Nor can two units have it.
pub async fn an_id_cannot_be_taken_by_two_units(store: &dyn Store) {
    let ada = lead("Ada").build();
    let rival = lead("Rival").with(|lead| lead.id = ada.id).build();
    aggregates::an_id_cannot_be_taken_by_two_units(store, ada, rival).await;
}

/// A deleted lead is neither found nor saved, and its id stays taken.
pub async fn what_was_deleted_vanishes(store: &dyn Store) {
    aggregates::what_was_deleted_vanishes(store, lead("Ada").build()).await;
}

/// A deleted lead is in no list.
pub async fn what_was_deleted_is_not_listed(store: &dyn Store) {
    let (ada, bob) = (lead("Ada").build(), lead("Bob").build());
    add_leads(store, &[ada.clone(), bob.clone()]).await;
    aggregates::delete(store, &ada).await.unwrap();
    let sort = Sort::by(LeadField::Name, Direction::Ascending);
    let page = page_of(store, &LeadFilter::default(), &sort, &PageRequest::default()).await;
    assert_eq!(page.items, [bob]);
}

/// A permit says for what it is.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    aggregates::a_permit_for_something_else_is_refused(store, lead("Ada").build()).await;
}

/// An id that nobody has is no error.
pub async fn an_unknown_lead_is_not_found(store: &dyn Store) {
    add_leads(store, &[lead("Ada").build()]).await;
    assert_eq!(lead_seen_by(store, &boss(), LeadId::from_uuid(next_id())).await, None);
}

/// Administrators, the team and the program see every lead.
pub async fn staff_sees_every_lead(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    add_leads(store, std::slice::from_ref(&ada)).await;
    for actor in [world.as_admin(), world.as_team(), Actor::System] {
        assert_eq!(lead_seen_by(store, &actor, ada.id).await.as_ref(), Some(&ada), "{actor:?}");
        assert_eq!(listed_for(store, &actor).await, 1, "{actor:?}");
    }
}

/// For clients and visitors there are no leads; asking for them is no error.
pub async fn nobody_else_sees_a_lead(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    add_leads(store, std::slice::from_ref(&ada)).await;
    for actor in [world.as_client(), world.as_rival(), Actor::Visitor] {
        assert_eq!(lead_seen_by(store, &actor, ada.id).await, None, "{actor:?}");
        assert_eq!(listed_for(store, &actor).await, 0, "{actor:?}");
    }
}

/// Whoever writes to the studio makes a lead, and does not get to see it again.
pub async fn everybody_adds_leads(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [Actor::Visitor, world.as_client(), world.as_team(), world.as_admin(), Actor::System] {
        let ada = lead("Ada").build();
        let mut work = begin(store, &actor).await;
        work.leads().add(&permit(&actor, Verb::Create, &ada), &ada).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(lead_seen_by(store, &Actor::System, ada.id).await, Some(ada), "{actor:?}");
    }
    assert_eq!(listed_for(store, &Actor::Visitor).await, 0);
}

/// A unit writes what its own actor may, even when somebody else was permitted more.
pub async fn outsiders_change_no_lead(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    add_leads(store, std::slice::from_ref(&ada)).await;
    let mut changed = ada.clone();
    changed.delete(at(10));
    for actor in [world.as_client(), Actor::Visitor] {
        for verb in [Verb::Update, Verb::Move, Verb::Delete] {
            let mut work = begin(store, &actor).await;
            let saved = work.leads().save(&permit(&world.as_admin(), verb, &ada), &changed).await;
            assert_out_of_reach(land(work, saved).await);
        }
    }
    assert_eq!(lead_seen_by(store, &Actor::System, ada.id).await, Some(ada));
}

/// The team moves and deletes leads.
pub async fn the_team_changes_leads(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (team, ada) = (world.as_team(), lead("Ada").build());
    add_leads(store, std::slice::from_ref(&ada)).await;
    let moved = LeadRecord {
        status: kairo_domain::LeadStatus::Contacted,
        updated_at: at(5),
        version: ada.version.next(),
        ..LeadRecord::clone(&ada)
    };
    let mut moved = kairo_domain::Lead::restore(moved);
    let mut work = begin(store, &team).await;
    work.leads().save(&permit(&team, Verb::Move, &moved), &moved).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(lead_seen_by(store, &team, ada.id).await.as_ref(), Some(&moved));

    moved.delete(at(6));
    let mut work = begin(store, &team).await;
    work.leads().save(&permit(&team, Verb::Delete, &moved), &moved).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(lead_seen_by(store, &team, ada.id).await, None);
}

async fn listed_for(store: &dyn Store, actor: &Actor) -> usize {
    let sort = Sort::by(LeadField::CreatedAt, Direction::Descending);
    let mut work = begin_read(store, actor).await;
    work.leads().list(&LeadFilter::default(), &sort, &PageRequest::default()).await.unwrap().items.len()
}

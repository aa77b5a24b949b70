//! What happened to each lead.

use kairo_domain::{
    Actor, AutomationId, Direction, Filter, Lead, LeadEntry, LeadEntryField, LeadEntryKind, LeadId, LeadNote,
    LeadNoteField, LeadNoteId, PageRequest, Permit, Sort, UserActor, Verb, Via,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::steps::{
    World, add_leads, assert_missing, assert_refused, assert_taken, begin, begin_read, boss, land,
};
use crate::builders::{at, lead, lead_entry, next_id, noted, permit};

/// Every kind of entry comes back as it was given, and no other lead has it.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let (boss, ada, bob) = (boss(), lead("Ada").build(), lead("Bob").build());
    add_leads(store, &[ada.clone(), bob.clone()]).await;
    let mut told = Vec::new();
    for (kind, seconds) in LeadEntryKind::ALL.into_iter().zip(0..) {
        let entry = lead_entry(ada.id, kind, &boss).with(|entry| entry.at = at(seconds)).build();
        add(store, &boss, &entry).await.unwrap();
        told.insert(0, entry);
    }
    assert_eq!(entries_seen_by(store, &boss, ada.id).await, told);
    assert!(entries_seen_by(store, &boss, bob.id).await.is_empty());
}

/// A note is an entry with a text, and is listed as a note as well.
pub async fn a_note_is_found_both_ways(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (team, ada, bob) = (world.as_team(), lead("Ada").build(), lead("Bob").build());
    add_leads(store, &[ada.clone(), bob.clone()]).await;
    let entry = noted(ada.id, &team, "Two lines,\n\"quotes\", a \\ and an émoji 🦀").build();
    add(store, &team, &entry).await.unwrap();
    add(store, &team, &lead_entry(ada.id, LeadEntryKind::Edited, &team).build()).await.unwrap();
    assert_eq!(entries_seen_by(store, &team, ada.id).await.len(), 2);
    let note = LeadNote {
        id: LeadNoteId::from_uuid(entry.id.uuid()),
        lead: ada.id,
        actor: "user".to_owned(),
        actor_id: Some(world.team.id.uuid()),
        text: entry.text.clone().unwrap(),
        created_at: entry.at,
    };
    assert_eq!(notes_seen_by(store, &team, ada.id).await, [note]);
    assert!(notes_seen_by(store, &team, bob.id).await.is_empty());
}

/// Every kind of actor is told apart.
pub async fn every_kind_of_actor_is_told(store: &dyn Store) {
    let world = World::in_store(store).await;
    let owner = UserActor { id: world.team.id, role: world.team.role, company: None, via: Via::Program };
    let automation = Actor::Automation { id: AutomationId::from_uuid(next_id()), on_behalf_of: owner };
    for actor in [Actor::Visitor, Actor::System, world.as_client(), automation] {
        let ada = lead("Ada").build();
        add_leads(store, std::slice::from_ref(&ada)).await;
        let entry = lead_entry(ada.id, LeadEntryKind::Created, &actor).build();
        add(store, &actor, &entry).await.unwrap();
        let told = entries_seen_by(store, &boss(), ada.id).await;
        assert_eq!((told[0].actor.as_str(), told[0].actor_id), (actor.word(), actor.journal_id()));
    }
}

/// A dropped unit leaves no trace; while it is open, it sees what it told.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    add_leads(store, std::slice::from_ref(&ada)).await;
    let mut work = begin(store, &boss).await;
    let note = noted(ada.id, &boss, "Call again").build();
    work.lead_timeline().add(&permit(&boss, Verb::Update, &ada), &note).await.unwrap();
    assert_eq!(entries_in(&mut *work, ada.id).await, [note]);
    drop(work);
    assert!(entries_seen_by(store, &boss, ada.id).await.is_empty());
    assert!(notes_seen_by(store, &boss, ada.id).await.is_empty());
}

/// A lead and its first entry are kept together, whoever sends it in.
pub async fn a_lead_comes_with_its_first_entry(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [Actor::Visitor, world.as_client(), world.as_team()] {
        let ada = lead("Ada").build();
        let may = permit(&actor, Verb::Create, &ada);
        let mut work = begin(store, &actor).await;
        work.leads().add(&may, &ada).await.unwrap();
        let created = lead_entry(ada.id, LeadEntryKind::Created, &actor).build();
        work.lead_timeline().add(&may, &created).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(entries_seen_by(store, &boss(), ada.id).await, [created]);
    }
}

/// Staff and the program see the timeline of every lead, and nobody else sees that of any.
pub async fn staff_sees_every_timeline(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    add_leads(store, std::slice::from_ref(&ada)).await;
    add(store, &world.as_team(), &noted(ada.id, &world.as_team(), "Call again").build()).await.unwrap();
    for (actor, seen) in [
        (Actor::System, 1),
        (world.as_admin(), 1),
        (world.as_team(), 1),
        (world.as_client(), 0),
        (world.as_rival(), 0),
        (Actor::Visitor, 0),
    ] {
        assert_eq!(entries_seen_by(store, &actor, ada.id).await.len(), seen, "{actor:?}");
        assert_eq!(notes_seen_by(store, &actor, ada.id).await.len(), seen, "{actor:?}");
    }
}

/// Whoever may do something to a lead tells of it, and of nothing else.
pub async fn everybody_tells_what_they_may_do(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    add_leads(store, std::slice::from_ref(&ada)).await;
    for actor in [Actor::System, world.as_admin(), world.as_team(), world.as_client(), Actor::Visitor] {
        for kind in LeadEntryKind::ALL {
            let entry = lead_entry(ada.id, kind, &actor).build();
            // With a permit of somebody who may do anything: the store asks the unit's own actor.
            let told = add_with(store, &actor, &may(&Actor::System, kind, &ada), &entry).await;
            match actor.may(kind.verb(), &ada) {
                Ok(_) => told.unwrap(),
                Err(_) => assert_refused(told),
            }
        }
    }
}

/// Nobody tells something in the name of another, the program itself included.
pub async fn nobody_tells_for_others(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ada = lead("Ada").build();
    add_leads(store, std::slice::from_ref(&ada)).await;
    for actor in [Actor::System, world.as_admin(), world.as_team()] {
        for other in [world.as_rival(), Actor::Visitor] {
            assert_refused(add(store, &actor, &noted(ada.id, &other, "I did").build()).await);
        }
    }
    assert!(entries_seen_by(store, &boss(), ada.id).await.is_empty());
}

/// A permit for another lead, or for another act, is none.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    let (boss, ada, bob) = (boss(), lead("Ada").build(), lead("Bob").build());
    add_leads(store, &[ada.clone(), bob.clone()]).await;
    let note = noted(ada.id, &boss, "Call again").build();
    for may in [permit(&boss, Verb::Update, &bob), permit(&boss, Verb::Move, &ada)] {
        assert_refused(add_with(store, &boss, &may, &note).await);
    }
    assert!(entries_seen_by(store, &boss, ada.id).await.is_empty());
}

/// Nothing is told of a lead that is not there.
pub async fn a_lead_that_is_not_there_is_missing(store: &dyn Store) {
    let (boss, ghost) = (boss(), lead("Ghost").build());
    assert_missing(add(store, &boss, &noted(ghost.id, &boss, "Boo").build()).await, "leadId");
}

/// An id belongs to one entry.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    add_leads(store, std::slice::from_ref(&ada)).await;
    let first = noted(ada.id, &boss, "Call again").build();
    add(store, &boss, &first).await.unwrap();
    let second = noted(ada.id, &boss, "Do not").with(|entry| entry.id = first.id).build();
    assert_taken(add(store, &boss, &second).await, "id");
    assert_eq!(entries_seen_by(store, &boss, ada.id).await, [first]);
}

/// A unit that only reads tells nothing.
pub async fn a_read_unit_tells_nothing(store: &dyn Store) {
    let (boss, ada) = (boss(), lead("Ada").build());
    add_leads(store, std::slice::from_ref(&ada)).await;
    let mut work = begin_read(store, &boss).await;
    let note = noted(ada.id, &boss, "Call again").build();
    assert_refused(work.lead_timeline().add(&permit(&boss, Verb::Update, &ada), &note).await);
}

/// Adds an entry in a unit of this actor, with a permit of the program.
pub(crate) async fn add(store: &dyn Store, actor: &Actor, entry: &LeadEntry) -> Result<(), StoreError> {
    let of = lead("Anybody").with(|lead| lead.id = entry.lead).build();
    add_with(store, actor, &may(&Actor::System, entry.kind, &of), entry).await
}

async fn add_with(
    store: &dyn Store,
    actor: &Actor,
    may: &Permit,
    entry: &LeadEntry,
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let added = work.lead_timeline().add(may, entry).await;
    land(work, added).await
}

fn may(actor: &Actor, kind: LeadEntryKind, lead: &Lead) -> Permit {
    permit(actor, kind.verb(), lead)
}

async fn entries_seen_by(store: &dyn Store, actor: &Actor, lead: LeadId) -> Vec<LeadEntry> {
    entries_in(&mut *begin_read(store, actor).await, lead).await
}

/// The latest first.
async fn entries_in(work: &mut dyn UnitOfWork, lead: LeadId) -> Vec<LeadEntry> {
    let sort = Sort::by(LeadEntryField::At, Direction::Descending);
    let page = work.lead_timeline().list(lead, &Filter::default(), &sort, &PageRequest::default()).await;
    page.unwrap().items
}

async fn notes_seen_by(store: &dyn Store, actor: &Actor, lead: LeadId) -> Vec<LeadNote> {
    let sort = Sort::by(LeadNoteField::CreatedAt, Direction::Descending);
    let mut work = begin_read(store, actor).await;
    let page = work.lead_timeline().notes(lead, &Filter::default(), &sort, &PageRequest::default()).await;
    page.unwrap().items
}

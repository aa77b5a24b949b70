//! What timelines of leads show: filters, order, pages.

use kairo_domain::{
    Actor, Direction, Filter, LeadEntry, LeadEntryField, LeadEntryKind, LeadId, LeadNote, LeadNoteField,
    Page, Sort, Test,
};
use kairo_ports::{Store, StoreError, UnitOfWork};
use uuid::{Uuid, uuid};

use super::lead_timeline::add;
use super::lists::{
    List, Listed, found, is_compared, is_paged, is_sorted_by, labels_seen_by, shown, sorted, text, texts,
    times,
};
use super::steps::{World, add_leads};
use crate::builders::{at, lead, lead_entry, noted};

/// Whose timeline is listed.
const ADA: Uuid = uuid!("01930000-0000-7000-8000-0000000000ad");

impl Listed for LeadEntryField {
    type Row = LeadEntry;

    fn label(entry: &LeadEntry) -> &str {
        entry.text.as_ref().map_or(entry.kind.as_str(), |text| text.as_str())
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<LeadEntry>, StoreError> {
        work.lead_timeline().list(ada(), list.filter, list.sort, list.page).await
    }
}

impl Listed for LeadNoteField {
    type Row = LeadNote;

    fn label(note: &LeadNote) -> &str {
        note.text.as_str()
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<LeadNote>, StoreError> {
        work.lead_timeline().notes(ada(), list.filter, list.sort, list.page).await
    }
}

/// Staff and the program list what happened to the lead, and nobody learns of more: not of another lead's, and outside
/// of staff not even how much there is.
pub async fn everybody_lists_what_they_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    tell(store, &[("Call again", 1)]).await;
    tell_of_another(store).await;
    for (actor, entries, notes) in [
        (Actor::System, &["Call again", "created"][..], &["Call again"][..]),
        (world.as_admin(), &["Call again", "created"], &["Call again"]),
        (world.as_team(), &["Call again", "created"], &["Call again"]),
        (world.as_client(), &[], &[]),
        (Actor::Visitor, &[], &[]),
    ] {
        let seen = labels_seen_by(store, &actor, &Filter::<LeadEntryField>::default()).await;
        assert_eq!(seen, entries, "{actor:?}");
        let seen = labels_seen_by(store, &actor, &Filter::<LeadNoteField>::default()).await;
        assert_eq!(seen, notes, "{actor:?}");
    }
}

/// `kind`: `eq`, `neq`, `in`, `nin`.
pub async fn entries_are_filtered_by_kind(store: &dyn Store) {
    add_leads(store, &[lead("Ada").with(|lead| lead.id = ada()).build()]).await;
    for kind in LeadEntryKind::ALL {
        let entry = lead_entry(ada(), kind, &Actor::System).build();
        add(store, &Actor::System, &entry).await.unwrap();
    }
    let is = |test| [(LeadEntryField::Kind, test)];
    assert_eq!(shown(store, is(Test::Equal(text("edited")))).await, ["edited"]);
    assert_eq!(shown(store, is(Test::Equal(text("noted")))).await, ["Call again"]);
    let rest = ["Call again", "created", "deleted", "status_changed"];
    assert_eq!(shown(store, is(Test::NotEqual(text("edited")))).await, rest);
    let both = texts(&["created", "deleted"]);
    assert_eq!(shown(store, is(Test::In(both.clone()))).await, ["created", "deleted"]);
    assert_eq!(shown(store, is(Test::NotIn(both))).await, ["Call again", "edited", "status_changed"]);
}

/// `at` and `createdAt`: `lt`, `lte`, `gt`, `gte`; two of them are `between`.
pub async fn entries_are_filtered_by_time(store: &dyn Store) {
    add_leads(store, &[lead("Ada").with(|lead| lead.id = ada()).build()]).await;
    note_down(store, &[("one", 10), ("two", 20), ("three", 30)]).await;
    is_compared(store, LeadEntryField::At, times([10, 20, 30]), ["one", "two", "three"]).await;
    is_compared(store, LeadNoteField::CreatedAt, times([10, 20, 30]), ["one", "two", "three"]).await;
}

/// Nobody searches for words in a timeline.
pub async fn a_search_finds_nothing(store: &dyn Store) {
    tell(store, &[("Call again", 1)]).await;
    assert!(found::<LeadEntryField>(store, "call").await.is_empty());
    assert!(found::<LeadNoteField>(store, "call").await.is_empty());
}

/// By time, in both directions.
pub async fn entries_are_sorted_by_time(store: &dyn Store) {
    tell(store, &[("two", 20), ("one", 10)]).await;
    is_sorted_by(store, LeadEntryField::At, &["created", "one", "two"]).await;
    is_sorted_by(store, LeadNoteField::CreatedAt, &["one", "two"]).await;
}

/// What happened at one instant keeps the order in which it was told.
pub async fn equal_instants_keep_their_order(store: &dyn Store) {
    tell(store, &[("a", 5), ("b", 5), ("c", 5)]).await;
    let latest = [(LeadEntryField::At, Direction::Descending)];
    assert_eq!(sorted(store, &latest).await, ["c", "b", "a", "created"]);
}

/// A timeline can be met page by page, also where many things happened at one instant.
pub async fn entries_are_met_page_by_page(store: &dyn Store) {
    tell(store, &[("a", 5), ("b", 5), ("c", 5), ("d", 6), ("e", 5)]).await;
    tell_of_another(store).await;
    for direction in [Direction::Ascending, Direction::Descending] {
        is_paged(store, &Sort::by(LeadEntryField::At, direction)).await;
        is_paged(store, &Sort::by(LeadNoteField::CreatedAt, direction)).await;
    }
}

fn ada() -> LeadId {
    LeadId::from_uuid(ADA)
}

/// A lead that came in, and then these notes.
async fn tell(store: &dyn Store, notes: &[(&str, i64)]) {
    add_leads(store, &[lead("Ada").with(|lead| lead.id = ada()).build()]).await;
    let created = lead_entry(ada(), LeadEntryKind::Created, &Actor::System).build();
    add(store, &Actor::System, &created).await.unwrap();
    note_down(store, notes).await;
}

async fn note_down(store: &dyn Store, notes: &[(&str, i64)]) {
    for (text, seconds) in notes {
        let note = noted(ada(), &Actor::System, text).with(|entry| entry.at = at(*seconds)).build();
        add(store, &Actor::System, &note).await.unwrap();
    }
}

async fn tell_of_another(store: &dyn Store) {
    let bob = lead("Bob").build();
    add_leads(store, std::slice::from_ref(&bob)).await;
    add(store, &Actor::System, &noted(bob.id, &Actor::System, "Of Bob").build()).await.unwrap();
}

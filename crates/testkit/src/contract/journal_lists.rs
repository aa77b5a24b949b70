//! What lists of the journal show: filters, order, and to whom.

use kairo_domain::{
    Actor, Direction, Event, FieldValue, Filter, JournalEntry, JournalField, Lead, LeadDeleted, LeadEdited,
    Page, PageRequest, Sort, Test, User, Verb,
};
use kairo_ports::{JournalFilter, Store, StoreError, UnitOfWork};
use uuid::Uuid;

use super::lists::{
    List, Listed, found, is_compared, is_paged, is_sorted_by, labels_seen_by, page_of, shown, text, texts,
    times,
};
use super::steps::{World, begin, begin_read, boss};
use crate::builders::{at, lead, permit};

impl Listed for JournalField {
    type Row = JournalEntry;

    fn label(entry: &JournalEntry) -> &str {
        &entry.event
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<JournalEntry>, StoreError> {
        work.journal().list(list.filter, list.sort, list.page).await
    }
}

/// Administrators and the program list everything, the team and clients what they did, a visitor nothing; nobody learns
/// of more.
pub async fn everybody_lists_what_they_may_read(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, event) in [
        (Actor::Visitor, CREATED),
        (world.as_client(), CREATED),
        (world.as_team(), CREATED),
        (world.as_team(), EDITED),
        (world.as_admin(), DELETED),
        (Actor::System, DELETED),
    ] {
        record(store, &actor, event, 0).await;
    }
    let everything = [CREATED, CREATED, CREATED, DELETED, DELETED, EDITED];
    for (actor, seen) in [
        (world.as_admin(), &everything[..]),
        (Actor::System, &everything),
        (world.as_team(), &[CREATED, EDITED]),
        (world.as_client(), &[CREATED]),
        (world.as_rival(), &[]),
        (Actor::Visitor, &[]),
    ] {
        let nothing_asked = Filter::<JournalField>::default();
        assert_eq!(labels_seen_by(store, &actor, &nothing_asked).await, seen, "{actor:?}");
    }
}

/// A list shows whole entries, as they are shown one by one.
pub async fn a_list_shows_whole_entries(store: &dyn Store) {
    three_by_different_actors(store).await;
    let by_number = Sort::by(JournalField::Seq, Direction::Descending);
    let listed = page_of(store, &Filter::default(), &by_number, &PageRequest::default()).await;
    let mut work = begin_read(store, &Actor::System).await;
    let latest = work.journal().latest(&JournalFilter::default(), 10).await.unwrap();
    assert_eq!((listed.items.len(), listed.items), (3, latest));
}

/// `seq` and `at`: `lt`, `lte`, `gt`, `gte`; two of them are `between`.
pub async fn entries_are_filtered_by_number_and_time(store: &dyn Store) {
    let boss = boss();
    for (event, seconds) in [(CREATED, 30), (DELETED, 20), (EDITED, 10)] {
        record(store, &boss, event, seconds).await;
    }
    let numbers = numbers(store).await.map(FieldValue::Number);
    is_compared(store, JournalField::Seq, numbers, [CREATED, DELETED, EDITED]).await;
    is_compared(store, JournalField::At, times([10, 20, 30]), [EDITED, DELETED, CREATED]).await;
}

/// `actor`, `actorId`, `subject`, `event`: `eq` and `in`.
pub async fn entries_are_filtered_by_who_did_what(store: &dyn Store) {
    let [of_visitor, of_first, of_second] = three_by_different_actors(store).await;
    let id = |id: Uuid| FieldValue::Id(id);
    for (field, [one, two, three]) in [
        (JournalField::Subject, [of_visitor.subject, of_first.subject, of_second.subject].map(id)),
        (JournalField::Event, [CREATED, EDITED, DELETED].map(text)),
    ] {
        assert_eq!(shown(store, [(field, Test::Equal(two.clone()))]).await, [EDITED], "{field:?}");
        assert_eq!(
            shown(store, [(field, Test::In(vec![one, three]))]).await,
            [CREATED, DELETED],
            "{field:?}"
        );
        assert!(shown(store, [(field, Test::In(vec![]))]).await.is_empty(), "{field:?}");
    }
    let by = |test| [(JournalField::Actor, test)];
    assert_eq!(shown(store, by(Test::Equal(text("visitor")))).await, [CREATED]);
    assert_eq!(shown(store, by(Test::In(texts(&["user", "system"])))).await, [DELETED, EDITED]);
    let by = |test| [(JournalField::ActorId, test)];
    let (first, second) = (id(of_first.actor.unwrap()), id(of_second.actor.unwrap()));
    assert_eq!(shown(store, by(Test::Equal(first.clone()))).await, [EDITED]);
    assert_eq!(shown(store, by(Test::In(vec![second, first]))).await, [DELETED, EDITED]);
}

/// `resource` and `companyId`: `eq` and `in`.
pub async fn entries_are_filtered_by_what_it_was_about(store: &dyn Store) {
    let world = World::in_store(store).await;
    record(store, &world.as_admin(), CREATED, 0).await;
    for user in [&world.client, &world.rival] {
        created_user(store, user).await;
    }
    let is = |test| [(JournalField::Resource, test)];
    assert_eq!(shown(store, is(Test::Equal(text("lead")))).await, [CREATED]);
    let both = texts(&["lead", "user"]);
    assert_eq!(shown(store, is(Test::In(both))).await, [CREATED, "user.created", "user.created"]);
    let is = |test| [(JournalField::CompanyId, test)];
    let (acme, globex) = (FieldValue::Id(world.acme.id.uuid()), FieldValue::Id(world.globex.id.uuid()));
    assert_eq!(shown(store, is(Test::Equal(acme.clone()))).await, ["user.created"]);
    assert_eq!(shown(store, is(Test::In(vec![globex, acme]))).await, ["user.created", "user.created"]);
}

/// The journal has no text in which words are searched.
pub async fn a_search_finds_nothing(store: &dyn Store) {
    record(store, &boss(), CREATED, 0).await;
    assert!(found::<JournalField>(store, "lead").await.is_empty());
}

/// By number, in both directions, whatever the instants say.
pub async fn entries_are_sorted_by_number(store: &dyn Store) {
    for (event, seconds) in [(CREATED, 30), (DELETED, 20), (EDITED, 10)] {
        record(store, &boss(), event, seconds).await;
    }
    is_sorted_by(store, JournalField::Seq, &[CREATED, DELETED, EDITED]).await;
}

/// The journal can be met page by page.
pub async fn entries_are_met_page_by_page(store: &dyn Store) {
    for _ in 0..3 {
        record(store, &boss(), CREATED, 0).await;
        record(store, &boss(), EDITED, 0).await;
    }
    for direction in [Direction::Ascending, Direction::Descending] {
        is_paged(store, &Sort::by(JournalField::Seq, direction)).await;
    }
}

const CREATED: &str = "lead.created";
const EDITED: &str = "lead.edited";
const DELETED: &str = "lead.deleted";

/// An entry as it was recorded.
struct Recorded {
    actor: Option<Uuid>,
    subject: Uuid,
}

/// `lead.created` by a visitor, `lead.edited` and `lead.deleted` by two administrators.
async fn three_by_different_actors(store: &dyn Store) -> [Recorded; 3] {
    let (first, second) = (boss(), boss());
    let of_visitor = record(store, &Actor::Visitor, CREATED, 0).await;
    let of_first = record(store, &first, EDITED, 0).await;
    let of_second = record(store, &second, DELETED, 0).await;
    [of_visitor, of_first, of_second]
}

/// Records an event about a new lead in a unit of its own.
async fn record(store: &dyn Store, actor: &Actor, event: &str, seconds: i64) -> Recorded {
    let ada = lead("Ada").build();
    let (verb, event) = lead_event(&ada, event);
    let mut work = begin(store, actor).await;
    work.journal().record(&permit(actor, verb, &ada), &event, at(seconds)).await.unwrap();
    work.commit().await.unwrap();
    Recorded { actor: actor.journal_id(), subject: ada.id.uuid() }
}

fn lead_event(lead: &Lead, event: &str) -> (Verb, Event) {
    match event {
        EDITED => {
            let edited = LeadEdited { lead: lead.id, fields: vec!["name"] };
            (Verb::Update, Event::LeadEdited(edited))
        }
        DELETED => (Verb::Delete, Event::LeadDeleted(LeadDeleted { lead: lead.id })),
        _ => (Verb::Create, Event::LeadCreated { lead: lead.id, source: None }),
    }
}

async fn created_user(store: &dyn Store, user: &User) {
    let mut work = begin(store, &Actor::System).await;
    let may = permit(&Actor::System, Verb::Create, user);
    work.journal().record(&may, &Event::UserCreated { user: user.id }, at(0)).await.unwrap();
    work.commit().await.unwrap();
}

/// The numbers of three entries, the smallest first.
async fn numbers(store: &dyn Store) -> [i64; 3] {
    let by_number = Sort::by(JournalField::Seq, Direction::Ascending);
    let page = page_of(store, &Filter::default(), &by_number, &PageRequest::default()).await;
    let numbers: Vec<i64> = page.items.iter().map(|entry| entry.seq).collect();
    numbers.try_into().unwrap()
}

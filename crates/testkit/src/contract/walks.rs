//! Random walks through lists that change meanwhile.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use kairo_domain::{
    Condition, Count, Direction, FieldValue, Lead, LeadField, LeadFilter, LeadId, LeadRecord, Limit,
    PageRequest, Sort, SortKey, Test, Window,
};
use kairo_ports::Store;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::aggregates;
use super::steps::{add_leads, page_of};
use crate::builders::{at, lead, utm};

/// More than a walk can have, so that one in circles ends as well.
const MOST_ROWS: usize = 100;

/// A lead of a walk: its name, and the seconds of its two timestamps. Few values, so that many are equal.
type Seed = (u8, i64, i64);

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Meanwhile {
    Nothing,
    Add(Seed),
    /// Deletes one of the leads that are there, counted round.
    Delete(usize),
}

#[derive(Clone, Debug)]
struct Walk {
    leads: Vec<Seed>,
    sort: Vec<(LeadField, Direction)>,
    limit: u16,
    meanwhile: Vec<Meanwhile>,
}

/// The leads of one walk as they should be.
struct Model {
    tag: String,
    present: Vec<Lead>,
    deleted: BTreeSet<LeadId>,
}

/// Walks forwards and back through random lists of leads, with leads added and deleted between the pages: a lead
/// that is there all the time is met exactly once, no lead twice, and all in order.
///
/// `fresh` may give the same store each time: the leads of a walk are told apart by a campaign tag.
///
/// # Panics
/// When a walk fails; the message has the smallest walk that does.
pub fn property<S: Store>(fresh: impl AsyncFn() -> S, cases: u32) {
    // Steps come from proptest, time from nowhere: one thread is all that a walk needs.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config)
        .run(&any_walk(), |walk| runtime.block_on(async { there_and_back(&fresh().await, &walk).await }));
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

fn any_seed() -> impl Strategy<Value = Seed> {
    (0..4_u8, 0..4_i64, 0..3_i64)
}

fn any_walk() -> impl Strategy<Value = Walk> {
    let fields = Just(vec![LeadField::Name, LeadField::CreatedAt, LeadField::UpdatedAt]).prop_shuffle();
    let direction = prop::sample::select(vec![Direction::Ascending, Direction::Descending]);
    let sort = (fields, prop::collection::vec(direction, 1..=3))
        .prop_map(|(fields, directions)| fields.into_iter().zip(directions).collect());
    let meanwhile = prop_oneof![
        2 => Just(Meanwhile::Nothing),
        1 => any_seed().prop_map(Meanwhile::Add),
        1 => any::<usize>().prop_map(Meanwhile::Delete),
    ];
    (prop::collection::vec(any_seed(), 0..24), sort, 1..8_u16, prop::collection::vec(meanwhile, 0..12))
        .prop_map(|(leads, sort, limit, meanwhile)| Walk { leads, sort, limit, meanwhile })
}

async fn there_and_back(store: &dyn Store, walk: &Walk) -> Result<(), TestCaseError> {
    static WALKS: AtomicU64 = AtomicU64::new(0);
    let tag = format!("walk-{}", WALKS.fetch_add(1, Ordering::Relaxed));
    let mut model = Model { tag, present: Vec::new(), deleted: BTreeSet::new() };
    model.present = walk.leads.iter().map(|&seed| seeded(&model.tag, seed)).collect();
    add_leads(store, &model.present).await;

    let keys = walk.sort.iter().map(|&(field, direction)| SortKey { field, direction }).collect();
    let sort = Sort::new(keys).unwrap();
    let mut meanwhile = walk.meanwhile.iter();

    let there_all_the_time: Vec<Lead> = model.present.clone();
    let met = forwards(store, &sort, walk.limit, &mut model, &mut meanwhile).await?;
    model.check(&sort, &met, &there_all_the_time)?;

    let Some(last) = met.last() else { return Ok(()) };
    let before_last = |lead: &&Lead| sort.compare(&sort.position(*lead), &sort.position(last)).is_lt();
    let there_all_the_time: Vec<Lead> = model.present.iter().filter(before_last).cloned().collect();
    let met = backwards(store, &sort, walk.limit, last, &mut model, &mut meanwhile).await?;
    model.check(&sort, &met, &there_all_the_time)
}

async fn forwards(
    store: &dyn Store,
    sort: &Sort<LeadField>,
    limit: u16,
    model: &mut Model,
    meanwhile: &mut std::slice::Iter<'_, Meanwhile>,
) -> Result<Vec<Lead>, TestCaseError> {
    let mut met = Vec::new();
    let mut window = Window::First;
    loop {
        let page = page_of(store, &model.filter(), sort, &request(limit, window)).await;
        met.extend(page.items);
        prop_assert!(met.len() <= MOST_ROWS, "the walk does not end");
        let Some(next) = page.next else { return Ok(met) };
        window = Window::After(next);
        model.change(store, meanwhile.next()).await;
    }
}

async fn backwards(
    store: &dyn Store,
    sort: &Sort<LeadField>,
    limit: u16,
    from: &Lead,
    model: &mut Model,
    meanwhile: &mut std::slice::Iter<'_, Meanwhile>,
) -> Result<Vec<Lead>, TestCaseError> {
    let mut met = Vec::new();
    let mut window = Window::Before(sort.position(from));
    loop {
        let mut page = page_of(store, &model.filter(), sort, &request(limit, window)).await;
        page.items.append(&mut met);
        met = page.items;
        prop_assert!(met.len() <= MOST_ROWS, "the walk does not end");
        let Some(previous) = page.previous else { return Ok(met) };
        window = Window::Before(previous);
        model.change(store, meanwhile.next()).await;
    }
}

fn request(limit: u16, window: Window) -> PageRequest {
    PageRequest { limit: Limit::new(limit).unwrap(), window, count: Count::None }
}

fn seeded(tag: &str, (name, created, updated): Seed) -> Lead {
    lead(&format!("Lead {name}"))
        .with(|lead: &mut LeadRecord| {
            lead.details.utm_source = Some(utm(tag));
            lead.created_at = at(created);
            lead.updated_at = at(created + updated);
        })
        .build()
}

impl Model {
    fn filter(&self) -> LeadFilter {
        let test = Test::Equal(FieldValue::Text(self.tag.clone()));
        LeadFilter { conditions: vec![Condition { field: LeadField::UtmSource, test }], search: None }
    }

    async fn change(&mut self, store: &dyn Store, meanwhile: Option<&Meanwhile>) {
        match meanwhile {
            Some(Meanwhile::Add(seed)) => {
                let added = seeded(&self.tag, *seed);
                add_leads(store, std::slice::from_ref(&added)).await;
                self.present.push(added);
            }
            Some(Meanwhile::Delete(index)) if !self.present.is_empty() => {
                let gone = self.present.remove(index % self.present.len());
                aggregates::delete(store, &gone).await.unwrap();
                self.deleted.insert(gone.id);
            }
            _ => {}
        }
    }

    fn check(
        &self,
        sort: &Sort<LeadField>,
        met: &[Lead],
        there_before: &[Lead],
    ) -> Result<(), TestCaseError> {
        for pair in met.windows(2) {
            let order = sort.compare(&sort.position(&pair[0]), &sort.position(&pair[1]));
            prop_assert!(order.is_lt(), "{:?} does not precede {:?}", pair[0].id, pair[1].id);
        }
        let met: BTreeSet<LeadId> = met.iter().map(|lead| lead.id).collect();
        for lead in there_before.iter().filter(|lead| !self.deleted.contains(&lead.id)) {
            prop_assert!(met.contains(&lead.id), "{:?} was not met", lead.id);
        }
        Ok(())
    }
}

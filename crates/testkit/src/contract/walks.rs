//! Random walks through lists that change meanwhile.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use kairo_domain::{
    Company, CompanyField, CompanyName, Direction, Fields, Filter, Lead, LeadField, Role, Sort, SortKey,
    Test, User, UserField, Window,
};
use kairo_ports::Store;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use uuid::Uuid;

use super::aggregates::{self, Aggregate};
use super::lists::{Listed, filter, page_of, request, text};
use crate::builders::{at, company, lead, person, user, utm};

/// More than a walk can have, so that one in circles ends as well.
const MOST_ROWS: usize = 100;

/// A row of a walk: its name, and the seconds of its two timestamps. Few values, so that many are equal.
type Seed = (u8, i64, i64);

/// A kind of list that is walked through.
trait Walked: Listed<Row: Aggregate> {
    fn seeded(tag: &str, seed: Seed) -> Self::Row;

    /// What tells the rows of a walk from all others.
    fn of_walk(tag: &str) -> (Self, Test);
}

/// What happens between two pages.
#[derive(Clone, Debug)]
enum Meanwhile {
    Nothing,
    Add(Seed),
    /// Deletes one of the rows that are there, counted round.
    Delete(usize),
}

#[derive(Clone, Debug)]
struct Walk<F> {
    rows: Vec<Seed>,
    sort: Vec<(F, Direction)>,
    limit: u16,
    meanwhile: Vec<Meanwhile>,
}

/// The rows of one walk as they should be.
struct Model<F: Walked> {
    tag: String,
    present: Vec<F::Row>,
    deleted: BTreeSet<Uuid>,
}

/// Walks forwards and back through random lists of leads, users and companies, with rows added and deleted between the
/// pages: a row that is there all the time is met exactly once, no row twice, and all in order.
///
/// `fresh` may give the same store each time: the rows of a walk are told apart by a tag.
///
/// # Panics
/// When a walk fails; the message has the smallest walk that does.
pub fn property<S: Store>(fresh: impl AsyncFn() -> S, cases: u32) {
    walk_through::<LeadField, S>(&fresh, cases);
    walk_through::<UserField, S>(&fresh, cases);
    walk_through::<CompanyField, S>(&fresh, cases);
}

fn walk_through<F: Walked, S: Store>(fresh: &impl AsyncFn() -> S, cases: u32) {
    // Steps come from proptest, time from nowhere: one thread is all that a walk needs.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new(config).run(&any_walk::<F>(), |walk| {
        runtime.block_on(async { there_and_back(&fresh().await, &walk).await })
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

fn any_seed() -> impl Strategy<Value = Seed> {
    (0..4_u8, 0..4_i64, 0..3_i64)
}

fn any_walk<F: Walked>() -> impl Strategy<Value = Walk<F>> {
    let sortable: Vec<F> = F::ALL.iter().copied().filter(|field| field.sortable()).collect();
    let direction = prop::sample::select(vec![Direction::Ascending, Direction::Descending]);
    let sort = (Just(sortable).prop_shuffle(), prop::collection::vec(direction, 1..=3))
        .prop_map(|(fields, directions)| fields.into_iter().zip(directions).collect());
    let meanwhile = prop_oneof![
        2 => Just(Meanwhile::Nothing),
        1 => any_seed().prop_map(Meanwhile::Add),
        1 => any::<usize>().prop_map(Meanwhile::Delete),
    ];
    (prop::collection::vec(any_seed(), 0..24), sort, 1..8_u16, prop::collection::vec(meanwhile, 0..12))
        .prop_map(|(rows, sort, limit, meanwhile)| Walk { rows, sort, limit, meanwhile })
}

async fn there_and_back<F: Walked>(store: &dyn Store, walk: &Walk<F>) -> Result<(), TestCaseError> {
    static WALKS: AtomicU64 = AtomicU64::new(0);
    let tag = format!("walk-{}", WALKS.fetch_add(1, Ordering::Relaxed));
    let present = walk.rows.iter().map(|&seed| F::seeded(&tag, seed)).collect();
    let mut model = Model::<F> { tag, present, deleted: BTreeSet::new() };
    aggregates::add_all(store, &model.present).await.unwrap();

    let keys = walk.sort.iter().map(|&(field, direction)| SortKey { field, direction }).collect();
    let sort = Sort::new(keys).unwrap();
    let mut meanwhile = walk.meanwhile.iter();

    let there_all_the_time = model.present.clone();
    let met = forwards(store, &sort, walk.limit, &mut model, &mut meanwhile).await?;
    model.check(&sort, &met, &there_all_the_time)?;

    let Some(last) = met.last() else { return Ok(()) };
    let before_last = |row: &&F::Row| sort.compare(&sort.position(*row), &sort.position(last)).is_lt();
    let there_all_the_time: Vec<F::Row> = model.present.iter().filter(before_last).cloned().collect();
    let met = backwards(store, &sort, walk.limit, last, &mut model, &mut meanwhile).await?;
    model.check(&sort, &met, &there_all_the_time)
}

async fn forwards<F: Walked>(
    store: &dyn Store,
    sort: &Sort<F>,
    limit: u16,
    model: &mut Model<F>,
    meanwhile: &mut std::slice::Iter<'_, Meanwhile>,
) -> Result<Vec<F::Row>, TestCaseError> {
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

async fn backwards<F: Walked>(
    store: &dyn Store,
    sort: &Sort<F>,
    limit: u16,
    from: &F::Row,
    model: &mut Model<F>,
    meanwhile: &mut std::slice::Iter<'_, Meanwhile>,
) -> Result<Vec<F::Row>, TestCaseError> {
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

impl<F: Walked> Model<F> {
    fn filter(&self) -> Filter<F> {
        filter([F::of_walk(&self.tag)])
    }

    async fn change(&mut self, store: &dyn Store, meanwhile: Option<&Meanwhile>) {
        match meanwhile {
            Some(Meanwhile::Add(seed)) => {
                let added = F::seeded(&self.tag, *seed);
                aggregates::add(store, &added).await.unwrap();
                self.present.push(added);
            }
            Some(Meanwhile::Delete(index)) if !self.present.is_empty() => {
                let gone = self.present.remove(index % self.present.len());
                aggregates::delete(store, &gone).await.unwrap();
                self.deleted.insert(gone.tie_breaker());
            }
            _ => {}
        }
    }

    fn check(&self, sort: &Sort<F>, met: &[F::Row], there_before: &[F::Row]) -> Result<(), TestCaseError> {
        for pair in met.windows(2) {
            let order = sort.compare(&sort.position(&pair[0]), &sort.position(&pair[1]));
            prop_assert!(order.is_lt(), "{} does not precede {}", F::label(&pair[0]), F::label(&pair[1]));
        }
        let met: BTreeSet<Uuid> = met.iter().map(Fields::tie_breaker).collect();
        for row in there_before.iter().filter(|row| !self.deleted.contains(&row.tie_breaker())) {
            prop_assert!(met.contains(&row.tie_breaker()), "{} was not met", F::label(row));
        }
        Ok(())
    }
}

impl Walked for LeadField {
    fn seeded(tag: &str, (name, created, updated): Seed) -> Lead {
        lead(&format!("Lead {name}"))
            .with(|lead| {
                lead.details.utm_source = Some(utm(tag));
                (lead.created_at, lead.updated_at) = (at(created), at(created + updated));
            })
            .build()
    }

    fn of_walk(tag: &str) -> (Self, Test) {
        (Self::UtmSource, Test::Equal(text(tag)))
    }
}

impl Walked for UserField {
    fn seeded(tag: &str, (name, created, updated): Seed) -> User {
        user(Role::Client, &format!("{name}"))
            .with(|user| {
                user.name = Some(person(&format!("{tag}: {name}")));
                (user.created_at, user.updated_at) = (at(created), at(created + updated));
            })
            .build()
    }

    fn of_walk(tag: &str) -> (Self, Test) {
        (Self::Name, Test::StartsWith(format!("{tag}: ")))
    }
}

impl Walked for CompanyField {
    fn seeded(tag: &str, (name, created, updated): Seed) -> Company {
        company("Acme")
            .with(|company| {
                company.details.name = CompanyName::parse(&format!("{tag}: {name}")).unwrap();
                (company.created_at, company.updated_at) = (at(created), at(created + updated));
            })
            .build()
    }

    fn of_walk(tag: &str) -> (Self, Test) {
        (Self::Name, Test::StartsWith(format!("{tag}: ")))
    }
}

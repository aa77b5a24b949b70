//! What lists of every kind have in common.

use std::fmt::Debug;

use kairo_domain::{
    Actor, Condition, Count, Direction, Field, FieldValue, Fields, Filter, Limit, Page, PageRequest, Search,
    Sort, SortKey, Test, Total, Window,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::steps::begin_read;
use crate::builders::at;

/// A kind of thing that is listed, known by its fields.
pub(crate) trait Listed: Field + Debug {
    /// The thing.
    type Row: Fields<Self> + Clone + PartialEq + Debug;

    /// What a case calls a row.
    fn label(row: &Self::Row) -> &str;

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<Self::Row>, StoreError>;
}

/// A list as it is asked for.
#[derive(Clone, Copy)]
pub(crate) struct List<'a, F> {
    pub(crate) filter: &'a Filter<F>,
    pub(crate) sort: &'a Sort<F>,
    pub(crate) page: &'a PageRequest,
}

/// A page as an actor sees it.
pub(crate) async fn page_seen_by<F: Listed>(
    store: &dyn Store,
    actor: &Actor,
    list: List<'_, F>,
) -> Page<F::Row> {
    F::list(&mut *begin_read(store, actor).await, list).await.unwrap()
}

/// A page as the program itself sees it.
pub(crate) async fn page_of<F: Listed>(
    store: &dyn Store,
    filter: &Filter<F>,
    sort: &Sort<F>,
    page: &PageRequest,
) -> Page<F::Row> {
    page_seen_by(store, &Actor::System, List { filter, sort, page }).await
}

/// What the rows that an actor sees are called, in alphabetical order; their number as the store tells it agrees.
pub(crate) async fn labels_seen_by<F: Listed>(
    store: &dyn Store,
    actor: &Actor,
    filter: &Filter<F>,
) -> Vec<String> {
    let page =
        PageRequest { limit: Limit::new(Limit::MAX).unwrap(), window: Window::First, count: Count::Exact };
    let page = page_seen_by(store, actor, List { filter, sort: &any_order(), page: &page }).await;
    let rows = page.items.len() as u64;
    assert_eq!(page.total, Some(Total { rows, exact: true }), "{actor:?} learns of what is out of sight");
    let mut labels = owned_labels::<F>(&page.items);
    labels.sort();
    labels
}

/// What the rows that pass every condition are called, in alphabetical order.
pub(crate) async fn shown<F: Listed>(
    store: &dyn Store,
    conditions: impl IntoIterator<Item = (F, Test)>,
) -> Vec<String> {
    labels_seen_by(store, &Actor::System, &filter(conditions)).await
}

/// What the rows that a search finds are called, in alphabetical order.
pub(crate) async fn found<F: Listed>(store: &dyn Store, words: &str) -> Vec<String> {
    let filter = Filter::<F> { search: Some(Search::parse(words).unwrap()), ..Filter::default() };
    labels_seen_by(store, &Actor::System, &filter).await
}

/// What the rows are called, in this order.
pub(crate) async fn sorted<F: Listed>(store: &dyn Store, keys: &[(F, Direction)]) -> Vec<String> {
    let keys = keys.iter().map(|&(field, direction)| SortKey { field, direction }).collect();
    let sort = Sort::new(keys).unwrap();
    owned_labels::<F>(&page_of(store, &Filter::default(), &sort, &PageRequest::default()).await.items)
}

/// Both directions of a sort key: the rows are called so, the smallest first.
pub(crate) async fn is_sorted_by<F: Listed>(store: &dyn Store, field: F, order: &[&str]) {
    assert_eq!(sorted(store, &[(field, Direction::Ascending)]).await, order, "{field:?}");
    let reversed: Vec<&str> = order.iter().rev().copied().collect();
    assert_eq!(sorted(store, &[(field, Direction::Descending)]).await, reversed, "{field:?}");
}

/// Every comparison with the value of the second of three rows, which are called so, the smallest first.
pub(crate) async fn is_compared<F: Listed>(
    store: &dyn Store,
    field: F,
    values: [FieldValue; 3],
    rows: [&str; 3],
) {
    let [smallest, middle, greatest] = values;
    let [one, two, three] = rows;
    let between = |from: &FieldValue, to: &FieldValue| {
        vec![Test::GreaterOrEqual(from.clone()), Test::LessOrEqual(to.clone())]
    };
    for (tests, rows) in [
        (vec![Test::Less(middle.clone())], &[one][..]),
        (vec![Test::LessOrEqual(middle.clone())], &[one, two]),
        (vec![Test::Greater(middle.clone())], &[three]),
        (vec![Test::GreaterOrEqual(middle.clone())], &[two, three]),
        (between(&smallest, &middle), &[one, two]),
        (between(&middle, &middle), &[two]),
        (between(&greatest, &smallest), &[]),
    ] {
        let mut expected = rows.to_vec();
        expected.sort_unstable();
        let passed = shown(store, tests.iter().map(|test| (field, test.clone()))).await;
        assert_eq!(passed, expected, "{field:?} {tests:?}");
    }
}

/// A list can be walked through in both directions, and begun anywhere.
pub(crate) async fn is_paged<F: Listed>(store: &dyn Store, sort: &Sort<F>) {
    let whole = page_of(store, &Filter::default(), sort, &PageRequest::default()).await.items;
    assert!(whole.len() > 2, "too few rows to turn pages");
    let (last, others) = whole.split_last().unwrap();
    for limit in [1, 2, 3] {
        assert_eq!(walk_forwards(store, sort, limit).await, whole, "limit {limit}");
        assert_eq!(walk_backwards(store, sort, limit, last).await, others, "limit {limit}");
    }
    let offset = PageRequest { window: Window::Offset(2), ..PageRequest::default() };
    assert_eq!(page_of(store, &Filter::default(), sort, &offset).await.items, whole[2..]);
}

/// Everything, met page by page.
pub(crate) async fn walk_forwards<F: Listed>(store: &dyn Store, sort: &Sort<F>, limit: u16) -> Vec<F::Row> {
    let mut met = Vec::new();
    let mut window = Window::First;
    loop {
        let page = page_of(store, &Filter::default(), sort, &request(limit, window)).await;
        met.extend(page.items);
        assert!(met.len() <= 100, "the walk does not end");
        let Some(next) = page.next else { return met };
        window = Window::After(next);
    }
}

/// Everything before a row, met page by page backwards, in the order of the list.
pub(crate) async fn walk_backwards<F: Listed>(
    store: &dyn Store,
    sort: &Sort<F>,
    limit: u16,
    from: &F::Row,
) -> Vec<F::Row> {
    let mut met = Vec::new();
    let mut window = Window::Before(sort.position(from));
    loop {
        let mut page = page_of(store, &Filter::default(), sort, &request(limit, window)).await;
        page.items.append(&mut met);
        met = page.items;
        assert!(met.len() <= 100, "the walk does not end");
        let Some(previous) = page.previous else { return met };
        window = Window::Before(previous);
    }
}

/// A part of a list, without a total.
pub(crate) fn request(limit: u16, window: Window) -> PageRequest {
    PageRequest { limit: Limit::new(limit).unwrap(), window, count: Count::None }
}

pub(crate) fn labels<F: Listed>(rows: &[F::Row]) -> Vec<&str> {
    rows.iter().map(F::label).collect()
}

fn owned_labels<F: Listed>(rows: &[F::Row]) -> Vec<String> {
    labels::<F>(rows).into_iter().map(str::to_owned).collect()
}

pub(crate) fn filter<F: Field>(conditions: impl IntoIterator<Item = (F, Test)>) -> Filter<F> {
    let conditions = conditions.into_iter().map(|(field, test)| Condition { field, test }).collect();
    Filter { conditions, search: None }
}

pub(crate) fn text(text: &str) -> FieldValue {
    FieldValue::text(text)
}

pub(crate) fn texts(all: &[&str]) -> Vec<FieldValue> {
    all.iter().map(|one| text(one)).collect()
}

/// So many seconds after the start.
pub(crate) fn times(seconds: [i64; 3]) -> [FieldValue; 3] {
    seconds.map(|seconds| FieldValue::Time(at(seconds)))
}

/// Some total order.
fn any_order<F: Field>() -> Sort<F> {
    let field = F::ALL.iter().find(|field| field.sortable()).unwrap();
    Sort::by(*field, Direction::Ascending)
}

//! Pages: every row once, in order, whatever happens between two of them.

use kairo_domain::{
    Condition, Count, Direction, FieldValue, Lead, LeadField, LeadFilter, LeadRecord, Limit, Page,
    PageRequest, Position, Sort, SortKey, Test, Total, Window,
};
use kairo_ports::Store;

use super::aggregates;
use super::lists::{labels, page_of, request, walk_backwards, walk_forwards};
use super::steps::add_leads;
use crate::builders::{at, lead, next_id};

pub use super::walks::property;

/// A page has as many rows as asked for, and tells where the next one starts.
pub async fn a_page_keeps_to_its_limit(store: &dyn Store) {
    add_leads(store, &ten()).await;
    let page = by_age(store, 3, Window::First).await;
    assert_eq!(labels::<LeadField>(&page.items), ["L0", "L1", "L2"]);
    assert_eq!(page.next, Some(oldest_first().position(&page.items[2])));
    assert_eq!((page.previous, page.total), (None, None));
}

/// A page that holds everything has no next one, also when it is just full.
pub async fn the_last_page_has_no_next(store: &dyn Store) {
    add_leads(store, &ten()).await;
    for limit in [10, 11, 200] {
        let page = by_age(store, limit, Window::First).await;
        assert_eq!((page.items.len(), page.next, page.previous), (10, None, None));
    }
}

/// A list may be empty.
pub async fn an_empty_list_is_one_empty_page(store: &dyn Store) {
    let page = by_age(store, 3, Window::First).await;
    assert_eq!(page, Page { items: vec![], next: None, previous: None, total: None });
}

/// What follows a row.
pub async fn a_page_starts_after_a_row(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    let page = by_age(store, 4, Window::After(oldest_first().position(&leads[2]))).await;
    assert_eq!(labels::<LeadField>(&page.items), ["L3", "L4", "L5", "L6"]);
    assert_eq!(page.previous, Some(oldest_first().position(&leads[3])));
    assert_eq!(page.next, Some(oldest_first().position(&leads[6])));
}

/// What precedes a row: the rows next to it, in the order of the list.
pub async fn a_page_ends_before_a_row(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    let page = by_age(store, 4, Window::Before(oldest_first().position(&leads[7]))).await;
    assert_eq!(labels::<LeadField>(&page.items), ["L3", "L4", "L5", "L6"]);
    assert_eq!(page.previous, Some(oldest_first().position(&leads[3])));
    assert_eq!(page.next, Some(oldest_first().position(&leads[6])));
    let first = by_age(store, 7, Window::Before(oldest_first().position(&leads[7]))).await;
    assert_eq!((first.items.len(), first.previous), (7, None));
}

/// There is nothing before the first row and nothing after the last one.
pub async fn the_list_ends_on_both_sides(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    let sort = oldest_first();
    assert!(by_age(store, 3, Window::Before(sort.position(&leads[0]))).await.items.is_empty());
    assert!(by_age(store, 3, Window::After(sort.position(&leads[9]))).await.items.is_empty());
}

/// From the n-th row.
pub async fn a_page_starts_at_an_offset(store: &dyn Store) {
    add_leads(store, &ten()).await;
    let page = by_age(store, 3, Window::Offset(4)).await;
    assert_eq!(labels::<LeadField>(&page.items), ["L4", "L5", "L6"]);
    assert_eq!(page.previous, Some(oldest_first().position(&page.items[0])));
    assert_eq!(page.next, Some(oldest_first().position(&page.items[2])));
    let first = by_age(store, 3, Window::Offset(0)).await;
    assert_eq!((labels::<LeadField>(&first.items), first.previous), (vec!["L0", "L1", "L2"], None));
    assert_eq!(labels::<LeadField>(&by_age(store, 3, Window::Offset(9)).await.items), ["L9"]);
    assert!(by_age(store, 3, Window::Offset(10)).await.items.is_empty());
}

/// A position is a place in the order; no row needs to stand there.
pub async fn a_position_needs_no_row(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    aggregates::delete(store, &leads[4]).await.unwrap();
    let gone = oldest_first().position(&leads[4]);
    assert_eq!(labels::<LeadField>(&by_age(store, 2, Window::After(gone.clone())).await.items), ["L5", "L6"]);
    assert_eq!(labels::<LeadField>(&by_age(store, 2, Window::Before(gone)).await.items), ["L2", "L3"]);
    let never = Position { values: vec![FieldValue::Time(at(55))], id: next_id() };
    assert_eq!(labels::<LeadField>(&by_age(store, 2, Window::After(never)).await.items), ["L6", "L7"]);
}

/// A total is counted only when asked for; it counts what passes the filter, whatever the page shows of it.
pub async fn a_total_counts_what_passes(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    aggregates::delete(store, &leads[0]).await.unwrap();
    let old = Condition { field: LeadField::CreatedAt, test: Test::Less(FieldValue::Time(at(50))) };
    let filter = LeadFilter { conditions: vec![old], search: None };
    for window in [Window::First, Window::Offset(3), Window::After(oldest_first().position(&leads[3]))] {
        let request = PageRequest { limit: Limit::new(1).unwrap(), window, count: Count::Exact };
        let page = page_of(store, &filter, &oldest_first(), &request).await;
        assert_eq!(page.total, Some(Total { rows: 4, exact: true }));
    }
}

/// An estimate says that it is one.
pub async fn an_estimate_says_that_it_is_one(store: &dyn Store) {
    add_leads(store, &ten()).await;
    let request = PageRequest { count: Count::Estimated, ..PageRequest::default() };
    let page = page_of(store, &LeadFilter::default(), &oldest_first(), &request).await;
    assert!(!page.total.unwrap().exact);
}

/// Walking forwards meets every row once, in order, for every size of page.
pub async fn a_walk_forwards_meets_every_row_once(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    for limit in [1, 2, 3, 5, 9, 10, 11] {
        assert_eq!(walk_forwards(store, &oldest_first(), limit).await, leads, "limit {limit}");
    }
}

/// Walking backwards meets the same rows the other way round.
pub async fn a_walk_backwards_meets_every_row_once(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    for limit in [1, 2, 3, 5, 9, 10, 11] {
        assert_eq!(
            walk_backwards(store, &oldest_first(), limit, &leads[9]).await,
            leads[..9],
            "limit {limit}"
        );
    }
}

/// Rows of the same instant are neither skipped nor repeated.
pub async fn equal_instants_lose_no_row(store: &dyn Store) {
    let leads: Vec<Lead> = (0..9).map(|_| lead("Same").build()).collect();
    add_leads(store, &leads).await;
    for direction in [Direction::Ascending, Direction::Descending] {
        let sort = Sort::by(LeadField::CreatedAt, direction);
        let mut expected = leads.clone();
        expected.sort_by(|a, b| sort.compare(&sort.position(a), &sort.position(b)));
        assert_eq!(walk_forwards(store, &sort, 2).await, expected);
        let last = expected.pop().unwrap();
        assert_eq!(walk_backwards(store, &sort, 2, &last).await, expected);
    }
}

/// Nor are rows that differ only in the second or third key, in mixed directions.
pub async fn mixed_keys_lose_no_row(store: &dyn Store) {
    let with = |name: &str, created, updated| {
        let times = |lead: &mut LeadRecord| (lead.created_at, lead.updated_at) = (at(created), at(updated));
        lead(name).with(times).build()
    };
    let mut leads = Vec::new();
    for name in ["Ada", "Bob"] {
        for created in [1, 2] {
            for updated in [10, 10, 20] {
                leads.push(with(name, created, updated));
            }
        }
    }
    add_leads(store, &leads).await;
    for sort in mixed_sorts() {
        leads.sort_by(|a, b| sort.compare(&sort.position(a), &sort.position(b)));
        for limit in [1, 2, 5] {
            assert_eq!(walk_forwards(store, &sort, limit).await, leads, "{sort:?}");
            let (last, others) = leads.split_last().unwrap();
            assert_eq!(walk_backwards(store, &sort, limit, last).await, others, "{sort:?}");
        }
    }
}

/// Deleted rows leave no holes: a page is full as long as there are rows.
pub async fn deleted_rows_leave_no_holes(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    for index in [0, 1, 3, 4, 5, 9] {
        aggregates::delete(store, &leads[index]).await.unwrap();
    }
    let page = by_age(store, 3, Window::First).await;
    assert_eq!(labels::<LeadField>(&page.items), ["L2", "L6", "L7"]);
    let rest = by_age(store, 3, Window::After(page.next.unwrap())).await;
    assert_eq!((labels::<LeadField>(&rest.items), rest.next), (vec!["L8"], None));
}

/// Rows that come in between two pages shift nothing.
pub async fn rows_added_between_pages_shift_nothing(store: &dyn Store) {
    add_leads(store, &ten()).await;
    let page = by_age(store, 4, Window::First).await;
    let between = |name, seconds| lead(name).with(|lead| lead.created_at = at(seconds)).build();
    add_leads(store, &[between("Earlier", 5), between("Later", 45)]).await;
    let page = by_age(store, 4, Window::After(page.next.unwrap())).await;
    assert_eq!(labels::<LeadField>(&page.items), ["L4", "Later", "L5", "L6"]);
    let back = by_age(store, 9, Window::Before(page.previous.unwrap())).await;
    assert_eq!(labels::<LeadField>(&back.items), ["L0", "Earlier", "L1", "L2", "L3"]);
}

/// The row on which a page ended may vanish before the next one is asked for.
pub async fn a_row_deleted_between_pages_hides_no_other(store: &dyn Store) {
    let leads = ten();
    add_leads(store, &leads).await;
    let page = by_age(store, 4, Window::First).await;
    for index in [3, 4] {
        aggregates::delete(store, &leads[index]).await.unwrap();
    }
    let page = by_age(store, 4, Window::After(page.next.unwrap())).await;
    assert_eq!(labels::<LeadField>(&page.items), ["L5", "L6", "L7", "L8"]);
}

/// Ten leads, one every ten seconds.
fn ten() -> Vec<Lead> {
    let at_its_time = |n: i64| lead(&format!("L{n}")).with(|lead| lead.created_at = at(n * 10)).build();
    (0..10).map(at_its_time).collect()
}

fn oldest_first() -> Sort<LeadField> {
    Sort::by(LeadField::CreatedAt, Direction::Ascending)
}

fn mixed_sorts() -> Vec<Sort<LeadField>> {
    use Direction::{Ascending, Descending};
    use LeadField::{CreatedAt, Name, UpdatedAt};
    let sort = |keys: &[(LeadField, Direction)]| {
        Sort::new(keys.iter().map(|&(field, direction)| SortKey { field, direction }).collect()).unwrap()
    };
    vec![
        sort(&[(Name, Ascending), (CreatedAt, Descending)]),
        sort(&[(Name, Descending), (UpdatedAt, Ascending)]),
        sort(&[(UpdatedAt, Descending), (Name, Descending), (CreatedAt, Ascending)]),
        sort(&[(CreatedAt, Ascending), (UpdatedAt, Descending), (Name, Ascending)]),
    ]
}

async fn by_age(store: &dyn Store, limit: u16, window: Window) -> Page<Lead> {
    page_of(store, &LeadFilter::default(), &oldest_first(), &request(limit, window)).await
}

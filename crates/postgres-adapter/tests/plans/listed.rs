//! Whatever the fields of a list allow, under every order, on the first page and behind a cursor.

use std::fmt::Debug;

use chrono::{DateTime, TimeDelta, Utc};
use kairo_domain::{
    Actor, Condition, Direction, Field, FieldKind, FieldValue, Filter, Operator, PageRequest, Position,
    Search, Sort, SortKey, Test, Window,
};
use kairo_ports::StoreError;
use kairo_postgres::PgStore;
use kairo_testkit::builders::{actor_of, admin, team_member};
use serde_json::Value;
use uuid::Uuid;

use super::assert_indexed;

/// A field of a list whose plans are looked at.
pub(super) trait Listed: Field + Debug {
    /// A value that few rows have.
    fn sample(self) -> FieldValue;

    async fn plan(
        store: &PgStore,
        actor: &Actor,
        filter: &Filter<Self>,
        sort: &Sort<Self>,
        page: &PageRequest,
    ) -> Result<Value, StoreError>;
}

/// Everybody who may see the lists at large.
pub(super) fn staff() -> [Actor; 3] {
    [actor_of(&team_member("Tim").build()), actor_of(&admin("Grace").build()), Actor::System]
}

/// What is listed, and through what it has to be found.
pub(super) struct Case<F> {
    pub(super) through: &'static str,
    pub(super) filter: Filter<F>,
    pub(super) sort: Sort<F>,
    pub(super) page: PageRequest,
}

impl<F: Listed> Case<F> {
    /// The first page of everything in this order.
    pub(super) fn ordered(field: F, direction: Direction, through: &'static str) -> Self {
        let (filter, page) = (Filter::default(), PageRequest::default());
        Self { through, filter, sort: Sort::by(field, direction), page }
    }

    pub(super) fn that(mut self, field: F, test: Test) -> Self {
        self.filter.conditions.push(Condition { field, test });
        self
    }

    pub(super) fn with_words(mut self, words: &str) -> Self {
        self.filter.search = Some(Search::parse(words).unwrap());
        self
    }

    pub(super) fn from(mut self, window: Window) -> Self {
        self.page.window = window;
        self
    }
}

pub(super) async fn assert_found<F: Listed>(store: &PgStore, cases: &[Case<F>]) {
    for actor in staff() {
        for Case { through, filter, sort, page } in cases {
            let plan = F::plan(store, &actor, filter, sort, page).await.unwrap();
            let name =
                format!("{filter:?} by {:?} from {:?} for {:?}", sort.keys(), page.window, actor.role());
            assert_indexed(&name, &plan);
            assert!(plan.to_string().contains(through), "{name}, through {through}: {plan:#}");
        }
    }
}

/// Every filter under every order; `further` are orders of several keys. Administrators and the program itself have the
/// same policies, so one of them speaks for both.
pub(super) async fn assert_all_served<F: Listed>(store: &PgStore, further: &[Sort<F>]) {
    let filters = filters::<F>();
    let orders: Vec<Sort<F>> = orders().chain(further.iter().cloned()).collect();
    let [team, _, system] = staff();
    for actor in [team, system] {
        for filter in &filters {
            for order in &orders {
                for window in [Window::First, Window::After(beyond(order))] {
                    let page = PageRequest { window, ..PageRequest::default() };
                    let plan = F::plan(store, &actor, filter, order, &page).await.unwrap();
                    let name = format!(
                        "{filter:?} by {:?} from {:?} for {:?}",
                        order.keys(),
                        page.window,
                        actor.role()
                    );
                    assert_indexed(&name, &plan);
                }
            }
        }
    }
}

fn filters<F: Listed>() -> Vec<Filter<F>> {
    let mut filters = vec![Filter::default()];
    for field in F::ALL {
        for operator in field.operators() {
            for tests in samples(*field, *operator) {
                let conditions = tests.into_iter().map(|test| Condition { field: *field, test }).collect();
                filters.push(Filter { conditions, search: None });
            }
        }
    }
    filters
}

fn orders<F: Listed>() -> impl Iterator<Item = Sort<F>> {
    let sortable = F::ALL.iter().copied().filter(|field| field.sortable());
    sortable.flat_map(|field| [Direction::Ascending, Direction::Descending].map(|to| Sort::by(field, to)))
}

/// An order whose keys run in different directions, so that no comparison of rows says what follows.
pub(super) fn two_ways<F: Listed>(up: F, down: F) -> Sort<F> {
    let keys = [(up, Direction::Ascending), (down, Direction::Descending)];
    Sort::new(keys.map(|(field, direction)| SortKey { field, direction }).to_vec()).unwrap()
}

/// The position of a row with the samples of the keys.
pub(super) fn beyond<F: Listed>(order: &Sort<F>) -> Position {
    Position { values: order.keys().iter().map(|key| key.field.sample()).collect(), id: Uuid::max() }
}

/// The tests that an operator stands for.
fn samples<F: Listed>(field: F, operator: Operator) -> Vec<Vec<Test>> {
    let value = field.sample();
    let part = if let FieldValue::Text(text) = &value { text.to_lowercase() } else { String::new() };
    match operator {
        Operator::Equal => vec![vec![Test::Equal(value)]],
        Operator::NotEqual => vec![vec![Test::NotEqual(value)]],
        Operator::Less => vec![vec![Test::Less(value)]],
        Operator::LessOrEqual => vec![vec![Test::LessOrEqual(value)]],
        Operator::Greater => vec![vec![Test::Greater(value)]],
        Operator::GreaterOrEqual => vec![vec![Test::GreaterOrEqual(value)]],
        Operator::In => vec![vec![Test::In(vec![value.clone(), value])]],
        Operator::NotIn => vec![vec![Test::NotIn(all_but(field, &value))]],
        Operator::Null => vec![vec![Test::Empty], vec![Test::Filled]],
        Operator::Contains => vec![vec![Test::Contains(part)]],
        Operator::StartsWith => vec![vec![Test::StartsWith(part)]],
        Operator::Between => vec![vec![Test::GreaterOrEqual(value.clone()), Test::LessOrEqual(value)]],
    }
}

fn all_but<F: Listed>(field: F, value: &FieldValue) -> Vec<FieldValue> {
    let FieldKind::Word(words) = field.kind() else { return Vec::new() };
    words.iter().map(|word| FieldValue::text(word)).filter(|word| word != value).collect()
}

/// When the row of this number was made.
pub(super) fn time(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap() + TimeDelta::minutes(minutes)
}

use chrono::DateTime;
use kairo_domain::{JournalField, LeadField, LeadStatus, Limit, Position, SortKey, UserField};
use uuid::Uuid;

use super::*;
use crate::leads::LISTING;

fn sql(append: impl FnOnce(&mut QueryBuilder<Postgres>)) -> String {
    let mut query = QueryBuilder::new("");
    append(&mut query);
    query.into_string()
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

fn position(values: Vec<FieldValue>) -> Position {
    Position { values, id: Uuid::from_u128(7) }
}

fn time() -> FieldValue {
    FieldValue::Time(DateTime::from_timestamp_nanos(0))
}

fn page(window: Window) -> PageRequest {
    PageRequest { limit: Limit::default(), window, ..PageRequest::default() }
}

#[test]
fn a_pattern_means_itself() {
    assert_eq!(needle("%", r"50%_\A", "%"), r"%50\%\_\\A%");
}

#[test]
fn conditions_name_their_fields_and_bind_their_values() {
    let condition = |field, test| sql(|query| LISTING.conditions(query, &[Condition { field, test }]));
    assert_eq!(
        condition(LeadField::Status, Test::Equal(text("NEW"))),
        " AND status = $1::text::\"LeadStatus\""
    );
    assert_eq!(
        condition(LeadField::Status, Test::NotIn(vec![text("NEW"), text("LOST")])),
        " AND status = ANY(ARRAY[$1::text::\"LeadStatus\", $2::text::\"LeadStatus\", $3::text::\"LeadStatus\"])"
    );
    assert_eq!(
        condition(LeadField::Source, Test::NotEqual(text("CHAT"))),
        " AND source = ANY(ARRAY[$1, $2])"
    );
    let every_status = LeadStatus::WORDS.map(text).to_vec();
    assert_eq!(condition(LeadField::Status, Test::NotIn(every_status)), " AND false");
    assert_eq!(condition(LeadField::Email, Test::Equal(text("a@b.c"))), " AND lower(email) = lower($1)");
    assert_eq!(condition(LeadField::Status, Test::In(vec![])), " AND false");
    assert_eq!(condition(LeadField::Status, Test::NotIn(vec![])), " AND status IS NOT NULL");
    assert_eq!(condition(LeadField::Source, Test::Empty), " AND source IS NULL");
    assert_eq!(
        condition(LeadField::Company, Test::StartsWith("x".to_owned())),
        format!(" AND lower(company) LIKE lower($1) AND {} LIKE lower($2)", LISTING.search.unwrap())
    );
}

#[test]
fn keys_of_one_direction_are_compared_as_one_row() {
    let newest = Sort::by(LeadField::CreatedAt, Direction::Descending);
    let after = sql(|query| {
        LISTING.window(query, &newest, &page(Window::After(position(vec![time()])))).unwrap();
    });
    assert_eq!(after, " AND (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3");
    let before = sql(|query| {
        LISTING.window(query, &newest, &page(Window::Before(position(vec![time()])))).unwrap();
    });
    assert_eq!(before, " AND (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3");
}

#[test]
fn keys_of_two_directions_are_compared_case_by_case() {
    let keys = [(LeadField::Name, Direction::Ascending), (LeadField::CreatedAt, Direction::Descending)];
    let sort = Sort::new(keys.map(|(field, direction)| SortKey { field, direction }).to_vec()).unwrap();
    let after = sql(|query| {
        let window = Window::After(position(vec![text("a"), time()]));
        LISTING.window(query, &sort, &page(window)).unwrap();
    });
    assert_eq!(
        after,
        " AND name COLLATE \"C\" >= $1 AND ((name COLLATE \"C\" > $2) OR (name COLLATE \"C\" = $3 AND created_at < $4) \
         OR (name COLLATE \"C\" = $5 AND created_at = $6 AND id < $7)) \
         ORDER BY name COLLATE \"C\", created_at DESC, id DESC LIMIT $8"
    );
}

#[test]
fn a_position_of_another_order_is_refused() {
    let newest = Sort::by(LeadField::CreatedAt, Direction::Descending);
    let window = Window::After(position(vec![]));
    assert!(LISTING.window(&mut QueryBuilder::new(""), &newest, &page(window)).is_err());
}

#[test]
fn what_has_no_text_is_found_by_no_word() {
    let listing = Listing { search: None, ..LISTING };
    assert_eq!(sql(|query| listing.words(query, &["ada".to_owned()])), " AND false");
    assert_eq!(sql(|query| listing.words(query, &[])), "");
}

#[test]
fn keys_that_are_never_equal_need_nothing_beside_them() {
    let window = Window::After(Position { values: vec![FieldValue::Number(9)], id: Uuid::nil() });
    let latest = Sort::by(JournalField::Seq, Direction::Descending);
    let after = sql(|query| crate::journal::LISTING.window(query, &latest, &page(window)).unwrap());
    assert_eq!(after, " AND (seq) < ($1) ORDER BY seq DESC LIMIT $2");
}

#[test]
fn an_address_is_found_without_case_and_ordered_as_it_is_written() {
    let of_users = &crate::users::LISTING;
    let test = Test::Equal(text("a@b.c"));
    let found = sql(|query| of_users.conditions(query, &[Condition { field: UserField::Email, test }]));
    assert_eq!(found, " AND lower(email) = lower($1)");
    let by_address = Sort::by(UserField::Email, Direction::Ascending);
    let ordered = sql(|query| of_users.window(query, &by_address, &page(Window::First)).unwrap());
    assert_eq!(ordered, " ORDER BY email COLLATE \"C\", id LIMIT $1");
}

use kairo_domain::{FieldValue, LeadField, Operator, Redacted, Test, Window};
use kairo_use_cases::Code;

use super::*;
use crate::leads::LeadView;

fn key() -> PurposeKey {
    PurposeKey::derive(&Redacted::new([1; 32]), "cursor")
}

fn parse(query: &str) -> Result<ListQuery<LeadView>, Vec<Fault>> {
    ListQuery::parse(query, &key()).map_err(|problem| {
        assert_eq!(problem.code(), Code::Malformed);
        problem.faults().to_vec()
    })
}

fn faults(query: &str) -> Vec<(String, &'static str)> {
    parse(query).unwrap_err().into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn text(text: &str) -> FieldValue {
    FieldValue::Text(text.to_owned())
}

#[test]
fn an_empty_query_is_the_default_list() {
    let query = parse("").unwrap();
    assert_eq!(query.sort, Sort::by(LeadField::CreatedAt, Direction::Descending));
    assert_eq!((query.page, query.conditions.len()), (PageRequest::default(), 0));
}

#[test]
fn the_three_spellings_of_equality_are_one() {
    let expected = Condition { field: LeadField::Status, test: Test::Equal(text("NEW")) };
    for spelling in ["status=NEW", "filter[status]=NEW", "filter[status][eq]=NEW", "filter%5Bstatus%5D=NEW"] {
        assert_eq!(parse(spelling).unwrap().conditions, std::slice::from_ref(&expected), "{spelling}");
    }
}

#[test]
fn operators_take_their_values() {
    let conditions = |query: &str| parse(query).unwrap().conditions;
    let tests =
        |query: &str| conditions(query).into_iter().map(|condition| condition.test).collect::<Vec<_>>();
    assert_eq!(tests("filter[status][in]=NEW,LOST"), [Test::In(vec![text("NEW"), text("LOST")])]);
    assert_eq!(tests("filter[company][null]=true"), [Test::Empty]);
    assert_eq!(tests("filter[company][null]=false"), [Test::Filled]);
    assert_eq!(tests("filter[name][startsWith]=Ada"), [Test::StartsWith("Ada".to_owned())]);
    let range = tests("filter[createdAt][between]=2026-01-01T00:00:00Z,2026-02-01T00:00:00%2B01:00");
    assert!(matches!(range.as_slice(), [Test::GreaterOrEqual(_), Test::LessOrEqual(_)]));
}

#[test]
fn every_fault_is_named_at_once() {
    let query = "limit=0&sort=email&frob=1&filter[nope]=1&filter[status][lt]=NEW&status=OLD&count=all&fields=x&q=ab\
                 &filter[createdAt][gt]=yesterday&page=0";
    assert_eq!(
        faults(query),
        [
            ("/query/count".to_owned(), "unknown_word"),
            ("/query/fields".to_owned(), "unknown_field"),
            ("/query/filter[createdAt][gt]".to_owned(), "not_a_time"),
            ("/query/filter[nope]".to_owned(), "unknown_field"),
            ("/query/filter[status][lt]".to_owned(), "unknown_operator"),
            ("/query/frob".to_owned(), "unknown_parameter"),
            ("/query/limit".to_owned(), "out_of_range"),
            ("/query/page".to_owned(), "out_of_range"),
            ("/query/q".to_owned(), "not_a_search"),
            ("/query/sort".to_owned(), "unknown_field"),
            ("/query/status".to_owned(), "unknown_word"),
        ]
    );
}

#[test]
fn odd_spellings_are_refused_and_never_ignored() {
    for query in [
        "filter=1",
        "filter[]=1",
        "filter[status=NEW",
        "filter[status]]=NEW",
        "filter[status][eq][eq]=NEW",
        "filter[status][]=NEW",
        "status=NEW&status=LOST",
        "Status=NEW",
        "filter[name]=%00",
        "filter[name]=",
        "filter[createdAt][between]=2026-01-01T00:00:00Z",
        "sort=",
        "sort=name,name",
        "fields=",
        "limit=201",
        "limit=ten",
        "page=401",
        "after=x&page=2",
        "filter[name][contains]=ab",
        "filter[name][startsWith]=ab",
        "filter[company][startsWith]=",
    ] {
        assert_eq!(faults(query).len(), 1, "{query}");
    }
}

#[test]
fn an_operator_that_is_not_there_names_those_that_are() {
    let faults = parse("filter[company]=X").unwrap_err();
    assert_eq!(faults[0].message, "`company` takes the operators contains, startsWith, null");
    let words: Vec<_> = Operator::ALL.map(|operator| operator.as_str()).into();
    assert!(words.contains(&"startsWith"));
}

#[test]
fn a_page_has_a_place() {
    assert_eq!(parse("page=3&limit=10").unwrap().page.window, Window::Offset(20));
    assert_eq!(parse("page=400").unwrap().page.window, Window::Offset(9_975));
}

#[test]
fn a_page_beyond_all_numbers_is_refused() {
    for query in
        ["page=2147483648&limit=2", "page=21474837&limit=200", "page=4294967295&limit=1", "page=4294967296"]
    {
        assert_eq!(faults(query), [("/query/page".to_owned(), "out_of_range")], "{query}");
    }
}

#[test]
fn a_cursor_is_good_for_its_own_list_only() {
    let position = kairo_domain::Position { values: vec![text("a")], id: uuid::Uuid::nil() };
    let seal = |query: &str| parse(query).unwrap().shape.cursors.seal(&position);
    let cursor = seal("sort=name&status=NEW&q=robot");
    let same = format!("q=ROBOT&filter[status]=NEW&sort=name&limit=3&after={cursor}");
    assert_eq!(parse(&same).unwrap().page.window, Window::After(position.clone()));
    for other in ["sort=-name&status=NEW&q=robot", "sort=name&q=robot", "sort=name&status=LOST&q=robot"] {
        assert_eq!(
            faults(&format!("{other}&before={cursor}")),
            [("/query/before".to_owned(), "not_a_cursor")]
        );
    }
}

#[test]
fn properties_are_shown_in_their_order() {
    assert_eq!(parse("fields=name,id").unwrap().shape.properties, Some(vec!["id", "name"]));
}

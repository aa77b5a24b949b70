//! What lists of leads show: filters, search, order.

use kairo_domain::{
    Actor, CompanyName, Direction, Lead, LeadField, LeadFilter, LeadRecord, LeadSource, LeadStatus, Message,
    Page, PageRequest, Phone, Search, Sort, SortKey, Test,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::lists::{
    List, Listed, filter, found, is_compared, is_sorted_by, labels_seen_by, page_of, shown, sorted, text,
    texts, times,
};
use super::steps::add_leads;
use crate::builders::{at, email, lead, utm};

impl Listed for LeadField {
    type Row = Lead;

    fn label(lead: &Lead) -> &str {
        lead.details.name.as_str()
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<Lead>, StoreError> {
        work.leads().list(list.filter, list.sort, list.page).await
    }
}

/// Without a condition, everything is shown.
pub async fn an_empty_filter_shows_everything(store: &dyn Store) {
    add_named(store, &["Ada", "Bob", "Cid"]).await;
    assert_eq!(shown::<LeadField>(store, []).await, ["Ada", "Bob", "Cid"]);
}

/// `status`: `eq`, `neq`, `in`, `nin`.
pub async fn leads_are_filtered_by_status(store: &dyn Store) {
    let with = |name, status| lead(name).with(|lead: &mut LeadRecord| lead.status = status).build();
    let leads = [
        with("Ada", LeadStatus::New),
        with("Bob", LeadStatus::Contacted),
        with("Cid", LeadStatus::Qualified),
        with("Dora", LeadStatus::Converted),
        with("Eve", LeadStatus::Lost),
    ];
    add_leads(store, &leads).await;
    let is = |test| [(LeadField::Status, test)];
    assert_eq!(shown(store, is(Test::Equal(text("QUALIFIED")))).await, ["Cid"]);
    assert_eq!(shown(store, is(Test::NotEqual(text("NEW")))).await, ["Bob", "Cid", "Dora", "Eve"]);
    assert_eq!(shown(store, is(Test::In(texts(&["LOST", "NEW"])))).await, ["Ada", "Eve"]);
    assert_eq!(shown(store, is(Test::NotIn(texts(&["LOST", "NEW"])))).await, ["Bob", "Cid", "Dora"]);
}

/// A list of no values has nothing in it.
pub async fn one_of_nothing_is_nothing(store: &dyn Store) {
    add_named(store, &["Ada", "Bob"]).await;
    assert!(shown(store, [(LeadField::Status, Test::In(vec![]))]).await.is_empty());
    assert_eq!(shown(store, [(LeadField::Status, Test::NotIn(vec![]))]).await, ["Ada", "Bob"]);
}

/// `email`: `eq` and `in`, without case.
pub async fn leads_are_filtered_by_address_without_case(store: &dyn Store) {
    let with = |name, address| lead(name).with(|lead| lead.details.email = email(address)).build();
    let leads = [
        with("Ada", "Ada@Example.com"),
        with("Bob", "bob@example.com"),
        with("Cid", "ada@example.com"),
        with("Dora", "ada@example.com.au"),
    ];
    add_leads(store, &leads).await;
    let is = |test| [(LeadField::Email, test)];
    assert_eq!(shown(store, is(Test::Equal(text("aDA@exAMPLE.com")))).await, ["Ada", "Cid"]);
    assert_eq!(
        shown(store, is(Test::In(texts(&["BOB@example.com", "ada@EXAMPLE.com"])))).await,
        ["Ada", "Bob", "Cid"]
    );
}

/// `name`: `eq` and `in`, as it is written.
pub async fn leads_are_filtered_by_exact_name(store: &dyn Store) {
    add_named(store, &["Ada", "ada", "Adam"]).await;
    let is = |test| [(LeadField::Name, test)];
    assert_eq!(shown(store, is(Test::Equal(text("Ada")))).await, ["Ada"]);
    assert_eq!(shown(store, is(Test::In(texts(&["ada", "Adam", "Eve"])))).await, ["Adam", "ada"]);
}

/// `name`: `contains` and `startsWith`, without case.
pub async fn leads_are_filtered_by_a_part_of_the_name(store: &dyn Store) {
    add_named(store, &["Ada Lovelace", "Lady Ada", "Bob"]).await;
    let is = |test| [(LeadField::Name, test)];
    assert_eq!(shown(store, is(Test::Contains("aDA".into()))).await, ["Ada Lovelace", "Lady Ada"]);
    assert_eq!(shown(store, is(Test::StartsWith("aDA l".into()))).await, ["Ada Lovelace"]);
    assert!(shown(store, is(Test::Contains("adalovelace".into()))).await.is_empty());
}

/// The signs that mean something to SQL's LIKE mean themselves.
pub async fn signs_of_patterns_are_taken_literally(store: &dyn Store) {
    add_named(store, &["100% sure", "100 sure", "a_b", "axb", r"c\d", "cd", r"%_\ mixed"]).await;
    let is = |test| [(LeadField::Name, test)];
    assert_eq!(shown(store, is(Test::Contains("100%".into()))).await, ["100% sure"]);
    assert_eq!(shown(store, is(Test::StartsWith("100%".into()))).await, ["100% sure"]);
    assert_eq!(shown(store, is(Test::Contains("A_B".into()))).await, ["a_b"]);
    assert_eq!(shown(store, is(Test::StartsWith("a_".into()))).await, ["a_b"]);
    assert_eq!(shown(store, is(Test::Contains(r"\".into()))).await, [r"%_\ mixed", r"c\d"]);
    assert_eq!(shown(store, is(Test::StartsWith(r"c\".into()))).await, [r"c\d"]);
    assert_eq!(shown(store, is(Test::Contains("%".into()))).await, [r"%_\ mixed", "100% sure"]);
    assert_eq!(shown(store, is(Test::StartsWith(r"%_\".into()))).await, [r"%_\ mixed"]);
}

/// `company`: `contains`, `startsWith` and `null`.
pub async fn leads_are_filtered_by_company(store: &dyn Store) {
    let with = |name, company: &str| {
        lead(name).with(|lead| lead.details.company = Some(CompanyName::parse(company).unwrap())).build()
    };
    let leads =
        [with("Ada", "Acme 50%"), with("Bob", "The ACME"), with("Cid", "Globex"), lead("Dora").build()];
    add_leads(store, &leads).await;
    let is = |test| [(LeadField::Company, test)];
    assert_eq!(shown(store, is(Test::Contains("acme".into()))).await, ["Ada", "Bob"]);
    assert_eq!(shown(store, is(Test::StartsWith("acme".into()))).await, ["Ada"]);
    assert_eq!(shown(store, is(Test::Contains("0%".into()))).await, ["Ada"]);
    assert_eq!(shown(store, is(Test::Empty)).await, ["Dora"]);
    assert_eq!(shown(store, is(Test::Filled)).await, ["Ada", "Bob", "Cid"]);
}

/// `source`: `eq`, `in` and `null`.
pub async fn leads_are_filtered_by_source(store: &dyn Store) {
    let with = |name, source| lead(name).with(|lead| lead.details.source = Some(source)).build();
    let leads = [
        with("Ada", LeadSource::ContactForm),
        with("Bob", LeadSource::Chat),
        with("Cid", LeadSource::PlatformSignup),
        lead("Dora").build(),
    ];
    add_leads(store, &leads).await;
    let is = |test| [(LeadField::Source, test)];
    assert_eq!(shown(store, is(Test::Equal(text("CHAT")))).await, ["Bob"]);
    assert_eq!(shown(store, is(Test::In(texts(&["CHAT", "CONTACT_FORM"])))).await, ["Ada", "Bob"]);
    assert_eq!(shown(store, is(Test::Empty)).await, ["Dora"]);
    assert_eq!(shown(store, is(Test::Filled)).await, ["Ada", "Bob", "Cid"]);
}

/// `utmSource` and `utmCampaign`: `eq`, `in` and `null`, as they are written; they are not mixed up.
pub async fn leads_are_filtered_by_campaign(store: &dyn Store) {
    let with = |name, source, campaign| {
        lead(name)
            .with(|lead| {
                lead.details.utm_source = Some(utm(source));
                lead.details.utm_medium = Some(utm("medium"));
                lead.details.utm_campaign = Some(utm(campaign));
            })
            .build()
    };
    add_leads(store, &[with("Ada", "one", "two"), with("Bob", "two", "One"), lead("Cid").build()]).await;
    for (field, one, two) in [(LeadField::UtmSource, "one", "two"), (LeadField::UtmCampaign, "two", "One")] {
        assert_eq!(shown(store, [(field, Test::Equal(text(one)))]).await, ["Ada"], "{field:?}");
        assert_eq!(shown(store, [(field, Test::In(texts(&[one, two])))]).await, ["Ada", "Bob"], "{field:?}");
        assert!(shown(store, [(field, Test::Equal(text("medium")))]).await.is_empty(), "{field:?}");
        assert_eq!(shown(store, [(field, Test::Empty)]).await, ["Cid"], "{field:?}");
        assert_eq!(shown(store, [(field, Test::Filled)]).await, ["Ada", "Bob"], "{field:?}");
    }
}

/// `createdAt` and `updatedAt`: `lt`, `lte`, `gt`, `gte`; two of them are `between`.
pub async fn leads_are_filtered_by_time(store: &dyn Store) {
    let with = |name, created, updated| {
        let times = |lead: &mut LeadRecord| (lead.created_at, lead.updated_at) = (at(created), at(updated));
        lead(name).with(times).build()
    };
    add_leads(store, &[with("Ada", 1, 30), with("Bob", 2, 20), with("Cid", 3, 10)]).await;
    is_compared(store, LeadField::CreatedAt, times([1, 2, 3]), ["Ada", "Bob", "Cid"]).await;
    is_compared(store, LeadField::UpdatedAt, times([10, 20, 30]), ["Cid", "Bob", "Ada"]).await;
}

/// Every condition has to hold.
pub async fn all_conditions_must_hold(store: &dyn Store) {
    let with = |name, status, source| {
        lead(name)
            .with(|lead| {
                lead.status = status;
                lead.details.source = Some(source);
            })
            .build()
    };
    let leads = [
        with("Ada", LeadStatus::New, LeadSource::Chat),
        with("Bob", LeadStatus::New, LeadSource::ContactForm),
        with("Cid", LeadStatus::Lost, LeadSource::Chat),
    ];
    add_leads(store, &leads).await;
    let status = (LeadField::Status, Test::Equal(text("NEW")));
    let source = (LeadField::Source, Test::Equal(text("CHAT")));
    assert_eq!(shown(store, [status, source]).await, ["Ada"]);
}

/// A word is found in name, address, company and message, without case.
pub async fn words_are_searched_without_case(store: &dyn Store) {
    let leads = [
        lead("Ada Robot").build(),
        lead("Bob").with(|lead| lead.details.email = email("robot@example.com")).build(),
        lead("Cid").with(|lead| lead.details.company = CompanyName::parse("The Robots").ok()).build(),
        lead("Dora").with(|lead| lead.details.message = Message::parse("a\nROBOTIC arm").unwrap()).build(),
        lead("Eve").with(|lead| lead.details.phone = Phone::parse("112").ok()).build(),
    ];
    add_leads(store, &leads).await;
    assert_eq!(found::<LeadField>(store, "roBOT").await, ["Ada Robot", "Bob", "Cid", "Dora"]);
    assert!(found::<LeadField>(store, "112").await.is_empty());
}

/// Every word has to occur, each of them anywhere.
pub async fn every_word_must_be_found(store: &dyn Store) {
    let leads = [
        lead("Ada").with(|lead| lead.details.message = Message::parse("robot").unwrap()).build(),
        lead("Robot").build(),
        lead("Ada Robot").build(),
    ];
    add_leads(store, &leads).await;
    assert_eq!(found::<LeadField>(store, "robot ada").await, ["Ada", "Ada Robot"]);
    assert!(found::<LeadField>(store, "robot ada nobody").await.is_empty());
}

/// In a search too, signs mean themselves.
pub async fn signs_in_words_are_taken_literally(store: &dyn Store) {
    add_named(store, &["50% off", "50x off", "snake_case", "snakeXcase", r"back\slash", "backslash"]).await;
    assert_eq!(found::<LeadField>(store, "50%").await, ["50% off"]);
    assert_eq!(found::<LeadField>(store, "snake_case").await, ["snake_case"]);
    assert_eq!(found::<LeadField>(store, r"back\").await, [r"back\slash"]);
    assert!(found::<LeadField>(store, "%%%").await.is_empty());
}

/// A search and conditions hold together.
pub async fn a_search_keeps_to_the_conditions(store: &dyn Store) {
    let leads =
        [lead("Ada One").build(), lead("Ada Two").with(|lead| lead.status = LeadStatus::Lost).build()];
    add_leads(store, &leads).await;
    let mut filter = filter([(LeadField::Status, Test::Equal(text("LOST")))]);
    filter.search = Some(Search::parse("ada").unwrap());
    assert_eq!(labels_seen_by(store, &Actor::System, &filter).await, ["Ada Two"]);
}

/// Each sortable field, in both directions.
pub async fn leads_are_sorted_by_each_field(store: &dyn Store) {
    let with = |name, created, updated| {
        let times = |lead: &mut LeadRecord| (lead.created_at, lead.updated_at) = (at(created), at(updated));
        lead(name).with(times).build()
    };
    add_leads(store, &[with("Bob", 1, 90), with("Ada", 2, 70), with("Cid", 3, 80)]).await;
    is_sorted_by(store, LeadField::Name, &["Ada", "Bob", "Cid"]).await;
    is_sorted_by(store, LeadField::CreatedAt, &["Bob", "Ada", "Cid"]).await;
    is_sorted_by(store, LeadField::UpdatedAt, &["Ada", "Cid", "Bob"]).await;
}

/// Names are ordered by code point, whatever the language of the store is.
pub async fn names_are_sorted_by_code_point(store: &dyn Store) {
    let order = ["Ada Z", "Ada-A", "AdaB", "Zoe", "_under", "ada", "zoe", "Ünal", "émile", "日本", "🦀"];
    let mut shuffled = order;
    shuffled.rotate_left(4);
    add_named(store, &shuffled).await;
    assert_eq!(sorted(store, &[(LeadField::Name, Direction::Ascending)]).await, order);
}

/// Equal rows are ordered by id, the way the last key runs.
pub async fn ties_are_broken_by_id(store: &dyn Store) {
    let leads: Vec<Lead> = (0..5).map(|_| lead("Same").build()).collect();
    let mut shuffled = leads.clone();
    shuffled.rotate_left(2);
    add_leads(store, &shuffled).await;
    let by = |directions: [Direction; 2]| {
        let keys = [LeadField::Name, LeadField::CreatedAt].into_iter().zip(directions);
        Sort::new(keys.map(|(field, direction)| SortKey { field, direction }).collect()).unwrap()
    };
    let (up, down) = (Direction::Ascending, Direction::Descending);
    for (directions, is_reversed) in
        [([up, up], false), ([down, up], false), ([up, down], true), ([down, down], true)]
    {
        let page = page_of(store, &LeadFilter::default(), &by(directions), &PageRequest::default()).await;
        let mut expected = leads.clone();
        if is_reversed {
            expected.reverse();
        }
        assert_eq!(page.items, expected, "{directions:?}");
    }
}

/// Several keys, each its own way.
pub async fn keys_may_run_in_mixed_directions(store: &dyn Store) {
    let with = |name, created, updated| {
        let times = |lead: &mut LeadRecord| (lead.created_at, lead.updated_at) = (at(created), at(updated));
        lead(name).with(times).build()
    };
    let leads =
        [with("Ada", 1, 10), with("Ada", 2, 10), with("Bob", 1, 10), with("Bob", 1, 20), with("Bob", 2, 20)];
    add_leads(store, &leads).await;
    let by = |keys: [(LeadField, Direction); 3]| {
        Sort::new(keys.into_iter().map(|(field, direction)| SortKey { field, direction }).collect()).unwrap()
    };
    let (up, down) = (Direction::Ascending, Direction::Descending);
    for (sort, order) in [
        (
            by([(LeadField::Name, down), (LeadField::CreatedAt, up), (LeadField::UpdatedAt, down)]),
            [3, 2, 4, 0, 1],
        ),
        (
            by([(LeadField::CreatedAt, down), (LeadField::Name, up), (LeadField::UpdatedAt, up)]),
            [1, 4, 0, 2, 3],
        ),
        (
            by([(LeadField::UpdatedAt, up), (LeadField::CreatedAt, down), (LeadField::Name, up)]),
            [1, 0, 2, 4, 3],
        ),
    ] {
        let page = page_of(store, &LeadFilter::default(), &sort, &PageRequest::default()).await;
        let expected: Vec<Lead> = order.iter().map(|&index| leads[index].clone()).collect();
        assert_eq!(page.items, expected, "{sort:?}");
    }
}

async fn add_named(store: &dyn Store, names: &[&str]) {
    let leads: Vec<Lead> = names.iter().map(|name| lead(name).build()).collect();
    add_leads(store, &leads).await;
}

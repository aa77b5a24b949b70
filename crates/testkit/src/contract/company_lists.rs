//! What lists of companies show: filters, search, order, and to whom.

use kairo_domain::{
    Actor, Company, CompanyField, CompanyRecord, Direction, Filter, Page, Role, Sort, Test, Title,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::aggregates;
use super::lists::{
    List, Listed, found, is_compared, is_paged, is_sorted_by, labels_seen_by, shown, text, texts, times,
};
use super::steps::World;
use crate::builders::{actor_of, at, company, user};

impl Listed for CompanyField {
    type Row = Company;

    fn label(company: &Company) -> &str {
        company.details.name.as_str()
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<Company>, StoreError> {
        work.companies().list(list.filter, list.sort, list.page).await
    }
}

/// Everybody lists what they see and learns of no others: staff every company, a client its own, a visitor none.
pub async fn everybody_lists_what_they_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    let alone = actor_of(&user(Role::Client, "Alone").build());
    for (actor, seen) in [
        (Actor::System, &["Acme", "Globex"][..]),
        (world.as_admin(), &["Acme", "Globex"]),
        (world.as_team(), &["Acme", "Globex"]),
        (world.as_client(), &["Acme"]),
        (world.as_rival(), &["Globex"]),
        (alone, &[]),
        (Actor::Visitor, &[]),
    ] {
        let nothing_asked = Filter::<CompanyField>::default();
        assert_eq!(labels_seen_by(store, &actor, &nothing_asked).await, seen, "{actor:?}");
    }
}

/// What was deleted is not listed.
pub async fn deleted_companies_are_not_listed(store: &dyn Store) {
    let gone = company("Gone").build();
    aggregates::add_all(store, &[gone.clone(), company("Here").build()]).await.unwrap();
    aggregates::delete(store, &gone).await.unwrap();
    assert_eq!(shown::<CompanyField>(store, []).await, ["Here"]);
}

/// `name`: `eq` and `in` as it is written; `contains` and `startsWith` without case, signs meaning themselves.
pub async fn companies_are_filtered_by_name(store: &dyn Store) {
    let companies = ["Acme", "acme", "The Acme 50%", "Globex 50x"].map(|name| company(name).build());
    aggregates::add_all(store, &companies).await.unwrap();
    let is = |test| [(CompanyField::Name, test)];
    assert_eq!(shown(store, is(Test::Equal(text("Acme")))).await, ["Acme"]);
    assert_eq!(shown(store, is(Test::In(texts(&["acme", "Acme", "Other"])))).await, ["Acme", "acme"]);
    assert!(shown(store, is(Test::In(vec![]))).await.is_empty());
    assert_eq!(shown(store, is(Test::Contains("CME".into()))).await, ["Acme", "The Acme 50%", "acme"]);
    assert_eq!(shown(store, is(Test::StartsWith("aC".into()))).await, ["Acme", "acme"]);
    assert_eq!(shown(store, is(Test::Contains("50%".into()))).await, ["The Acme 50%"]);
}

/// `industry`: `eq`, `in` and `null`.
pub async fn companies_are_filtered_by_industry(store: &dyn Store) {
    let of = |name, industry| {
        company(name).with(|company| company.details.industry = Title::parse(industry).ok()).build()
    };
    let companies = [of("Acme", "Rockets"), of("Globex", "Doom"), company("Initech").build()];
    aggregates::add_all(store, &companies).await.unwrap();
    let is = |test| [(CompanyField::Industry, test)];
    assert_eq!(shown(store, is(Test::Equal(text("Rockets")))).await, ["Acme"]);
    assert!(shown(store, is(Test::Equal(text("rockets")))).await.is_empty());
    assert_eq!(shown(store, is(Test::In(texts(&["Doom", "Rockets"])))).await, ["Acme", "Globex"]);
    assert_eq!(shown(store, is(Test::Empty)).await, ["Initech"]);
    assert_eq!(shown(store, is(Test::Filled)).await, ["Acme", "Globex"]);
}

/// `createdAt` and `updatedAt`: `lt`, `lte`, `gt`, `gte`; two of them are `between`.
pub async fn companies_are_filtered_by_time(store: &dyn Store) {
    aggregates::add_all(store, &three_of_different_times()).await.unwrap();
    is_compared(store, CompanyField::CreatedAt, times([1, 2, 3]), ["Globex", "Acme", "Initech"]).await;
    is_compared(store, CompanyField::UpdatedAt, times([70, 80, 90]), ["Acme", "Initech", "Globex"]).await;
}

/// A word is found in the name, without case; every word has to occur.
pub async fn words_are_searched_in_the_name(store: &dyn Store) {
    let rockets = |company: &mut CompanyRecord| company.details.industry = Title::parse("Rockets").ok();
    let companies = [
        company("Acme Rockets").build(),
        company("ROCKET Science").build(),
        company("Globex").with(rockets).build(),
    ];
    aggregates::add_all(store, &companies).await.unwrap();
    assert_eq!(found::<CompanyField>(store, "roCKet").await, ["Acme Rockets", "ROCKET Science"]);
    assert_eq!(found::<CompanyField>(store, "science rocket").await, ["ROCKET Science"]);
}

/// Each sortable field, in both directions; names by code point.
pub async fn companies_are_sorted_by_each_field(store: &dyn Store) {
    aggregates::add_all(store, &three_of_different_times()).await.unwrap();
    aggregates::add_all(store, &[late("_under"), late("acme"), late("Ünal")]).await.unwrap();
    is_sorted_by(store, CompanyField::Name, &["Acme", "Globex", "Initech", "_under", "acme", "Ünal"]).await;
    is_sorted_by(store, CompanyField::CreatedAt, &["Globex", "Acme", "Initech", "_under", "acme", "Ünal"])
        .await;
    is_sorted_by(store, CompanyField::UpdatedAt, &["Acme", "Initech", "Globex", "_under", "acme", "Ünal"])
        .await;
}

/// Companies can be met page by page.
pub async fn companies_are_met_page_by_page(store: &dyn Store) {
    let companies: Vec<Company> = (0..7).map(|n| company(&format!("C{}", n / 2)).build()).collect();
    aggregates::add_all(store, &companies).await.unwrap();
    for direction in [Direction::Ascending, Direction::Descending] {
        is_paged(store, &Sort::by(CompanyField::Name, direction)).await;
    }
}

fn three_of_different_times() -> [Company; 3] {
    [("Globex", 1, 90), ("Acme", 2, 70), ("Initech", 3, 80)].map(|(name, created, updated)| {
        company(name)
            .with(|company| (company.created_at, company.updated_at) = (at(created), at(updated)))
            .build()
    })
}

/// Made and changed after all others, and at the same time as its like.
fn late(name: &str) -> Company {
    company(name).with(|company| (company.created_at, company.updated_at) = (at(99), at(99))).build()
}

//! What lists of users show: filters, search, order, and to whom.

use kairo_domain::{
    Actor, CompanyId, Direction, FieldValue, Filter, Page, Role, Search, Sort, Test, User, UserField,
    UserRecord,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::aggregates;
use super::lists::{
    List, Listed, filter, found, is_compared, is_paged, is_sorted_by, labels_seen_by, shown, text, texts,
    times,
};
use super::steps::{World, boss};
use crate::builders::{actor_of, at, client, company, email, user};

impl Listed for UserField {
    type Row = User;

    fn label(user: &User) -> &str {
        user.name.as_ref().map_or("nobody", |name| name.as_str())
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<User>, StoreError> {
        work.users().list(list.filter, list.sort, list.page).await
    }
}

/// Everybody lists whom they see and learns of no others: staff everybody, a client itself, a visitor nobody.
pub async fn everybody_lists_whom_they_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, seen) in [
        (Actor::System, &["Carl", "Cleo", "Grace", "Rita", "Tim"][..]),
        (world.as_admin(), &["Carl", "Cleo", "Grace", "Rita", "Tim"]),
        (world.as_team(), &["Carl", "Cleo", "Grace", "Rita", "Tim"]),
        (world.as_client(), &["Cleo"]),
        (world.as_rival(), &["Rita"]),
        (Actor::Visitor, &[]),
    ] {
        let nothing_asked = Filter::<UserField>::default();
        assert_eq!(labels_seen_by(store, &actor, &nothing_asked).await, seen, "{actor:?}");
        let colleagues = filter([(UserField::CompanyId, Test::Equal(id(world.acme.id)))]);
        let seen: Vec<_> = seen.iter().copied().filter(|name| ["Carl", "Cleo"].contains(name)).collect();
        assert_eq!(labels_seen_by(store, &actor, &colleagues).await, seen, "{actor:?}");
    }
}

/// Who was deleted is not listed, who is suspended is.
pub async fn deleted_users_are_not_listed(store: &dyn Store) {
    let gone = named("Gone");
    let away = named_with("Away", |user| user.suspended_at = Some(at(1)));
    aggregates::add_all(store, &[gone.clone(), away, named("Here")]).await.unwrap();
    aggregates::delete(store, &gone).await.unwrap();
    assert_eq!(shown::<UserField>(store, []).await, ["Away", "Here"]);
}

/// `email`: `eq` and `in`, without case.
pub async fn users_are_filtered_by_address_without_case(store: &dyn Store) {
    let addressed = |name, address| named_with(name, |user| user.email = email(address));
    let users = [
        addressed("Ada", "Ada@Example.com"),
        addressed("Bob", "bob@example.com"),
        addressed("Cid", "ada@example.com.au"),
    ];
    aggregates::add_all(store, &users).await.unwrap();
    let is = |test| [(UserField::Email, test)];
    assert_eq!(shown(store, is(Test::Equal(text("aDA@exAMPLE.com")))).await, ["Ada"]);
    let both = texts(&["BOB@example.com", "ada@EXAMPLE.com"]);
    assert_eq!(shown(store, is(Test::In(both))).await, ["Ada", "Bob"]);
    assert!(shown(store, is(Test::In(vec![]))).await.is_empty());
}

/// `name`: `contains` and `startsWith`, without case; signs of patterns mean themselves, and nobody without a name is
/// found.
pub async fn users_are_filtered_by_a_part_of_the_name(store: &dyn Store) {
    let nameless = named_with("No", |user| user.name = None);
    let users = [named("Ada Lovelace"), named("Lady Ada"), named("100%"), named("100 x"), nameless];
    aggregates::add_all(store, &users).await.unwrap();
    let is = |test| [(UserField::Name, test)];
    assert_eq!(shown(store, is(Test::Contains("aDA".into()))).await, ["Ada Lovelace", "Lady Ada"]);
    assert_eq!(shown(store, is(Test::StartsWith("aDA".into()))).await, ["Ada Lovelace"]);
    assert_eq!(shown(store, is(Test::Contains("0%".into()))).await, ["100%"]);
    assert_eq!(shown(store, is(Test::StartsWith("100%".into()))).await, ["100%"]);
    assert!(shown(store, is(Test::Contains("no".into()))).await.is_empty());
}

/// `role`: `eq`, `neq`, `in`, `nin`.
pub async fn users_are_filtered_by_role(store: &dyn Store) {
    let users = [(Role::Admin, "Ada"), (Role::Team, "Tim"), (Role::Client, "Cleo")];
    let users = users.map(|(role, name)| user(role, name).build());
    aggregates::add_all(store, &users).await.unwrap();
    let is = |test| [(UserField::Role, test)];
    assert_eq!(shown(store, is(Test::Equal(text("TEAM")))).await, ["Tim"]);
    assert_eq!(shown(store, is(Test::NotEqual(text("TEAM")))).await, ["Ada", "Cleo"]);
    assert_eq!(shown(store, is(Test::In(texts(&["ADMIN", "TEAM"])))).await, ["Ada", "Tim"]);
    assert_eq!(shown(store, is(Test::NotIn(texts(&["ADMIN", "TEAM"])))).await, ["Cleo"]);
    assert_eq!(shown(store, is(Test::NotIn(vec![]))).await, ["Ada", "Cleo", "Tim"]);
}

/// `companyId`: `eq`, `in` and `null`.
pub async fn users_are_filtered_by_company(store: &dyn Store) {
    let (acme, globex) = (company("Acme").build(), company("Globex").build());
    aggregates::add_all(store, &[acme.clone(), globex.clone()]).await.unwrap();
    let users = [client("Ada", acme.id).build(), client("Bob", globex.id).build(), named("Cid")];
    aggregates::add_all(store, &users).await.unwrap();
    let is = |test| [(UserField::CompanyId, test)];
    assert_eq!(shown(store, is(Test::Equal(id(acme.id)))).await, ["Ada"]);
    assert_eq!(shown(store, is(Test::In(vec![id(globex.id), id(acme.id)]))).await, ["Ada", "Bob"]);
    assert!(shown(store, is(Test::In(vec![]))).await.is_empty());
    assert_eq!(shown(store, is(Test::Empty)).await, ["Cid"]);
    assert_eq!(shown(store, is(Test::Filled)).await, ["Ada", "Bob"]);
}

/// `suspendedAt`: `null`.
pub async fn users_are_filtered_by_suspension(store: &dyn Store) {
    let away = named_with("Away", |user| user.suspended_at = Some(at(1)));
    aggregates::add_all(store, &[away, named("Here")]).await.unwrap();
    assert_eq!(shown(store, [(UserField::SuspendedAt, Test::Empty)]).await, ["Here"]);
    assert_eq!(shown(store, [(UserField::SuspendedAt, Test::Filled)]).await, ["Away"]);
}

/// `createdAt` and `updatedAt`: `lt`, `lte`, `gt`, `gte`; two of them are `between`.
pub async fn users_are_filtered_by_time(store: &dyn Store) {
    aggregates::add_all(store, &three_of_different_times()).await.unwrap();
    is_compared(store, UserField::CreatedAt, times([1, 2, 3]), ["Bob", "Ada", "Cid"]).await;
    is_compared(store, UserField::UpdatedAt, times([70, 80, 90]), ["Ada", "Cid", "Bob"]).await;
}

/// Every condition has to hold, and the search as well.
pub async fn all_conditions_must_hold(store: &dyn Store) {
    let away = |user: &mut UserRecord| user.suspended_at = Some(at(1));
    let users = [
        user(Role::Team, "Ada One").with(away).build(),
        user(Role::Team, "Ada Two").build(),
        named_with("Ada Three", away),
        user(Role::Team, "Bob").with(away).build(),
    ];
    aggregates::add_all(store, &users).await.unwrap();
    let mut wanted =
        filter([(UserField::Role, Test::Equal(text("TEAM"))), (UserField::SuspendedAt, Test::Filled)]);
    assert_eq!(labels_seen_by(store, &boss(), &wanted).await, ["Ada One", "Bob"]);
    wanted.search = Some(Search::parse("ada").unwrap());
    assert_eq!(labels_seen_by(store, &boss(), &wanted).await, ["Ada One"]);
}

/// A word is found in name and address, without case; every word has to occur.
pub async fn words_are_searched_in_name_and_address(store: &dyn Store) {
    let addressed = |name, address| named_with(name, |user| user.email = email(address));
    let nameless = named_with("No", |user| {
        (user.name, user.email) = (None, email("the.robot@example.com"));
    });
    let users = [
        addressed("Ada Robot", "ada@example.com"),
        addressed("Bob", "ROBOTS@example.com"),
        addressed("Cid", "cid@example.com"),
        nameless,
    ];
    aggregates::add_all(store, &users).await.unwrap();
    assert_eq!(found::<UserField>(store, "roBOT").await, ["Ada Robot", "Bob", "nobody"]);
    assert_eq!(found::<UserField>(store, "example ada robot").await, ["Ada Robot"]);
    assert!(found::<UserField>(store, "%%%").await.is_empty());
}

/// Each sortable field, in both directions.
pub async fn users_are_sorted_by_each_field(store: &dyn Store) {
    aggregates::add_all(store, &three_of_different_times()).await.unwrap();
    is_sorted_by(store, UserField::Email, &["Ada", "Bob", "Cid"]).await;
    is_sorted_by(store, UserField::CreatedAt, &["Bob", "Ada", "Cid"]).await;
    is_sorted_by(store, UserField::UpdatedAt, &["Ada", "Cid", "Bob"]).await;
}

/// Addresses are ordered by code point, whatever the language of the store is, and pages follow that order.
pub async fn addresses_are_sorted_by_code_point(store: &dyn Store) {
    let order = ["Zoe@x.org", "a-b@x.org", "a.b@x.org", "aB@x.org", "ab@x.org.au", "zoe@x.com", "é@x.org"];
    let addressed = |address: &&str| named_with(address, |user| user.email = email(address));
    let mut users: Vec<User> = order.iter().map(addressed).collect();
    users.rotate_left(3);
    aggregates::add_all(store, &users).await.unwrap();
    is_sorted_by(store, UserField::Email, &order).await;
    is_paged(store, &Sort::by(UserField::Email, Direction::Descending)).await;
}

/// Users can be met page by page.
pub async fn users_are_met_page_by_page(store: &dyn Store) {
    World::in_store(store).await;
    for field in [UserField::Email, UserField::CreatedAt] {
        is_paged(store, &Sort::by(field, Direction::Ascending)).await;
    }
}

/// A client who has no company is listed for itself like any other.
pub async fn a_client_without_company_lists_itself(store: &dyn Store) {
    World::in_store(store).await;
    let alone = named("Alone");
    aggregates::add_all(store, &[alone.clone(), named("Other")]).await.unwrap();
    let nothing_asked = Filter::<UserField>::default();
    assert_eq!(labels_seen_by(store, &actor_of(&alone), &nothing_asked).await, ["Alone"]);
}

fn named(name: &str) -> User {
    user(Role::Client, name).build()
}

fn named_with(name: &str, change: impl FnOnce(&mut UserRecord)) -> User {
    user(Role::Client, name).with(change).build()
}

fn three_of_different_times() -> [User; 3] {
    [("Bob", 1, 90), ("Ada", 2, 70), ("Cid", 3, 80)].map(|(name, created, updated)| {
        named_with(name, |user| (user.created_at, user.updated_at) = (at(created), at(updated)))
    })
}

fn id(company: CompanyId) -> FieldValue {
    FieldValue::Id(company.uuid())
}

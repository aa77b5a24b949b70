//! What lists of credentials show: filters, order, and to whom.

use kairo_domain::{
    Actor, Credential, CredentialField, CredentialKind, CredentialRecord, Direction, FieldValue, Filter,
    Page, PageRequest, Sort, Test, UserId,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::credentials::add;
use super::lists::{
    List, Listed, found, is_compared, is_paged, is_sorted_by, labels_seen_by, page_seen_by, shown, text,
    texts, times,
};
use super::steps::World;
use crate::builders::{at, credential};

impl Listed for CredentialField {
    type Row = Credential;

    fn label(credential: &Credential) -> &str {
        credential.name.as_str()
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<Credential>, StoreError> {
        work.credentials().list(list.filter, list.sort, list.page).await
    }
}

/// Everybody lists their own and learns of no others; administrators list all.
pub async fn everybody_lists_what_they_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    let owners = [(world.admin.id, "ada"), (world.team.id, "tim"), (world.client.id, "cleo")];
    add_all(store, &owners.map(|(owner, name)| credential(owner, name).build())).await;
    for (actor, seen) in [
        (Actor::System, &["ada", "cleo", "tim"][..]),
        (world.as_admin(), &["ada", "cleo", "tim"]),
        (world.as_team(), &["tim"]),
        (world.as_client(), &["cleo"]),
        (world.as_rival(), &[]),
        (Actor::Visitor, &[]),
    ] {
        let nothing_asked = Filter::<CredentialField>::default();
        assert_eq!(labels_seen_by(store, &actor, &nothing_asked).await, seen, "{actor:?}");
    }
}

/// No list shows a secret, not even to the program itself.
pub async fn no_list_shows_a_secret(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_all(store, &[credential(world.client.id, "crm").build()]).await;
    let (filter, page) = (Filter::default(), PageRequest::default());
    let sort = &Sort::by(CredentialField::Name, Direction::Ascending);
    for actor in [Actor::System, world.as_admin(), world.as_client()] {
        let list = List { filter: &filter, sort, page: &page };
        let met = page_seen_by::<CredentialField>(store, &actor, list).await.items;
        assert_eq!(met.len(), 1);
        assert_eq!(met[0].sealed.expose(), "", "{actor:?}");
    }
}

/// `name`: `eq` and `in`.
pub async fn credentials_are_filtered_by_name(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_all(store, &three_of(world.client.id)).await;
    let is = |test| [(CredentialField::Name, test)];
    assert_eq!(shown(store, is(Test::Equal(text("crm")))).await, ["crm"]);
    assert_eq!(shown(store, is(Test::In(texts(&["crm", "erp", "other"])))).await, ["crm", "erp"]);
    assert!(shown(store, is(Test::Equal(text("CRM")))).await.is_empty());
}

/// `kind`: `eq`, `neq`, `in` and `nin`.
pub async fn credentials_are_filtered_by_kind(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_all(store, &three_of(world.client.id)).await;
    let is = |test| [(CredentialField::Kind, test)];
    assert_eq!(shown(store, is(Test::Equal(text("basic")))).await, ["erp"]);
    assert_eq!(shown(store, is(Test::NotEqual(text("basic")))).await, ["crm", "hooks"]);
    assert_eq!(shown(store, is(Test::In(texts(&["bearer", "secret"])))).await, ["crm", "hooks"]);
    assert_eq!(shown(store, is(Test::NotIn(texts(&["bearer", "secret"])))).await, ["erp"]);
}

/// `ownerId`: `eq` and `in`.
pub async fn credentials_are_filtered_by_owner(store: &dyn Store) {
    let world = World::in_store(store).await;
    let owners = [(world.admin.id, "ada"), (world.team.id, "tim"), (world.client.id, "cleo")];
    add_all(store, &owners.map(|(owner, name)| credential(owner, name).build())).await;
    let is = |test| [(CredentialField::OwnerId, test)];
    let id = |user: UserId| FieldValue::Id(user.uuid());
    assert_eq!(shown(store, is(Test::Equal(id(world.team.id)))).await, ["tim"]);
    let both = vec![id(world.team.id), id(world.admin.id)];
    assert_eq!(shown(store, is(Test::In(both))).await, ["ada", "tim"]);
    assert!(shown(store, is(Test::Equal(id(world.rival.id)))).await.is_empty());
}

/// `createdAt` and `updatedAt`: `lt`, `lte`, `gt`, `gte`; two of them are `between`.
pub async fn credentials_are_filtered_by_time(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_all(store, &three_of(world.client.id)).await;
    is_compared(store, CredentialField::CreatedAt, times([1, 2, 3]), ["crm", "hooks", "erp"]).await;
    is_compared(store, CredentialField::UpdatedAt, times([70, 80, 90]), ["erp", "crm", "hooks"]).await;
}

/// Credentials have no text in which words are searched.
pub async fn a_search_finds_nothing(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_all(store, &three_of(world.client.id)).await;
    assert!(found::<CredentialField>(store, "crm").await.is_empty());
}

/// Each sortable field, in both directions; names by code points.
pub async fn credentials_are_sorted_by_each_field(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_all(store, &three_of(world.client.id)).await;
    is_sorted_by(store, CredentialField::Name, &["crm", "erp", "hooks"]).await;
    is_sorted_by(store, CredentialField::CreatedAt, &["crm", "hooks", "erp"]).await;
    is_sorted_by(store, CredentialField::UpdatedAt, &["erp", "crm", "hooks"]).await;
}

/// Credentials can be met page by page, also where different owners have the same names.
pub async fn credentials_are_met_page_by_page(store: &dyn Store) {
    let world = World::in_store(store).await;
    let names = ["a", "a-b", "a.b", "a_b", "ab"];
    add_all(store, &names.map(|name| credential(world.client.id, name).build())).await;
    add_all(store, &["a", "ab"].map(|name| credential(world.team.id, name).build())).await;
    for direction in [Direction::Ascending, Direction::Descending] {
        is_paged(store, &Sort::by(CredentialField::Name, direction)).await;
        is_paged(store, &Sort::by(CredentialField::CreatedAt, direction)).await;
    }
}

fn three_of(owner: UserId) -> [Credential; 3] {
    [
        ("crm", CredentialKind::Bearer, 1, 80),
        ("erp", CredentialKind::Basic, 3, 70),
        ("hooks", CredentialKind::Secret, 2, 90),
    ]
    .map(|(name, kind, created, updated)| {
        let made = credential(owner, name).with(|credential: &mut CredentialRecord| {
            credential.kind = kind;
            (credential.created_at, credential.updated_at) = (at(created), at(updated));
        });
        made.build()
    })
}

async fn add_all(store: &dyn Store, credentials: &[Credential]) {
    for credential in credentials {
        add(store, &Actor::System, credential).await.unwrap();
    }
}

//! What lists of invitations show: filters, order, and to whom.

use kairo_domain::{
    Actor, CompanyId, Direction, FieldValue, Filter, Invitation, InvitationField, Page, Role, Sort, Test,
};
use kairo_ports::{Store, StoreError, UnitOfWork};

use super::invitations::add;
use super::lists::{
    List, Listed, filter, found, is_compared, is_paged, is_sorted_by, labels_seen_by, shown, text, texts,
    times,
};
use super::steps::World;
use crate::builders::{at, invitation};

impl Listed for InvitationField {
    type Row = Invitation;

    fn label(invitation: &Invitation) -> &str {
        invitation.email.as_str()
    }

    async fn list(work: &mut dyn UnitOfWork, list: List<'_, Self>) -> Result<Page<Invitation>, StoreError> {
        work.invitations().list(list.filter, list.sort, list.page).await
    }
}

/// Everybody lists what they see and learns of no others: the team the invitations of clients, administrators all.
pub async fn everybody_lists_what_they_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_all(store, &one_of_each_role()).await;
    for (actor, seen) in [
        (Actor::System, &["ada@x.org", "cleo@x.org", "tim@x.org"][..]),
        (world.as_admin(), &["ada@x.org", "cleo@x.org", "tim@x.org"]),
        (world.as_team(), &["cleo@x.org"]),
        (world.as_client(), &[]),
        (Actor::Visitor, &[]),
    ] {
        let nothing_asked = Filter::<InvitationField>::default();
        assert_eq!(labels_seen_by(store, &actor, &nothing_asked).await, seen, "{actor:?}");
        let staff = filter([(InvitationField::Role, Test::Equal(text("TEAM")))]);
        let seen: Vec<_> = seen.iter().copied().filter(|email| *email == "tim@x.org").collect();
        assert_eq!(labels_seen_by(store, &actor, &staff).await, seen, "{actor:?}");
    }
}

/// What was accepted or taken back is listed as well.
pub async fn settled_invitations_are_listed(store: &dyn Store) {
    let accepted = invitation("accepted@x.org", Role::Client).with(|one| one.accepted_at = Some(at(5)));
    let revoked = invitation("revoked@x.org", Role::Client).with(|one| one.revoked_at = Some(at(5)));
    add_all(store, &[accepted.build(), revoked.build()]).await;
    assert_eq!(shown::<InvitationField>(store, []).await, ["accepted@x.org", "revoked@x.org"]);
}

/// `email`: `eq` and `in`, without case.
pub async fn invitations_are_filtered_by_address_without_case(store: &dyn Store) {
    let invitations = ["Ada@x.org", "bob@x.org", "ada@x.org.au"].map(to);
    add_all(store, &invitations).await;
    let is = |test| [(InvitationField::Email, test)];
    assert_eq!(shown(store, is(Test::Equal(text("aDA@X.org")))).await, ["Ada@x.org"]);
    let both = texts(&["BOB@x.org", "ada@x.ORG"]);
    assert_eq!(shown(store, is(Test::In(both))).await, ["Ada@x.org", "bob@x.org"]);
}

/// `role`: `eq` and `in`.
pub async fn invitations_are_filtered_by_role(store: &dyn Store) {
    add_all(store, &one_of_each_role()).await;
    let is = |test| [(InvitationField::Role, test)];
    assert_eq!(shown(store, is(Test::Equal(text("CLIENT")))).await, ["cleo@x.org"]);
    assert_eq!(shown(store, is(Test::In(texts(&["ADMIN", "TEAM"])))).await, ["ada@x.org", "tim@x.org"]);
    assert!(shown(store, is(Test::In(vec![]))).await.is_empty());
}

/// `companyId`: `eq`, `in` and `null`.
pub async fn invitations_are_filtered_by_company(store: &dyn Store) {
    let world = World::in_store(store).await;
    let of = |email, company: CompanyId| Invitation { company: Some(company), ..to(email) };
    let invitations = [of("ada@x.org", world.acme.id), of("bob@x.org", world.globex.id), to("cid@x.org")];
    add_all(store, &invitations).await;
    let is = |test| [(InvitationField::CompanyId, test)];
    let id = |company: CompanyId| FieldValue::Id(company.uuid());
    assert_eq!(shown(store, is(Test::Equal(id(world.acme.id)))).await, ["ada@x.org"]);
    let both = vec![id(world.globex.id), id(world.acme.id)];
    assert_eq!(shown(store, is(Test::In(both))).await, ["ada@x.org", "bob@x.org"]);
    assert_eq!(shown(store, is(Test::Empty)).await, ["cid@x.org"]);
    assert_eq!(shown(store, is(Test::Filled)).await, ["ada@x.org", "bob@x.org"]);
}

/// `createdAt` and `expiresAt`: `lt`, `lte`, `gt`, `gte`; two of them are `between`.
pub async fn invitations_are_filtered_by_time(store: &dyn Store) {
    add_all(store, &three_of_different_times()).await;
    is_compared(store, InvitationField::CreatedAt, times([1, 2, 3]), ["bob@x.org", "ada@x.org", "cid@x.org"])
        .await;
    is_compared(
        store,
        InvitationField::ExpiresAt,
        times([70, 80, 90]),
        ["ada@x.org", "cid@x.org", "bob@x.org"],
    )
    .await;
}

/// Invitations have no text in which words are searched.
pub async fn a_search_finds_nothing(store: &dyn Store) {
    add_all(store, &one_of_each_role()).await;
    assert!(found::<InvitationField>(store, "ada").await.is_empty());
}

/// Each sortable field, in both directions.
pub async fn invitations_are_sorted_by_each_field(store: &dyn Store) {
    add_all(store, &three_of_different_times()).await;
    is_sorted_by(store, InvitationField::CreatedAt, &["bob@x.org", "ada@x.org", "cid@x.org"]).await;
    is_sorted_by(store, InvitationField::ExpiresAt, &["ada@x.org", "cid@x.org", "bob@x.org"]).await;
}

/// Invitations can be met page by page.
pub async fn invitations_are_met_page_by_page(store: &dyn Store) {
    add_all(store, &["a@x.org", "b@x.org", "c@x.org", "d@x.org", "e@x.org"].map(to)).await;
    for direction in [Direction::Ascending, Direction::Descending] {
        is_paged(store, &Sort::by(InvitationField::CreatedAt, direction)).await;
    }
}

fn to(email: &str) -> Invitation {
    invitation(email, Role::Client).build()
}

fn one_of_each_role() -> [Invitation; 3] {
    [("ada@x.org", Role::Admin), ("tim@x.org", Role::Team), ("cleo@x.org", Role::Client)]
        .map(|(email, role)| invitation(email, role).build())
}

fn three_of_different_times() -> [Invitation; 3] {
    [("bob@x.org", 1, 90), ("ada@x.org", 2, 70), ("cid@x.org", 3, 80)].map(|(email, created, expires)| {
        Invitation { created_at: at(created), expires_at: at(expires), ..to(email) }
    })
}

async fn add_all(store: &dyn Store, invitations: &[Invitation]) {
    for invitation in invitations {
        add(store, &Actor::System, invitation).await.unwrap();
    }
}

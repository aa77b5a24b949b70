//! Users: what is stored of them, their addresses, and who sees them.

use kairo_domain::{Actor, CompanyId, Role, User, UserId, UserRecord, Verb};
use kairo_ports::Store;

use super::aggregates::{self, Aggregate};
use super::steps::{
    World, add_user, assert_missing, assert_out_of_reach, assert_taken, begin, begin_read, boss, land,
    save_user, user_seen_by,
};
use crate::builders::{at, email, full_user, next_id, permit, user};

/// Every field comes back as it was given.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    aggregates::what_was_added_is_found(store, full_user(world.acme.id).build()).await;
}

/// Fields that are empty stay empty.
pub async fn what_has_only_the_needed_is_found(store: &dyn Store) {
    for role in Role::ALL {
        aggregates::what_was_added_is_found(store, bare(role)).await;
    }
}

/// A save writes every field, the role included.
pub async fn what_was_saved_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    let empty = bare(Role::Team);
    let filled = full_user(world.acme.id).with(|user| {
        user.id = empty.id;
        user.version = empty.version.next();
    });
    let filled = filled.build();
    aggregates::what_was_saved_is_found(store, empty.clone(), filled.clone()).await;
    let emptied = UserRecord {
        updated_at: at(200),
        version: filled.version.next(),
        email: email("emptied@example.com"),
        ..UserRecord::clone(&empty)
    };
    let emptied = User::restore(emptied);
    aggregates::save(store, &emptied).await.unwrap();
    assert_eq!(aggregates::stored(store, &emptied).await, Some(emptied));
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    aggregates::nothing_is_kept_without_commit(store, bare(Role::Client)).await;
}

/// A unit sees what it wrote, and may write it again.
pub async fn own_writes_are_visible_in_the_unit(store: &dyn Store) {
    aggregates::own_writes_are_visible_in_the_unit(store, bare(Role::Client)).await;
}

/// Only the version after the stored one can be saved.
pub async fn a_stale_save_is_refused(store: &dyn Store) {
    aggregates::a_stale_save_is_refused(store, bare(Role::Client)).await;
}

/// A version cannot be left out.
pub async fn a_save_that_skips_a_version_is_refused(store: &dyn Store) {
    aggregates::a_save_that_skips_a_version_is_refused(store, bare(Role::Client)).await;
}

/// A save makes nothing new.
pub async fn saving_what_was_never_added_is_refused(store: &dyn Store) {
    aggregates::saving_what_was_never_added_is_refused(store, bare(Role::Client)).await;
}

/// Of two units that change the same version, the second one loses.
pub async fn two_writers_cannot_both_win(store: &dyn Store) {
    aggregates::two_writers_cannot_both_win(store, bare(Role::Client)).await;
}

/// An id belongs to the first who has it.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let cleo = bare(Role::Client);
    let rival = user(Role::Client, "Rival").with(|user| user.id = cleo.id).build();
    aggregates::an_id_cannot_be_taken_twice(store, cleo, rival).await;
}

/// Nor can two units have it.
pub async fn an_id_cannot_be_taken_by_two_units(store: &dyn Store) {
    let cleo = bare(Role::Client);
    let rival = user(Role::Client, "Rival").with(|user| user.id = cleo.id).build();
    aggregates::an_id_cannot_be_taken_by_two_units(store, cleo, rival).await;
}

/// A deleted user is neither found nor saved, and its id stays taken.
pub async fn what_was_deleted_vanishes(store: &dyn Store) {
    aggregates::what_was_deleted_vanishes(store, bare(Role::Client)).await;
}

/// A permit says for what it is.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    aggregates::a_permit_for_something_else_is_refused(store, bare(Role::Client)).await;
}

/// An id that nobody has is no error.
pub async fn an_unknown_user_is_not_found(store: &dyn Store) {
    let id = UserId::from_uuid(next_id());
    assert_eq!(begin_read(store, &boss()).await.users().get(id).await.unwrap(), None);
    assert_eq!(owner_seen_by(store, &boss(), "nobody@example.com").await, None);
}

/// Addresses are compared without case, and kept as they were typed.
pub async fn an_address_is_found_without_case(store: &dyn Store) {
    let cleo = addressed("Cleo@Example.com");
    add_user(store, &cleo).await.unwrap();
    for text in ["Cleo@Example.com", "cleo@example.com", "CLEO@EXAMPLE.COM"] {
        assert_eq!(owner_seen_by(store, &boss(), text).await.as_ref(), Some(&cleo));
    }
    assert_eq!(owner_seen_by(store, &boss(), "cleo@example.co").await, None);
}

/// An address belongs to one user, however it is written.
pub async fn an_address_cannot_be_taken_twice(store: &dyn Store) {
    add_user(store, &addressed("cleo@example.com")).await.unwrap();
    assert_taken(add_user(store, &addressed("cleo@example.com")).await, "email");
    assert_taken(add_user(store, &addressed("Cleo@EXAMPLE.com")).await, "email");
}

/// Nor can two units have it.
pub async fn an_address_cannot_be_taken_by_two_units(store: &dyn Store) {
    let (cleo, rival) = (addressed("cleo@example.com"), addressed("CLEO@example.com"));
    let (mut one, mut other) = (begin(store, &boss()).await, begin(store, &boss()).await);
    one.users().add(&permit(&boss(), Verb::Create, &cleo), &cleo).await.unwrap();
    one.commit().await.unwrap();
    let added = other.users().add(&permit(&boss(), Verb::Create, &rival), &rival).await;
    assert_taken(land(other, added).await, "email");
    assert_eq!(owner_seen_by(store, &boss(), "cleo@example.com").await, Some(cleo));
}

/// Nobody moves to an address that is in use; writing one's own differently is no harm.
pub async fn an_address_cannot_be_moved_to_when_taken(store: &dyn Store) {
    let (cleo, carl) = (addressed("cleo@example.com"), addressed("carl@example.com"));
    add_user(store, &cleo).await.unwrap();
    add_user(store, &carl).await.unwrap();
    assert_taken(aggregates::save(store, &moved_to(&carl, "Cleo@example.com")).await, "email");
    aggregates::save(store, &moved_to(&carl, "CARL@example.com")).await.unwrap();
}

/// The address of a deleted user is free again, as often as one likes.
pub async fn the_address_of_a_deleted_user_is_free(store: &dyn Store) {
    for _ in 0..2 {
        let cleo = addressed("Cleo@example.com");
        add_user(store, &cleo).await.unwrap();
        aggregates::delete(store, &cleo).await.unwrap();
        assert_eq!(owner_seen_by(store, &boss(), "cleo@example.com").await, None);
    }
    add_user(store, &addressed("cleo@example.com")).await.unwrap();
}

/// A user belongs to a company that exists.
pub async fn a_company_that_is_not_there_is_missing(store: &dyn Store) {
    let nowhere = Some(CompanyId::from_uuid(next_id()));
    let cleo = user(Role::Client, "Cleo").with(|user| user.company = nowhere).build();
    assert_missing(add_user(store, &cleo).await, "companyId");
    assert_eq!(user_seen_by(store, &boss(), &cleo).await, None);

    let carl = bare(Role::Client);
    add_user(store, &carl).await.unwrap();
    let mut moved = UserRecord::clone(&carl.clone());
    (moved.company, moved.updated_at, moved.version) = (nowhere, at(5), carl.version.next());
    assert_missing(aggregates::save(store, &User::restore(moved)).await, "companyId");
    assert_eq!(user_seen_by(store, &boss(), &carl).await, Some(carl));
}

/// A company and its first user can be made in one unit.
pub async fn a_company_of_the_same_unit_is_there(store: &dyn Store) {
    let acme = crate::builders::company("Acme").build();
    let cleo = crate::builders::client("Cleo", acme.id).build();
    let boss = boss();
    let mut work = begin(store, &boss).await;
    work.companies().add(&permit(&boss, Verb::Create, &acme), &acme).await.unwrap();
    work.users().add(&permit(&boss, Verb::Create, &cleo), &cleo).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(user_seen_by(store, &boss, &cleo).await, Some(cleo));
}

/// Administrators, the team and the program see every user.
pub async fn staff_sees_every_user(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_admin(), world.as_team(), Actor::System] {
        for user in [&world.admin, &world.team, &world.client, &world.rival] {
            assert_eq!(user_seen_by(store, &actor, user).await.as_ref(), Some(user), "{actor:?}");
            let owner = owner_seen_by(store, &actor, user.email.as_str()).await;
            assert_eq!(owner.as_ref(), Some(user), "{actor:?}");
        }
    }
}

/// A client sees its own account, and not even its colleagues'.
pub async fn a_client_sees_itself(store: &dyn Store) {
    let world = World::in_store(store).await;
    let client = world.as_client();
    assert_eq!(user_seen_by(store, &client, &world.client).await.as_ref(), Some(&world.client));
    assert_eq!(
        owner_seen_by(store, &client, world.client.email.as_str()).await.as_ref(),
        Some(&world.client)
    );
    for user in [&world.colleague, &world.rival, &world.team, &world.admin] {
        assert_eq!(user_seen_by(store, &client, user).await, None);
        assert_eq!(owner_seen_by(store, &client, user.email.as_str()).await, None);
    }
}

/// A visitor sees nobody.
pub async fn a_visitor_sees_no_user(store: &dyn Store) {
    let world = World::in_store(store).await;
    assert_eq!(user_seen_by(store, &Actor::Visitor, &world.client).await, None);
    assert_eq!(owner_seen_by(store, &Actor::Visitor, world.client.email.as_str()).await, None);
}

/// A visitor signs up, without seeing what became of it.
pub async fn a_visitor_signs_up(store: &dyn Store) {
    let cleo = user(Role::Client, "Cleo").with(|user| user.email_verified_at = None).build();
    let mut work = begin(store, &Actor::Visitor).await;
    work.users().add(&permit(&Actor::Visitor, Verb::Create, &cleo), &cleo).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(user_seen_by(store, &Actor::Visitor, &cleo).await, None);
    assert_eq!(user_seen_by(store, &boss(), &cleo).await, Some(cleo));
}

/// The team and clients make no users, whoever was permitted to.
pub async fn only_administrators_add_users(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_team(), world.as_client()] {
        let eve = bare(Role::Client);
        let mut work = begin(store, &actor).await;
        let added = work.users().add(&permit(&Actor::System, Verb::Create, &eve), &eve).await;
        assert_out_of_reach(land(work, added).await);
        assert_eq!(user_seen_by(store, &boss(), &eve).await, None);
    }
}

/// Everybody edits their own account.
pub async fn everybody_edits_themselves(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, user) in
        [(world.as_admin(), &world.admin), (world.as_team(), &world.team), (world.as_client(), &world.client)]
    {
        let renamed = renamed(user);
        save_user(store, &actor, Verb::Update, &renamed).await.unwrap();
        assert_eq!(user_seen_by(store, &actor, user).await, Some(renamed), "{actor:?}");
    }
}

/// Only administrators edit the accounts of others, whoever was permitted to.
pub async fn only_administrators_edit_others(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, user) in [
        (world.as_team(), &world.client),
        (world.as_team(), &world.admin),
        (world.as_client(), &world.colleague),
        (world.as_client(), &world.rival),
        (Actor::Visitor, &world.client),
    ] {
        assert_out_of_reach(save_user(store, &actor, Verb::Update, &renamed(user)).await);
        assert_eq!(user_seen_by(store, &boss(), user).await.as_ref(), Some(user), "{actor:?}");
    }
    let renamed = renamed(&world.rival);
    save_user(store, &world.as_admin(), Verb::Update, &renamed).await.unwrap();
    assert_eq!(user_seen_by(store, &boss(), &renamed).await, Some(renamed));
}

fn bare(role: Role) -> User {
    let empty = |user: &mut UserRecord| (user.name, user.email_verified_at) = (None, None);
    user(role, "Bare").with(empty).build()
}

fn addressed(text: &str) -> User {
    user(Role::Client, "Cleo").with(|user| user.email = email(text)).build()
}

fn moved_to(user: &User, text: &str) -> User {
    let mut record = UserRecord::clone(user);
    (record.email, record.updated_at, record.version) = (email(text), at(5), user.version.next());
    User::restore(record)
}

fn renamed(user: &User) -> User {
    user.changed("Renamed")
}

async fn owner_seen_by(store: &dyn Store, actor: &Actor, address: &str) -> Option<User> {
    begin_read(store, actor).await.users().find_by_email(&email(address)).await.unwrap()
}

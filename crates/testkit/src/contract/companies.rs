//! Companies.

use kairo_domain::{Actor, Company, CompanyId, Verb};
use kairo_ports::Store;

use super::aggregates::{self, Aggregate};
use super::steps::{World, assert_out_of_reach, begin, begin_read, boss, land};
use crate::builders::{actor_of, at, company, full_company, next_id, permit, user};

/// Every field comes back as it was given.
pub async fn what_was_added_is_found(store: &dyn Store) {
    aggregates::what_was_added_is_found(store, full_company().build()).await;
}

/// Fields that are empty stay empty.
pub async fn what_has_only_the_needed_is_found(store: &dyn Store) {
    aggregates::what_was_added_is_found(store, company("Acme").build()).await;
}

/// A save writes every field.
pub async fn what_was_saved_is_found(store: &dyn Store) {
    let empty = company("Acme").build();
    let filled = full_company().with(|company| {
        company.id = empty.id;
        company.version = empty.version.next();
    });
    let filled = filled.build();
    aggregates::what_was_saved_is_found(store, empty.clone(), filled.clone()).await;
    let emptied = company("Acme").with(|company| {
        company.id = empty.id;
        company.updated_at = at(200);
        company.version = filled.version.next();
    });
    let emptied = emptied.build();
    aggregates::save(store, &emptied).await.unwrap();
    assert_eq!(aggregates::stored(store, &emptied).await, Some(emptied));
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    aggregates::nothing_is_kept_without_commit(store, company("Acme").build()).await;
}

/// A unit sees what it wrote, and may write it again.
pub async fn own_writes_are_visible_in_the_unit(store: &dyn Store) {
    aggregates::own_writes_are_visible_in_the_unit(store, company("Acme").build()).await;
}

/// Only the version after the stored one can be saved.
pub async fn a_stale_save_is_refused(store: &dyn Store) {
    aggregates::a_stale_save_is_refused(store, company("Acme").build()).await;
}

/// A version cannot be left out.
pub async fn a_save_that_skips_a_version_is_refused(store: &dyn Store) {
    aggregates::a_save_that_skips_a_version_is_refused(store, company("Acme").build()).await;
}

/// A save makes nothing new.
pub async fn saving_what_was_never_added_is_refused(store: &dyn Store) {
    aggregates::saving_what_was_never_added_is_refused(store, company("Acme").build()).await;
}

/// Of two units that change the same version, the second one loses.
pub async fn two_writers_cannot_both_win(store: &dyn Store) {
    aggregates::two_writers_cannot_both_win(store, company("Acme").build()).await;
}

/// An id belongs to the first who has it.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let acme = company("Acme").build();
    let rival = company("Rival").with(|company| company.id = acme.id).build();
    aggregates::an_id_cannot_be_taken_twice(store, acme, rival).await;
}

/// Nor can two units have it.
pub async fn an_id_cannot_be_taken_by_two_units(store: &dyn Store) {
    let acme = company("Acme").build();
    let rival = company("Rival").with(|company| company.id = acme.id).build();
    aggregates::an_id_cannot_be_taken_by_two_units(store, acme, rival).await;
}

/// A deleted company is neither found nor saved, and its id stays taken.
pub async fn what_was_deleted_vanishes(store: &dyn Store) {
    aggregates::what_was_deleted_vanishes(store, company("Acme").build()).await;
}

/// A permit says for what it is.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    aggregates::a_permit_for_something_else_is_refused(store, company("Acme").build()).await;
}

/// An id that nobody has is no error.
pub async fn an_unknown_company_is_not_found(store: &dyn Store) {
    assert_eq!(seen_by(store, &boss(), CompanyId::from_uuid(next_id())).await, None);
}

/// Administrators, the team and the program see every company.
pub async fn staff_sees_every_company(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_admin(), world.as_team(), Actor::System] {
        for company in [&world.acme, &world.globex] {
            assert_eq!(seen_by(store, &actor, company.id).await.as_ref(), Some(company), "{actor:?}");
        }
    }
}

/// A client sees its own company, and no other.
pub async fn a_client_sees_its_own_company(store: &dyn Store) {
    let world = World::in_store(store).await;
    assert_eq!(seen_by(store, &world.as_client(), world.acme.id).await.as_ref(), Some(&world.acme));
    assert_eq!(seen_by(store, &world.as_client(), world.globex.id).await, None);
    assert_eq!(seen_by(store, &world.as_rival(), world.globex.id).await.as_ref(), Some(&world.globex));
    assert_eq!(seen_by(store, &world.as_rival(), world.acme.id).await, None);
}

/// Without a company there is none to see.
pub async fn nobody_else_sees_a_company(store: &dyn Store) {
    let world = World::in_store(store).await;
    let alone = actor_of(&user(kairo_domain::Role::Client, "Alone").build());
    for actor in [alone, Actor::Visitor] {
        assert_eq!(seen_by(store, &actor, world.acme.id).await, None, "{actor:?}");
    }
}

/// A deleted company is gone for its clients as well.
pub async fn a_deleted_company_is_gone_for_its_clients(store: &dyn Store) {
    let world = World::in_store(store).await;
    aggregates::delete(store, &world.acme).await.unwrap();
    assert_eq!(seen_by(store, &world.as_client(), world.acme.id).await, None);
}

/// The team adds and changes companies.
pub async fn the_team_keeps_companies(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (team, initech) = (world.as_team(), company("Initech").build());
    let mut work = begin(store, &team).await;
    work.companies().add(&permit(&team, Verb::Create, &initech), &initech).await.unwrap();
    work.commit().await.unwrap();
    let renamed = initech.changed("Initrode");
    let mut work = begin(store, &team).await;
    work.companies().save(&permit(&team, Verb::Update, &renamed), &renamed).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(seen_by(store, &team, initech.id).await, Some(renamed));
}

/// Clients and visitors add no company and change none, whoever was permitted to.
pub async fn outsiders_write_no_company(store: &dyn Store) {
    let world = World::in_store(store).await;
    let admin = world.as_admin();
    for actor in [world.as_client(), world.as_rival(), Actor::Visitor] {
        let initech = company("Initech").build();
        let mut work = begin(store, &actor).await;
        let added = work.companies().add(&permit(&admin, Verb::Create, &initech), &initech).await;
        assert_out_of_reach(land(work, added).await);
        assert_eq!(seen_by(store, &admin, initech.id).await, None);

        let mut acme = world.acme.clone();
        acme.delete(at(5));
        let mut work = begin(store, &actor).await;
        let saved = work.companies().save(&permit(&admin, Verb::Update, &acme), &acme).await;
        assert_out_of_reach(land(work, saved).await);
    }
    assert_eq!(seen_by(store, &admin, world.acme.id).await, Some(world.acme));
}

async fn seen_by(store: &dyn Store, actor: &Actor, id: CompanyId) -> Option<Company> {
    begin_read(store, actor).await.companies().get(id).await.unwrap()
}

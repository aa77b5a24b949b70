//! What is guarded about users beyond rows: passwords, roles, and the last administrator.

use kairo_domain::{Actor, Email, Role, User, UserRecord, Verb};
use kairo_ports::{Credentials, PasswordHash, Store, StoreError};

use super::aggregates::{self, Aggregate};
use super::steps::{
    World, add_user, assert_last_admin, assert_out_of_reach, assert_refused, assert_stale, begin, begin_read,
    boss, land, save_user, user_seen_by,
};
use crate::builders::{actor_of, admin, at, email, permit, user};

/// Who has no password cannot sign in.
pub async fn a_new_user_has_no_password(store: &dyn Store) {
    let cleo = user(Role::Client, "Cleo").build();
    add_user(store, &cleo).await.unwrap();
    let credentials = credentials(store, &cleo.email).await.unwrap();
    assert_eq!((credentials.user, credentials.password_hash), (cleo, PasswordHash::unusable()));
}

/// A password is looked up by address, without case.
pub async fn a_password_is_found_by_address(store: &dyn Store) {
    let cleo = user(Role::Client, "Cleo").with(|user| user.email = email("Cleo@example.com")).build();
    let carl = user(Role::Client, "Carl").build();
    add_user(store, &cleo).await.unwrap();
    add_user(store, &carl).await.unwrap();
    set_password(store, &Actor::System, &cleo, "first").await.unwrap();
    set_password(store, &Actor::System, &cleo, "second").await.unwrap();
    let found = credentials(store, &email("cleo@EXAMPLE.com")).await.unwrap();
    assert_eq!((found.user.id, found.password_hash.as_str()), (cleo.id, "second"));
    assert_eq!(credentials(store, &carl.email).await.unwrap().password_hash, PasswordHash::unusable());
    assert!(credentials(store, &email("nobody@example.com")).await.is_none());
}

/// A password is no part of the user: no new version, and nobody's `ETag` goes stale.
pub async fn a_password_makes_no_new_version(store: &dyn Store) {
    let cleo = user(Role::Client, "Cleo").build();
    add_user(store, &cleo).await.unwrap();
    set_password(store, &Actor::System, &cleo, "secret").await.unwrap();
    assert_eq!(user_seen_by(store, &boss(), &cleo).await, Some(cleo));
}

/// Saving a user leaves its password alone.
pub async fn a_save_keeps_the_password(store: &dyn Store) {
    let cleo = user(Role::Client, "Cleo").build();
    add_user(store, &cleo).await.unwrap();
    set_password(store, &Actor::System, &cleo, "secret").await.unwrap();
    aggregates::save(store, &cleo.changed("Cleopatra")).await.unwrap();
    assert_eq!(credentials(store, &cleo.email).await.unwrap().password_hash.as_str(), "secret");
}

/// A password is set with the unit, or not at all.
pub async fn a_password_is_not_kept_without_commit(store: &dyn Store) {
    let cleo = user(Role::Client, "Cleo").build();
    add_user(store, &cleo).await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    let (may, hash) = (permit(&Actor::System, Verb::Update, &cleo), PasswordHash::new("secret".to_owned()));
    work.users().set_password_hash(&may, cleo.id, &hash).await.unwrap();
    let seen = work.users().find_credentials(&cleo.email).await.unwrap().unwrap();
    assert_eq!(seen.password_hash, hash);
    drop(work);
    assert_eq!(credentials(store, &cleo.email).await.unwrap().password_hash, PasswordHash::unusable());
}

/// Passwords are the program's business; not even an administrator sees one.
pub async fn only_the_program_sees_passwords(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_admin(), world.as_team(), world.as_client(), Actor::Visitor] {
        let mut work = begin_read(store, &actor).await;
        let found = work.users().find_credentials(&world.client.email).await.map(drop);
        assert_refused(found);
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.users().password_hash(world.client.id).await.map(drop));
    }
}

/// A password is looked up by its owner, too.
pub async fn a_password_is_found_by_its_owner(store: &dyn Store) {
    let [cleo, carl] = ["Cleo", "Carl"].map(|name| user(Role::Client, name).build());
    aggregates::add_all(store, &[cleo.clone(), carl.clone()]).await.unwrap();
    set_password(store, &Actor::System, &cleo, "secret").await.unwrap();
    assert_eq!(password_of(store, &cleo).await, Some(PasswordHash::new("secret".to_owned())));
    assert_eq!(password_of(store, &carl).await, Some(PasswordHash::unusable()));
    aggregates::delete(store, &cleo).await.unwrap();
    for nobody in [cleo, user(Role::Client, "Nobody").build()] {
        assert_eq!(password_of(store, &nobody).await, None);
    }
}

/// Nor does anybody else set one, whoever was permitted to.
pub async fn only_the_program_sets_passwords(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_admin(), world.as_team(), world.as_client(), Actor::Visitor] {
        assert_refused(set_password(store, &actor, &world.client, "guess").await);
    }
    let found = credentials(store, &world.client.email).await.unwrap();
    assert_eq!(found.password_hash, PasswordHash::unusable());
}

/// Who is not there, or not any more, gets no password and has none.
pub async fn a_deleted_user_has_no_password(store: &dyn Store) {
    let cleo = user(Role::Client, "Cleo").build();
    assert_stale(set_password(store, &Actor::System, &cleo, "secret").await);
    add_user(store, &cleo).await.unwrap();
    aggregates::delete(store, &cleo).await.unwrap();
    assert_stale(set_password(store, &Actor::System, &cleo, "secret").await);
    assert!(credentials(store, &cleo.email).await.is_none());
}

/// An administrator changes the role of others.
pub async fn an_administrator_changes_roles(store: &dyn Store) {
    let world = World::in_store(store).await;
    let promoted = with_role(&world.team, Role::Admin);
    save_user(store, &world.as_admin(), Verb::ChangeRole, &promoted).await.unwrap();
    assert_eq!(user_seen_by(store, &boss(), &world.team).await, Some(promoted));
}

/// Nobody changes their own role, up or down, however the permit came about.
pub async fn nobody_changes_their_own_role(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_user(store, &admin("Second").build()).await.unwrap();
    for (user, role) in [(&world.admin, Role::Team), (&world.team, Role::Admin), (&world.client, Role::Team)]
    {
        for verb in [Verb::Update, Verb::ChangeRole] {
            assert_refused(save_user(store, &actor_of(user), verb, &with_role(user, role)).await);
        }
        assert_eq!(user_seen_by(store, &boss(), user).await.as_ref(), Some(user));
    }
}

/// Nobody but administrators changes the role of others, whoever was permitted to.
pub async fn nobody_else_changes_roles(store: &dyn Store) {
    let world = World::in_store(store).await;
    for actor in [world.as_team(), world.as_client()] {
        let promoted = with_role(&world.rival, Role::Admin);
        assert_out_of_reach(save_user(store, &actor, Verb::ChangeRole, &promoted).await);
    }
    assert_eq!(user_seen_by(store, &boss(), &world.rival).await, Some(world.rival));
}

/// Nobody but administrators decides about address, company, proof and suspension, about their own least of all.
pub async fn nobody_decides_about_themselves(store: &dyn Store) {
    let world = World::in_store(store).await;
    let decisions: [fn(&mut UserRecord, &World); 5] = [
        |user, _| user.email = email("eve@example.com"),
        |user, world| user.company = Some(world.globex.id),
        |user, _| user.company = None,
        |user, _| user.email_verified_at = Some(at(9)),
        |user, _| user.suspended_at = Some(at(9)),
    ];
    for decide in decisions {
        let mut changed = next(&world.client);
        decide(&mut changed, &world);
        let changed = User::restore(changed);
        assert_refused(save_user(store, &world.as_client(), Verb::Update, &changed).await);
        assert_eq!(user_seen_by(store, &boss(), &world.client).await.as_ref(), Some(&world.client));
    }
    let suspended = User::restore(UserRecord { suspended_at: Some(at(9)), ..next(&world.client) });
    save_user(store, &world.as_admin(), Verb::Update, &suspended).await.unwrap();
}

/// The last administrator stays one, is not suspended, and is not deleted.
pub async fn the_last_administrator_stays(store: &dyn Store) {
    let world = World::in_store(store).await;
    let suspended = User::restore(UserRecord { suspended_at: Some(at(5)), ..next(&world.admin) });
    let mut deleted = world.admin.clone();
    deleted.delete(at(5));
    for actor in [Actor::System, boss()] {
        let demoted = with_role(&world.admin, Role::Team);
        assert_last_admin(save_user(store, &actor, Verb::ChangeRole, &demoted).await);
        assert_last_admin(save_user(store, &actor, Verb::Update, &suspended).await);
        assert_last_admin(save_user(store, &actor, Verb::Delete, &deleted).await);
    }
    assert_eq!(user_seen_by(store, &boss(), &world.admin).await, Some(world.admin));
}

/// Somebody who cannot sign in is no administrator to rely on.
pub async fn suspended_administrators_do_not_count(store: &dyn Store) {
    let world = World::in_store(store).await;
    add_user(store, &admin("Away").with(|user| user.suspended_at = Some(at(1))).build()).await.unwrap();
    let gone = admin("Gone").build();
    add_user(store, &gone).await.unwrap();
    aggregates::delete(store, &gone).await.unwrap();
    let demoted = with_role(&world.admin, Role::Team);
    assert_last_admin(save_user(store, &boss(), Verb::ChangeRole, &demoted).await);
}

/// The last administrator may still be edited.
pub async fn the_last_administrator_can_be_renamed(store: &dyn Store) {
    let world = World::in_store(store).await;
    let renamed = world.admin.changed("Renamed");
    save_user(store, &world.as_admin(), Verb::Update, &renamed).await.unwrap();
}

/// One of two administrators may go.
pub async fn one_of_two_administrators_may_go(store: &dyn Store) {
    let world = World::in_store(store).await;
    let second = admin("Second").build();
    add_user(store, &second).await.unwrap();
    aggregates::delete(store, &world.admin).await.unwrap();
    assert_last_admin(save_user(store, &boss(), Verb::ChangeRole, &with_role(&second, Role::Team)).await);
}

/// Two administrators who take each other away in two units: the second one stays.
pub async fn two_administrators_cannot_remove_each_other(store: &dyn Store) {
    let world = World::in_store(store).await;
    let second = admin("Second").build();
    add_user(store, &second).await.unwrap();
    let (grace, other) = (world.as_admin(), actor_of(&second));
    let (mut one, mut two) = (begin(store, &grace).await, begin(store, &other).await);
    assert!(one.users().get(second.id).await.unwrap().is_some());
    assert!(two.users().get(world.admin.id).await.unwrap().is_some());

    let demoted = with_role(&second, Role::Team);
    one.users().save(&permit(&grace, Verb::ChangeRole, &demoted), &demoted).await.unwrap();
    one.commit().await.unwrap();
    let demoted = with_role(&world.admin, Role::Team);
    let saved = two.users().save(&permit(&other, Verb::ChangeRole, &demoted), &demoted).await;
    assert_last_admin(land(two, saved).await);
    assert_eq!(user_seen_by(store, &boss(), &world.admin).await, Some(world.admin));
}

fn next(user: &User) -> UserRecord {
    UserRecord { updated_at: at(5), version: user.version.next(), ..UserRecord::clone(user) }
}

fn with_role(user: &User, role: Role) -> User {
    User::restore(UserRecord { role, ..next(user) })
}

async fn password_of(store: &dyn Store, user: &User) -> Option<PasswordHash> {
    begin_read(store, &Actor::System).await.users().password_hash(user.id).await.unwrap()
}

async fn credentials(store: &dyn Store, address: &Email) -> Option<Credentials> {
    begin_read(store, &Actor::System).await.users().find_credentials(address).await.unwrap()
}

/// Sets a password in a unit of this actor, with a permit of somebody who may.
async fn set_password(store: &dyn Store, actor: &Actor, user: &User, hash: &str) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let may = permit(&Actor::System, Verb::Update, user);
    let set = work.users().set_password_hash(&may, user.id, &PasswordHash::new(hash.to_owned())).await;
    land(work, set).await
}

/// Who signs up gets no rights by it, even with a permit of somebody who could give them.
pub async fn a_visitor_gives_no_rights(store: &dyn Store) {
    let carl = user(Role::Admin, "Carl").build();
    let mut work = begin(store, &Actor::Visitor).await;
    let added = work.users().add(&permit(&Actor::System, Verb::Create, &carl), &carl).await;
    assert_refused(land(work, added).await);
    assert_eq!(user_seen_by(store, &Actor::System, &carl).await, None);
}

/// A visitor may become a client who still has to prove the address.
pub async fn a_visitor_signs_up(store: &dyn Store) {
    let carl = user(Role::Client, "Carl").with(|user| user.email_verified_at = None).build();
    let mut work = begin(store, &Actor::Visitor).await;
    let added = work.users().add(&permit(&Actor::Visitor, Verb::Create, &carl), &carl).await;
    land(work, added).await.unwrap();
    assert_eq!(user_seen_by(store, &Actor::System, &carl).await, Some(carl));
}

//! Users as their colleagues see them.

use kairo_domain::{Actor, Colleague, User, UserRecord};
use kairo_ports::Store;

use super::aggregates;
use super::steps::{World, add_user, begin_read, boss};
use crate::builders::{actor_of, at, client, person, url, user};

/// Name and picture come back as they were given.
pub async fn name_and_picture_are_shown(store: &dyn Store) {
    let world = World::in_store(store).await;
    let pictured = client("Ännchen Ünal", world.acme.id)
        .with(|user| user.avatar_url = Some(url("https://example.com/a.png")))
        .build();
    add_user(store, &pictured).await.unwrap();
    let seen = seen_by(store, &world.as_client(), 10).await;
    let expected =
        Colleague { id: pictured.id, name: pictured.name.clone(), avatar_url: pictured.avatar_url.clone() };
    assert!(seen.contains(&expected), "{seen:?}");
}

/// A client sees its own company's people, itself among them; staff sees everybody, a visitor nobody.
pub async fn everybody_sees_their_colleagues(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, seen) in [
        (Actor::System, &["Carl", "Cleo", "Grace", "Rita", "Tim"][..]),
        (world.as_admin(), &["Carl", "Cleo", "Grace", "Rita", "Tim"]),
        (world.as_team(), &["Carl", "Cleo", "Grace", "Rita", "Tim"]),
        (world.as_client(), &["Carl", "Cleo"]),
        (world.as_rival(), &["Rita"]),
        (Actor::Visitor, &[]),
    ] {
        assert_eq!(names(&seen_by(store, &actor, 10).await), seen, "{actor:?}");
    }
}

/// Who belongs to no company is its own only colleague.
pub async fn without_a_company_there_is_only_oneself(store: &dyn Store) {
    let world = World::in_store(store).await;
    let [alone, other] = ["Alone", "Other"].map(|name| user(kairo_domain::Role::Client, name).build());
    aggregates::add_all(store, &[alone.clone(), other]).await.unwrap();
    assert_eq!(names(&seen_by(store, &actor_of(&alone), 10).await), ["Alone"]);
    assert_eq!(names(&seen_by(store, &world.as_client(), 10).await), ["Carl", "Cleo"]);
}

/// Who was deleted is no colleague any more, who is suspended is.
pub async fn who_was_deleted_is_no_colleague(store: &dyn Store) {
    let world = World::in_store(store).await;
    aggregates::delete(store, &world.colleague).await.unwrap();
    let away = client("Away", world.acme.id).with(|user| user.suspended_at = Some(at(1))).build();
    add_user(store, &away).await.unwrap();
    assert_eq!(names(&seen_by(store, &world.as_client(), 10).await), ["Away", "Cleo"]);
}

/// In the order of their names by code point, then of their ids; who has no name comes last. No more than asked for.
pub async fn colleagues_are_in_the_order_of_their_names(store: &dyn Store) {
    let order = ["Ada-A", "AdaB", "Zoe", "ada", "ada", "Ünal"];
    let mut users: Vec<User> =
        order.iter().map(|name| user(kairo_domain::Role::Client, name).build()).collect();
    let nameless = |_| {
        let user = user(kairo_domain::Role::Client, "No").with(|user: &mut UserRecord| user.name = None);
        user.build()
    };
    users.extend([(), ()].map(nameless));
    let expected: Vec<_> = users.iter().map(|user| user.id).collect();
    users.rotate_left(4);
    aggregates::add_all(store, &users).await.unwrap();
    for limit in [0, 1, 4, 7, 8, 9] {
        let seen = seen_by(store, &boss(), limit).await;
        let seen: Vec<_> = seen.iter().map(|colleague| colleague.id).collect();
        assert_eq!(seen, expected[..usize::from(limit).min(8)], "at most {limit}");
    }
}

/// A new name is known at once.
pub async fn a_new_name_is_known(store: &dyn Store) {
    let world = World::in_store(store).await;
    let renamed = UserRecord {
        name: Some(person("Xaver")),
        version: world.colleague.version.next(),
        ..UserRecord::clone(&world.colleague)
    };
    aggregates::save(store, &User::restore(renamed)).await.unwrap();
    assert_eq!(names(&seen_by(store, &world.as_client(), 10).await), ["Cleo", "Xaver"]);
}

fn names(colleagues: &[Colleague]) -> Vec<&str> {
    colleagues.iter().filter_map(|colleague| colleague.name.as_ref().map(|name| name.as_str())).collect()
}

async fn seen_by(store: &dyn Store, actor: &Actor, limit: u16) -> Vec<Colleague> {
    begin_read(store, actor).await.users().colleagues(limit).await.unwrap()
}

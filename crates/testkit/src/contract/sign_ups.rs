//! Sign-ups that wait for their address to be proven.

use kairo_domain::{Actor, SignUp, SignUpId};
use kairo_ports::{PasswordHash, Store, StoreError};

use super::steps::{World, assert_refused, assert_taken, begin, begin_read, land};
use crate::builders::{next_id, sign_up};

/// Every field comes back as it was given, with the password.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let nameless = sign_up("Nora@Example.com").with(|nora| nora.name = None).build();
    for nora in [sign_up("nora@example.com").build(), nameless] {
        add(store, &Actor::System, &nora, "secret").await.unwrap();
        let found = get(store, nora.id).await;
        assert_eq!(found, Some((nora, PasswordHash::new("secret".to_owned()))));
    }
    assert_eq!(get(store, SignUpId::from_uuid(next_id())).await, None);
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let nora = sign_up("nora@example.com").build();
    let mut work = begin(store, &Actor::System).await;
    work.sign_ups().add(&nora, &PasswordHash::new("secret".to_owned())).await.unwrap();
    assert!(work.sign_ups().get(nora.id).await.unwrap().is_some());
    drop(work);
    assert_eq!(get(store, nora.id).await, None);

    add(store, &Actor::System, &nora, "secret").await.unwrap();
    let mut work = begin(store, &Actor::System).await;
    work.sign_ups().remove(&nora).await.unwrap();
    assert!(work.sign_ups().get(nora.id).await.unwrap().is_none());
    drop(work);
    assert!(get(store, nora.id).await.is_some());
}

/// Until it is proven, an address belongs to nobody: anybody may ask for it, each with a password of their own.
pub async fn an_address_may_be_asked_for_many_times(store: &dyn Store) {
    let (first, second) = (sign_up("nora@example.com").build(), sign_up("nora@example.com").build());
    add(store, &Actor::System, &first, "first").await.unwrap();
    add(store, &Actor::System, &second, "second").await.unwrap();
    assert_eq!(get(store, first.id).await.unwrap().1.as_str(), "first");
    assert_eq!(get(store, second.id).await.unwrap().1.as_str(), "second");
}

/// An id belongs to one sign-up.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let first = sign_up("nora@example.com").build();
    add(store, &Actor::System, &first, "secret").await.unwrap();
    let rival = sign_up("eve@example.com").with(|rival| rival.id = first.id).build();
    assert_taken(add(store, &Actor::System, &rival, "secret").await, "id");
}

/// Once an address is proven, every sign-up for it goes, however it was written; others stay.
pub async fn all_of_an_address_go_at_once(store: &dyn Store) {
    let proven = sign_up("nora@example.com").build();
    let rival = sign_up("NORA@example.com").build();
    let other = sign_up("nora@example.org").build();
    for one in [&proven, &rival, &other] {
        add(store, &Actor::System, one, "secret").await.unwrap();
    }
    for _ in 0..2 {
        remove(store, &Actor::System, &proven).await.unwrap();
        assert_eq!((get(store, proven.id).await, get(store, rival.id).await), (None, None));
        assert!(get(store, other.id).await.is_some());
    }
}

/// Nobody but the program keeps sign-ups.
pub async fn only_the_program_keeps_sign_ups(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (known, fresh) = (sign_up("nora@example.com").build(), sign_up("eve@example.com").build());
    add(store, &Actor::System, &known, "secret").await.unwrap();
    for actor in world.outsiders() {
        let mut work = begin_read(store, &actor).await;
        assert_refused(work.sign_ups().get(known.id).await.map(drop));
        assert_refused(add(store, &actor, &fresh, "secret").await);
        assert_refused(remove(store, &actor, &known).await);
    }
    assert!(get(store, known.id).await.is_some());
    assert_eq!(get(store, fresh.id).await, None);
}

async fn get(store: &dyn Store, id: SignUpId) -> Option<(SignUp, PasswordHash)> {
    begin_read(store, &Actor::System).await.sign_ups().get(id).await.unwrap()
}

pub(super) async fn add(
    store: &dyn Store,
    actor: &Actor,
    sign_up: &SignUp,
    hash: &str,
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let added = work.sign_ups().add(sign_up, &PasswordHash::new(hash.to_owned())).await;
    land(work, added).await
}

async fn remove(store: &dyn Store, actor: &Actor, sign_up: &SignUp) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let removed = work.sign_ups().remove(sign_up).await;
    land(work, removed).await
}

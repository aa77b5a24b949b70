//! Credentials: who makes and sees them.

use kairo_domain::{
    Actor, Change, Credential, CredentialId, CredentialKind, CredentialName, CredentialPatch,
    CredentialRecord, Redacted, UserId, Verb,
};
use kairo_ports::{Store, StoreError};

use super::steps::{World, assert_missing, assert_out_of_reach, assert_taken, begin, begin_read, land};
use crate::builders::{at, credential, full_credential, next_id, permit};

/// Every field comes back as it was given, whatever the kind.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    let mut all = vec![full_credential(world.client.id).build()];
    let of_kind = |kind: CredentialKind| {
        credential(world.client.id, kind.as_str()).with(|credential| credential.kind = kind).build()
    };
    all.extend(CredentialKind::ALL.map(of_kind));
    for credential in all {
        add(store, &Actor::System, &credential).await.unwrap();
        assert_eq!(stored(store, &credential).await, Some(credential));
    }
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let world = World::in_store(store).await;
    let crm = credential(world.client.id, "crm").build();
    let mut work = begin(store, &Actor::System).await;
    work.credentials().add(&permit(&Actor::System, Verb::Create, &crm), &crm).await.unwrap();
    assert_eq!(work.credentials().get(crm.id).await.unwrap().as_ref(), Some(&crm));
    drop(work);
    assert_eq!(stored(store, &crm).await, None);
}

/// An id that nobody has is no error.
pub async fn an_unknown_credential_is_not_found(store: &dyn Store) {
    let unknown = CredentialId::from_uuid(next_id());
    let mut work = begin_read(store, &Actor::System).await;
    assert_eq!(work.credentials().get(unknown).await.unwrap(), None);
}

/// Everybody sees their own credentials, an administrator all of them.
pub async fn everybody_sees_their_own_credentials(store: &dyn Store) {
    let world = World::in_store(store).await;
    for user in [&world.admin, &world.team, &world.client] {
        let crm = credential(user.id, "crm").build();
        add(store, &Actor::System, &crm).await.unwrap();
        for (actor, seen) in [
            (world.as_admin(), true),
            (world.as_team(), user.id == world.team.id),
            (world.as_client(), user.id == world.client.id),
            (world.as_rival(), false),
            (Actor::Visitor, false),
        ] {
            assert_eq!(seen_by(store, &actor, crm.id).await.is_some(), seen, "{actor:?}");
        }
    }
}

/// The sealed secret is for the program alone; everybody else reads nothing in its place, whoever wrote it.
pub async fn the_secret_is_the_program_s_own(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (client, crm) = (world.as_client(), credential(world.client.id, "crm").build());
    let mut work = begin(store, &client).await;
    work.credentials().add(&permit(&client, Verb::Create, &crm), &crm).await.unwrap();
    work.commit().await.unwrap();
    for actor in [client, world.as_admin()] {
        assert_eq!(seen_by(store, &actor, crm.id).await, Some(shown(&crm)), "{actor:?}");
    }
    assert_eq!(stored(store, &crm).await, Some(crm));
}

/// What a user's flows mean by a name is found with its secret, whoever else has one of this name.
pub async fn a_credential_is_found_by_its_name(store: &dyn Store) {
    let world = World::in_store(store).await;
    let [own, other] = [world.client.id, world.rival.id].map(|owner| credential(owner, "crm").build());
    for one in [&own, &other, &credential(world.client.id, "crm.2").build()] {
        add(store, &Actor::System, one).await.unwrap();
    }
    assert_eq!(named(store, world.client.id, "crm").await, Some(own));
    assert_eq!(named(store, world.rival.id, "crm").await, Some(other));
    assert_eq!(named(store, world.rival.id, "crm.2").await, None);
    assert_eq!(named(store, world.team.id, "crm").await, None);
}

/// An owner has one credential of a name, others have theirs.
pub async fn a_name_is_taken_once_for_each_owner(store: &dyn Store) {
    let world = World::in_store(store).await;
    let (crm, erp) = (credential(world.client.id, "crm").build(), credential(world.client.id, "erp").build());
    for one in [&crm, &erp, &credential(world.team.id, "crm").build()] {
        add(store, &Actor::System, one).await.unwrap();
    }
    assert_taken(add(store, &Actor::System, &credential(world.client.id, "crm").build()).await, "name");
    assert_taken(save(store, &Actor::System, &renamed(&erp, "crm")).await, "name");
    assert_eq!(stored(store, &erp).await, Some(erp));
}

/// Nor do two units that are open at the same time give a name twice.
pub async fn a_name_cannot_be_taken_by_two_units(store: &dyn Store) {
    let world = World::in_store(store).await;
    let rivals = [(); 2].map(|()| credential(world.client.id, "crm").build());
    let (mut one, mut other) = (begin(store, &Actor::System).await, begin(store, &Actor::System).await);
    let may = |credential| permit(&Actor::System, Verb::Create, credential);
    one.credentials().add(&may(&rivals[0]), &rivals[0]).await.unwrap();
    one.commit().await.unwrap();
    let added = other.credentials().add(&may(&rivals[1]), &rivals[1]).await;
    assert_taken(land(other, added).await, "name");
}

/// An id belongs to one credential.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let world = World::in_store(store).await;
    let crm = credential(world.client.id, "crm").build();
    add(store, &Actor::System, &crm).await.unwrap();
    let rival = credential(world.rival.id, "rival").with(|rival| rival.id = crm.id).build();
    assert_taken(add(store, &Actor::System, &rival).await, "id");
    assert_eq!(stored(store, &crm).await, Some(crm));
}

/// A credential belongs to a user who exists.
pub async fn a_user_who_is_not_there_is_missing(store: &dyn Store) {
    let crm = credential(UserId::from_uuid(next_id()), "crm").build();
    assert_missing(add(store, &Actor::System, &crm).await, "userId");
}

/// Everybody makes credentials for themselves, an administrator for anybody, whoever was permitted to.
pub async fn everybody_makes_their_own_credentials(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, user, is_allowed) in [
        (world.as_client(), &world.client, true),
        (world.as_team(), &world.team, true),
        (world.as_admin(), &world.colleague, true),
        (world.as_client(), &world.colleague, false),
        (world.as_team(), &world.client, false),
        (Actor::Visitor, &world.client, false),
    ] {
        let one = credential(user.id, "one-more").build();
        let added = add(store, &actor, &one).await;
        if is_allowed {
            added.unwrap();
        } else {
            assert_out_of_reach(added);
        }
        assert_eq!(stored(store, &one).await.is_some(), is_allowed, "{actor:?}");
    }
}

/// All of them in the order of their ids with their secrets, in parts.
pub async fn all_can_be_met_in_parts(store: &dyn Store) {
    let world = World::in_store(store).await;
    let owners = [&world.client, &world.team, &world.client, &world.admin].map(|user| user.id);
    let mut all = Vec::new();
    for (owner, name) in owners.into_iter().zip(["a", "b", "c", "d"]) {
        let one = credential(owner, name).build();
        add(store, &Actor::System, &one).await.unwrap();
        all.push(one);
    }
    all.sort_by_key(|credential| credential.id);
    for limit in [1, 2, 3, 4, 5] {
        let (mut met, mut last) = (Vec::new(), None);
        loop {
            let mut work = begin(store, &Actor::System).await;
            let part = work.credentials().after(last, limit).await.unwrap();
            assert!(part.len() <= usize::from(limit) && met.len() <= all.len());
            let Some(credential) = part.last() else { break };
            last = Some(credential.id);
            met.extend(part);
        }
        assert_eq!(met, all, "in parts of {limit}");
    }
}

pub(super) fn shown(credential: &Credential) -> Credential {
    let sealed = Redacted::new(String::new());
    Credential::restore(CredentialRecord { sealed, ..CredentialRecord::clone(credential) })
}

pub(super) fn renamed(credential: &Credential, name: &str) -> Credential {
    let mut renamed = credential.clone();
    let name = Change::Set(CredentialName::parse(name).unwrap());
    renamed.edit(CredentialPatch { name }, at(100)).unwrap();
    renamed
}

pub(super) async fn stored(store: &dyn Store, credential: &Credential) -> Option<Credential> {
    seen_by(store, &Actor::System, credential.id).await
}

pub(super) async fn seen_by(store: &dyn Store, actor: &Actor, id: CredentialId) -> Option<Credential> {
    begin_read(store, actor).await.credentials().get(id).await.unwrap()
}

async fn named(store: &dyn Store, owner: UserId, name: &str) -> Option<Credential> {
    let name = CredentialName::parse(name).unwrap();
    begin_read(store, &Actor::System).await.credentials().of_owner_by_name(owner, &name).await.unwrap()
}

/// Adds a credential in a unit of this actor, with a permit of somebody who may.
pub(super) async fn add(store: &dyn Store, actor: &Actor, credential: &Credential) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let may = permit(&Actor::System, Verb::Create, credential);
    let added = work.credentials().add(&may, credential).await;
    land(work, added).await
}

pub(super) async fn save(
    store: &dyn Store,
    actor: &Actor,
    credential: &Credential,
) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let may = permit(&Actor::System, Verb::Update, credential);
    let saved = work.credentials().save(&may, credential).await;
    land(work, saved).await
}

//! Invitations.

use kairo_domain::{Actor, CompanyId, Invitation, InvitationId, Role, UserId, Verb};
use kairo_ports::{Store, StoreError};

use super::steps::{
    World, assert_missing, assert_out_of_reach, assert_refused, assert_stale, assert_taken, begin,
    begin_read, land,
};
use crate::builders::{at, full_invitation, invitation, next_id, permit};

/// Every field comes back as it was given.
pub async fn what_was_added_is_found(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ended = |email: &str, accepted, revoked| {
        let ended = |one: &mut Invitation| (one.accepted_at, one.revoked_at) = (accepted, revoked);
        invitation(email, Role::Client).with(ended).build()
    };
    for invitation in [
        full_invitation(world.acme.id, world.team.id).build(),
        invitation("admin@example.com", Role::Admin).build(),
        invitation("team@example.com", Role::Team).build(),
        ended("accepted@example.com", Some(at(5)), None),
        ended("revoked@example.com", None, Some(at(6))),
    ] {
        add(store, &Actor::System, &invitation).await.unwrap();
        assert_eq!(seen_by(store, &Actor::System, invitation.id).await, Some(invitation));
    }
}

/// A dropped unit leaves no trace.
pub async fn nothing_is_kept_without_commit(store: &dyn Store) {
    let (system, ivy) = (Actor::System, invitation("ivy@example.com", Role::Client).build());
    let mut work = begin(store, &system).await;
    work.invitations().add(&permit(&system, Verb::Create, &ivy), &ivy).await.unwrap();
    assert_eq!(work.invitations().get(ivy.id).await.unwrap().as_ref(), Some(&ivy));
    drop(work);
    assert_eq!(seen_by(store, &system, ivy.id).await, None);

    add(store, &system, &ivy).await.unwrap();
    let mut work = begin(store, &system).await;
    work.invitations().settle(&permit(&system, Verb::Delete, &ivy), &revoked(&ivy)).await.unwrap();
    drop(work);
    assert_eq!(seen_by(store, &system, ivy.id).await, Some(ivy));
}

/// An id that nobody has is no error.
pub async fn an_unknown_invitation_is_not_found(store: &dyn Store) {
    assert_eq!(seen_by(store, &Actor::System, InvitationId::from_uuid(next_id())).await, None);
}

/// The team sees the invitations of clients, administrators and the program all of them, and nobody else any.
pub async fn staff_sees_invitations(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (role, seen_by_team) in [(Role::Client, true), (Role::Team, false), (Role::Admin, false)] {
        let one = invitation(&format!("{role}@example.com"), role)
            .with(|one| (one.company, one.invited_by) = (Some(world.acme.id), Some(world.team.id)));
        let one = one.build();
        add(store, &Actor::System, &one).await.unwrap();
        for (actor, seen) in [
            (Actor::System, true),
            (world.as_admin(), true),
            (world.as_team(), seen_by_team),
            (world.as_client(), false),
            (world.as_rival(), false),
            (Actor::Visitor, false),
        ] {
            let found = seen_by(store, &actor, one.id).await;
            assert_eq!(found.as_ref(), Some(&one).filter(|_| seen), "{role} for {actor:?}");
        }
    }
}

/// The team invites clients, administrators anybody.
pub async fn staff_invites(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, role) in [
        (world.as_team(), Role::Client),
        (world.as_admin(), Role::Client),
        (world.as_admin(), Role::Team),
        (world.as_admin(), Role::Admin),
    ] {
        let one = invitation(&format!("{}@example.com", next_id().simple()), role).build();
        let mut work = begin(store, &actor).await;
        work.invitations().add(&permit(&actor, Verb::Create, &one), &one).await.unwrap();
        work.commit().await.unwrap();
        assert_eq!(seen_by(store, &actor, one.id).await, Some(one));
    }
}

/// Nobody else invites, nor the team its like, whoever was permitted to.
pub async fn nobody_else_invites(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, role) in [
        (world.as_team(), Role::Team),
        (world.as_team(), Role::Admin),
        (world.as_client(), Role::Client),
        (Actor::Visitor, Role::Client),
    ] {
        let one = invitation("eve@example.com", role).with(|one| one.company = Some(world.acme.id)).build();
        assert_out_of_reach(add(store, &actor, &one).await);
        assert_eq!(seen_by(store, &Actor::System, one.id).await, None, "{actor:?}");
    }
}

/// An id belongs to one invitation.
pub async fn an_id_cannot_be_taken_twice(store: &dyn Store) {
    let first = invitation("ivy@example.com", Role::Client).build();
    add(store, &Actor::System, &first).await.unwrap();
    let rival = invitation("other@example.com", Role::Client).with(|rival| rival.id = first.id).build();
    assert_taken(add(store, &Actor::System, &rival).await, "id");
}

/// An address has one open invitation at a time, however it is written, for whatever role, also after its time.
pub async fn an_address_is_invited_once_at_a_time(store: &dyn Store) {
    let system = Actor::System;
    let first = invitation("Ivy@example.com", Role::Client).with(|first| first.expires_at = at(-9)).build();
    add(store, &system, &first).await.unwrap();
    for role in [Role::Client, Role::Admin] {
        let second = invitation("ivy@EXAMPLE.com", role).build();
        assert_taken(add(store, &system, &second).await, "email");
    }
    add(store, &system, &invitation("ivy@example.org", Role::Client).build()).await.unwrap();
}

/// Whoever cannot see the open invitation is told the same.
pub async fn an_open_invitation_out_of_sight_counts(store: &dyn Store) {
    let world = World::in_store(store).await;
    add(store, &Actor::System, &invitation("ivy@example.com", Role::Admin).build()).await.unwrap();
    let second = invitation("ivy@example.com", Role::Client).build();
    assert_taken(add(store, &world.as_team(), &second).await, "email");
}

/// Nor can two units invite an address.
pub async fn an_address_cannot_be_invited_by_two_units(store: &dyn Store) {
    let system = Actor::System;
    let first = invitation("ivy@example.com", Role::Client).build();
    let rival = invitation("IVY@example.com", Role::Client).build();
    let (mut one, mut other) = (begin(store, &system).await, begin(store, &system).await);
    one.invitations().add(&permit(&system, Verb::Create, &first), &first).await.unwrap();
    one.commit().await.unwrap();
    let added = other.invitations().add(&permit(&system, Verb::Create, &rival), &rival).await;
    assert_taken(land(other, added).await, "email");
}

/// Once an invitation was accepted or taken back, its address may be invited again.
pub async fn an_address_is_free_once_it_was_settled(store: &dyn Store) {
    let system = Actor::System;
    for settle_it in [accepted, revoked] {
        let one = invitation("ivy@example.com", Role::Client).build();
        add(store, &system, &one).await.unwrap();
        settle(store, &system, &settle_it(&one)).await.unwrap();
    }
    add(store, &system, &invitation("ivy@example.com", Role::Client).build()).await.unwrap();
}

/// Company and inviter exist.
pub async fn what_an_invitation_names_has_to_exist(store: &dyn Store) {
    let nowhere = CompanyId::from_uuid(next_id());
    let one = invitation("ivy@example.com", Role::Client).with(|one| one.company = Some(nowhere)).build();
    assert_missing(add(store, &Actor::System, &one).await, "companyId");
    let nobody = UserId::from_uuid(next_id());
    let one = invitation("ivy@example.com", Role::Client).with(|one| one.invited_by = Some(nobody)).build();
    assert_missing(add(store, &Actor::System, &one).await, "invitedBy");
    assert_eq!(seen_by(store, &Actor::System, one.id).await, None);
}

/// A permit says for what it is.
pub async fn a_permit_for_something_else_is_refused(store: &dyn Store) {
    let system = Actor::System;
    let one = invitation("ivy@example.com", Role::Client).build();
    let same_for_staff = Invitation { role: Role::Team, ..one.clone() };
    let other = invitation("other@example.com", Role::Client).build();
    for subject in [&same_for_staff, &other] {
        let mut work = begin(store, &system).await;
        let added = work.invitations().add(&permit(&system, Verb::Create, subject), &one).await;
        assert_refused(land(work, added).await);
    }
    add(store, &system, &one).await.unwrap();
    for subject in [&same_for_staff, &other] {
        let mut work = begin(store, &system).await;
        let settled =
            work.invitations().settle(&permit(&system, Verb::Delete, subject), &revoked(&one)).await;
        assert_refused(land(work, settled).await);
    }
    let mut work = begin(store, &system).await;
    let settled = work.invitations().settle(&permit(&system, Verb::Read, &one), &revoked(&one)).await;
    assert_refused(land(work, settled).await);
    assert_eq!(seen_by(store, &system, one.id).await, Some(one));
}

/// An invitation is sent again, accepted, or taken back; nothing else of it changes.
pub async fn settling_changes_how_it_ends(store: &dyn Store) {
    let world = World::in_store(store).await;
    let ends: [fn(&Invitation) -> Invitation; 3] = [renewed, accepted, revoked];
    for end in ends {
        let email = format!("{}@example.com", next_id().simple());
        let one = invitation(&email, Role::Client).with(|one| one.company = Some(world.acme.id)).build();
        add(store, &Actor::System, &one).await.unwrap();
        let mut expected = end(&one);
        let changed = Invitation { company: Some(world.globex.id), created_at: at(77), ..expected.clone() };
        expected.company = one.company;
        settle(store, &Actor::System, &changed).await.unwrap();
        assert_eq!(seen_by(store, &Actor::System, one.id).await, Some(expected));
    }
}

/// Who may invite somebody may send it again and take it back.
pub async fn staff_settles_what_it_sees(store: &dyn Store) {
    let world = World::in_store(store).await;
    for (actor, role) in
        [(world.as_team(), Role::Client), (world.as_admin(), Role::Client), (world.as_admin(), Role::Admin)]
    {
        let one = invitation(&format!("{}@example.com", next_id().simple()), role).build();
        add(store, &Actor::System, &one).await.unwrap();
        let again = renewed(&one);
        settle(store, &actor, &again).await.unwrap();
        settle(store, &actor, &revoked(&again)).await.unwrap();
        assert_eq!(seen_by(store, &actor, one.id).await, Some(revoked(&again)), "{actor:?}");
    }
}

/// What cannot be seen cannot be settled, whoever was permitted to; nor what is not there.
pub async fn nobody_settles_what_they_cannot_see(store: &dyn Store) {
    let world = World::in_store(store).await;
    let known = invitation("ivy@example.com", Role::Team).build();
    add(store, &Actor::System, &known).await.unwrap();
    assert_stale(settle(store, &world.as_team(), &revoked(&known)).await);
    for actor in [world.as_client(), Actor::Visitor] {
        assert_out_of_reach(settle(store, &actor, &revoked(&known)).await);
    }
    let unknown = invitation("other@example.com", Role::Client).build();
    assert_stale(settle(store, &Actor::System, &revoked(&unknown)).await);
    assert_eq!(seen_by(store, &Actor::System, known.id).await, Some(known));
}

/// An invitation is settled once.
pub async fn a_settled_invitation_stays_so(store: &dyn Store) {
    let system = Actor::System;
    for first in [accepted, revoked] {
        let one = invitation("ivy@example.com", Role::Client).build();
        add(store, &system, &one).await.unwrap();
        settle(store, &system, &first(&one)).await.unwrap();
        for second in [renewed, accepted, revoked] {
            assert_stale(settle(store, &system, &second(&first(&one))).await);
        }
        assert_eq!(seen_by(store, &system, one.id).await, Some(first(&one)));
    }
}

/// Of two units that settle the same invitation, one does.
pub async fn two_units_cannot_both_settle(store: &dyn Store) {
    let system = Actor::System;
    let ivy = invitation("ivy@example.com", Role::Client).build();
    add(store, &system, &ivy).await.unwrap();
    let (mut one, mut other) = (begin(store, &system).await, begin(store, &system).await);
    assert!(other.invitations().get(ivy.id).await.unwrap().is_some());
    one.invitations().settle(&permit(&system, Verb::Create, &ivy), &accepted(&ivy)).await.unwrap();
    one.commit().await.unwrap();
    let settled = other.invitations().settle(&permit(&system, Verb::Delete, &ivy), &revoked(&ivy)).await;
    assert_stale(land(other, settled).await);
    assert_eq!(seen_by(store, &system, ivy.id).await, Some(accepted(&ivy)));
}

fn renewed(invitation: &Invitation) -> Invitation {
    Invitation { expires_at: at(9_999), ..invitation.clone() }
}

fn accepted(invitation: &Invitation) -> Invitation {
    Invitation { accepted_at: Some(at(50)), ..invitation.clone() }
}

fn revoked(invitation: &Invitation) -> Invitation {
    Invitation { revoked_at: Some(at(60)), ..invitation.clone() }
}

async fn seen_by(store: &dyn Store, actor: &Actor, id: InvitationId) -> Option<Invitation> {
    begin_read(store, actor).await.invitations().get(id).await.unwrap()
}

/// Adds an invitation in a unit of this actor, with a permit of somebody who may.
pub(super) async fn add(store: &dyn Store, actor: &Actor, invitation: &Invitation) -> Result<(), StoreError> {
    let mut work = begin(store, actor).await;
    let may = permit(&Actor::System, Verb::Create, invitation);
    let added = work.invitations().add(&may, invitation).await;
    land(work, added).await
}

/// Settles an invitation in a unit of this actor, with a permit of somebody who may.
async fn settle(store: &dyn Store, actor: &Actor, invitation: &Invitation) -> Result<(), StoreError> {
    let verb = if invitation.revoked_at.is_some() { Verb::Delete } else { Verb::Create };
    let mut work = begin(store, actor).await;
    let settled = work.invitations().settle(&permit(&Actor::System, verb, invitation), invitation).await;
    land(work, settled).await
}

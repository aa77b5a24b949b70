//! Invitations, from the invitation to the first sign-in.

use chrono::TimeDelta;
use kairo_domain::{Actor, Invitation, InvitationStatus, NewPassword, Role};
use kairo_testkit::builders::{email, person};
use kairo_use_cases::{AcceptInvitation, Error, Invite, Listing, Outcome};

use crate::world::{PASSWORD, World, token_in};

const ADA: &str = "ada@example.com";

async fn invite(world: &World, actor: &Actor, role: Role) -> Result<Invitation, Error> {
    let order = Invite { email: email(ADA), role, company: Some(world.company.id) };
    match world.studio.invitations().create(actor, order, None).await? {
        Outcome::Done(invitation) => Ok(invitation),
        Outcome::Replayed(_) => panic!("nothing to replay"),
    }
}

fn acceptance(token: kairo_domain::Redacted<String>) -> AcceptInvitation {
    AcceptInvitation { token, name: Some(person("Ada")), password: NewPassword::parse(PASSWORD).unwrap() }
}

#[tokio::test]
async fn whoever_accepts_is_what_the_invitation_says() {
    let world = World::new().await;
    let invitation = invite(&world, &world.as_team(), Role::Client).await.unwrap();
    let mails = world.mails().await;
    let token = token_in(&mails[0]);
    let shown = world.studio.invitations().look_at(&token).await.unwrap();
    assert_eq!((shown.email.as_str(), shown.company.as_deref()), (ADA, Some("Acme")));
    let user = world.studio.invitations().accept(acceptance(token.clone())).await.unwrap();
    assert_eq!((user.role, user.company, user.email.as_str()), (Role::Client, Some(world.company.id), ADA));
    assert!(world.sign_in(ADA, PASSWORD).await.is_ok());
    let settled = world.studio.invitations().get(&world.as_team(), invitation.id).await.unwrap();
    assert_eq!(settled.status(world.journal().await[0].at), InvitationStatus::Accepted);
    let again = world.studio.invitations().accept(acceptance(token)).await;
    assert!(matches!(again, Err(Error::TokenInvalid)));
}

#[tokio::test]
async fn staff_is_invited_by_administrators_alone_and_the_refusal_is_recorded() {
    let world = World::new().await;
    let refused = invite(&world, &world.as_team(), Role::Admin).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
    let entry = &world.journal().await[0];
    assert_eq!(
        (entry.event.as_str(), entry.actor_id),
        ("staff_invitation.refused", Some(world.team.id.uuid()))
    );
    assert!(matches!(invite(&world, &world.as_client(), Role::Client).await, Err(Error::NotFound { .. })));
    assert!(invite(&world, &world.as_admin(), Role::Admin).await.is_ok());
    let staff = world.studio.invitations().list(&world.as_team(), &Listing::default()).await.unwrap();
    assert_eq!(staff.items, [], "the team sees the invitations of clients");
}

#[tokio::test]
async fn staff_are_told_that_an_address_is_taken() {
    let world = World::new().await;
    invite(&world, &world.as_team(), Role::Client).await.unwrap();
    let twice = invite(&world, &world.as_team(), Role::Client).await;
    assert!(matches!(twice, Err(Error::Taken { what: "email" })));
    world.with_user("grace@example.com", Role::Client).await;
    let order = Invite { email: email("Grace@example.com"), role: Role::Client, company: None };
    let known = world.studio.invitations().create(&world.as_team(), order, None).await;
    assert!(matches!(known, Err(Error::Taken { what: "email" })));
}

#[tokio::test]
async fn a_revoked_invitation_is_good_for_nothing() {
    let world = World::new().await;
    let invitation = invite(&world, &world.as_team(), Role::Client).await.unwrap();
    let token = token_in(&world.mails().await[0]);
    world.studio.invitations().revoke(&world.as_team(), invitation.id).await.unwrap();
    assert!(matches!(world.studio.invitations().look_at(&token).await, Err(Error::TokenInvalid)));
    assert!(matches!(world.studio.invitations().accept(acceptance(token)).await, Err(Error::TokenInvalid)));
    let again = world.studio.invitations().revoke(&world.as_team(), invitation.id).await;
    assert!(matches!(again, Err(Error::IllegalTransition { from: "REVOKED", .. })));
    assert!(invite(&world, &world.as_team(), Role::Client).await.is_ok(), "another one may follow");
}

#[tokio::test]
async fn sending_again_gives_new_time_and_voids_the_old_link() {
    let world = World::new().await;
    let invitation = invite(&world, &world.as_team(), Role::Client).await.unwrap();
    let old = token_in(&world.mails().await[0]);
    world.clock.advance(Invitation::LIFETIME + TimeDelta::hours(1));
    assert!(matches!(world.studio.invitations().look_at(&old).await, Err(Error::TokenInvalid)));
    world.studio.invitations().resend(&world.as_team(), invitation.id, None).await.unwrap();
    let new = token_in(&world.mails().await[0]);
    assert!(matches!(world.studio.invitations().look_at(&old).await, Err(Error::TokenInvalid)));
    assert!(world.studio.invitations().accept(acceptance(new)).await.is_ok());
}

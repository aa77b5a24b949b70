//! Sign-in and accounts against the in-memory store.

use crate::world::World;
use chrono::TimeDelta;
use kairo_domain::{Actor, NewPassword, NewUser, Redacted, Role, User, Verb};
use kairo_ports::Store;
use kairo_testkit::builders::{actor_of, email, permit, team_member};
use kairo_testkit::fakes::START;
use kairo_use_cases::{CreateUser, Error, ResetPassword, SignIn};

const PASSWORD: &str = "correct horse battery";

fn sign_in(address: &str, password: &str) -> SignIn {
    SignIn {
        email: email(address),
        password: Redacted::new(password.to_owned()),
        ip_address: Some(Redacted::new("192.0.2.1".to_owned())),
        user_agent: None,
    }
}

async fn with_ada(world: &World) -> User {
    let user = NewUser { email: email("ada@example.com"), name: None, role: Role::Team, company: None };
    let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
    world.studio.users().create(&Actor::System, order).await.unwrap()
}

#[tokio::test]
async fn the_right_password_gives_a_token_for_the_user() {
    let world = World::new().await;
    let ada = with_ada(&world).await;
    let signed_in = world.studio.sessions().sign_in(sign_in("ADA@example.com", PASSWORD)).await.unwrap();
    let actor = world.studio.sessions().authenticate(signed_in.access_token.expose()).unwrap();
    assert_eq!((actor.user(), actor.role().as_str()), (Some(ada.id), "TEAM"));
    assert_eq!(world.studio.users().me(&actor).await.unwrap(), ada);
    assert_eq!(world.journal().await[0].event, "session.opened");
}

#[tokio::test]
async fn what_was_wrong_is_not_told() {
    let world = World::new().await;
    with_ada(&world).await;
    let mut answers = Vec::new();
    for (address, password) in [("ada@example.com", "wrong horse battery"), ("nobody@example.com", PASSWORD)]
    {
        let refused = world.studio.sessions().sign_in(sign_in(address, password)).await.unwrap_err();
        assert!(matches!(refused, Error::Unauthenticated(_)));
        answers.push(refused.to_string());
    }
    assert_eq!(answers[0], answers[1]);
}

#[tokio::test]
async fn a_user_without_a_password_cannot_sign_in() {
    let world = World::new().await;
    let address = world.team.email.as_str().to_owned();
    for password in ["", "!", PASSWORD] {
        let refused = world.studio.sessions().sign_in(sign_in(&address, password)).await;
        assert!(matches!(refused, Err(Error::Unauthenticated(_))), "{password:?}");
    }
}

#[tokio::test]
async fn a_token_ends_with_its_lifetime() {
    let world = World::new().await;
    with_ada(&world).await;
    let signed_in = world.studio.sessions().sign_in(sign_in("ada@example.com", PASSWORD)).await.unwrap();
    world.clock.advance(signed_in.expires_in - TimeDelta::seconds(1));
    assert!(world.studio.sessions().authenticate(signed_in.access_token.expose()).is_ok());
    world.clock.advance(TimeDelta::seconds(1));
    let late = world.studio.sessions().authenticate(signed_in.access_token.expose());
    assert!(matches!(late, Err(Error::Unauthenticated(_))));
}

#[tokio::test]
async fn a_reset_password_replaces_the_old_one() {
    let world = World::new().await;
    with_ada(&world).await;
    let password = NewPassword::parse("another horse battery").unwrap();
    let order = ResetPassword { email: email("ada@example.com"), password };
    world.studio.users().reset_password(&Actor::System, order).await.unwrap();
    let sessions = world.studio.sessions();
    assert!(sessions.sign_in(sign_in("ada@example.com", PASSWORD)).await.is_err());
    assert!(sessions.sign_in(sign_in("ada@example.com", "another horse battery")).await.is_ok());
}

#[tokio::test]
async fn a_reset_password_ends_the_sessions_of_the_old_one() {
    let world = World::new().await;
    let ada = with_ada(&world).await;
    world.studio.sessions().sign_in(sign_in("ada@example.com", PASSWORD)).await.unwrap();
    let password = NewPassword::parse("another horse battery").unwrap();
    let order = ResetPassword { email: email("ada@example.com"), password };
    world.studio.users().reset_password(&Actor::System, order).await.unwrap();
    let mut work = world.store.begin_read(&Actor::System).await.unwrap();
    assert_eq!(work.sessions().of_user(ada.id).await.unwrap(), []);
    assert_eq!(world.journal().await[0].event, "session.revoked");
}

#[tokio::test]
async fn a_suspended_user_is_nobody() {
    let world = World::new().await;
    let tom = team_member("Tim").with(|user| user.suspended_at = Some(START)).build();
    let system = Actor::System;
    let mut work = world.store.begin(&system).await.unwrap();
    work.users().add(&permit(&system, Verb::Create, &tom), &tom).await.unwrap();
    work.commit().await.unwrap();
    let refused = world.studio.users().me(&actor_of(&tom)).await;
    assert!(matches!(refused, Err(Error::Unauthenticated(_))));
}

#[tokio::test]
async fn an_address_is_taken_once() {
    let world = World::new().await;
    with_ada(&world).await;
    let user = NewUser { email: email("Ada@Example.com"), name: None, role: Role::Client, company: None };
    let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
    let refused = world.studio.users().create(&Actor::System, order).await;
    assert!(matches!(refused, Err(Error::Taken { what: "email" })));
}

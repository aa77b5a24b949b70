//! The second factor.

use chrono::TimeDelta;
use kairo_domain::{Actor, Redacted, Role};
use kairo_ports::{Clock, Store};
use kairo_testkit::fakes::PlainCodes;
use kairo_use_cases::{Error, SignedIn};

use crate::world::{PASSWORD, World, credentials, secret};

const ADA: &str = "ada@example.com";

async fn ada(world: &World) -> Actor {
    world.with_user(ADA, Role::Client).await;
    let signed_in = world.sign_in(ADA, PASSWORD).await.unwrap();
    world.studio.sessions().authenticate(signed_in.access_token.expose()).unwrap()
}

fn code_now(world: &World) -> String {
    PlainCodes::code_at(world.clock.now())
}

async fn switch_on(world: &World, actor: &Actor) -> Vec<Redacted<String>> {
    world.studio.two_factor().begin(actor, &secret(PASSWORD)).await.unwrap();
    let codes = world.studio.two_factor().confirm(actor, &secret(&code_now(world))).await.unwrap();
    world.clock.advance(TimeDelta::seconds(30));
    codes
}

async fn sign_in(world: &World, code: Option<&str>) -> Result<SignedIn, Error> {
    world.studio.sessions().sign_in(credentials(ADA, PASSWORD, code)).await
}

#[tokio::test]
async fn a_code_is_asked_for_once_the_app_was_confirmed() {
    let world = World::new().await;
    let actor = ada(&world).await;
    let factor = world.studio.two_factor();
    factor.begin(&actor, &secret(PASSWORD)).await.unwrap();
    assert!(sign_in(&world, None).await.is_ok(), "nothing is asked for before the app is confirmed");
    let wrong = factor.confirm(&actor, &secret("000000")).await;
    assert!(matches!(wrong, Err(Error::Invalid(issues)) if issues[0].pointer == "/code"));
    let recovery = switch_on(&world, &actor).await;
    assert_eq!(recovery.len(), 10);
    assert!(matches!(sign_in(&world, None).await, Err(Error::SecondFactorRequired)));
    assert!(sign_in(&world, Some(&code_now(&world))).await.is_ok());
    let status = factor.status(&actor).await.unwrap();
    assert_eq!((status.is_on, status.recovery_codes_left), (true, 10));
    assert!(matches!(factor.begin(&actor, &secret(PASSWORD)).await, Err(Error::Taken { .. })));
}

#[tokio::test]
async fn no_code_is_good_twice() {
    let world = World::new().await;
    let actor = ada(&world).await;
    let recovery = switch_on(&world, &actor).await;
    let code = code_now(&world);
    assert!(sign_in(&world, Some(&code)).await.is_ok());
    assert!(matches!(sign_in(&world, Some(&code)).await, Err(Error::Unauthenticated(_))));
    assert!(sign_in(&world, Some(recovery[0].expose())).await.is_ok());
    assert!(matches!(sign_in(&world, Some(recovery[0].expose())).await, Err(Error::Unauthenticated(_))));
    assert_eq!(world.studio.two_factor().status(&actor).await.unwrap().recovery_codes_left, 9);
}

#[tokio::test]
async fn wrong_codes_count_as_failures() {
    let world = World::new().await;
    let actor = ada(&world).await;
    switch_on(&world, &actor).await;
    for _ in 0..4 {
        assert!(matches!(sign_in(&world, Some("000000")).await, Err(Error::Unauthenticated(_))));
    }
    assert!(matches!(sign_in(&world, Some("000000")).await, Err(Error::RateLimited { .. })));
}

#[tokio::test]
async fn new_recovery_codes_void_the_old_ones() {
    let world = World::new().await;
    let actor = ada(&world).await;
    let old = switch_on(&world, &actor).await;
    let new = world.studio.two_factor().renew_recovery_codes(&actor, &secret(PASSWORD)).await.unwrap();
    assert!(matches!(sign_in(&world, Some(old[0].expose())).await, Err(Error::Unauthenticated(_))));
    assert!(sign_in(&world, Some(new[0].expose())).await.is_ok());
}

#[tokio::test]
async fn it_is_switched_off_with_the_password_or_by_an_administrator() {
    let world = World::new().await;
    let actor = ada(&world).await;
    switch_on(&world, &actor).await;
    let factor = world.studio.two_factor();
    assert!(matches!(factor.remove(&actor, &secret("wrong")).await, Err(Error::Invalid(_))));
    factor.remove(&actor, &secret(PASSWORD)).await.unwrap();
    assert!(sign_in(&world, None).await.is_ok());
    switch_on(&world, &actor).await;
    let user = actor.user().unwrap();
    assert!(factor.reset(&world.as_team(), user).await.is_err());
    assert!(factor.reset(&actor, user).await.is_err(), "nobody does without the password");
    factor.reset(&world.as_admin(), user).await.unwrap();
    assert!(sign_in(&world, None).await.is_ok());
}

#[tokio::test]
async fn secrets_can_be_encrypted_anew() {
    let world = World::new().await;
    let actor = ada(&world).await;
    switch_on(&world, &actor).await;
    assert_eq!(world.studio.upkeep().seal_anew().await.unwrap().sealed, 1);
    assert!(sign_in(&world, Some(&code_now(&world))).await.is_ok());
    let mut work = world.store.begin_read(&Actor::System).await.unwrap();
    let kept = work.second_factors().get(actor.user().unwrap()).await.unwrap().unwrap();
    assert!(kept.sealed_secret.expose().starts_with("sealed:"));
}

//! API keys.

use chrono::TimeDelta;
use kairo_domain::{Actor, Role, Scope, Scopes, Title};
use kairo_use_cases::{CreateApiKey, EndOwn, Error, LeadQuery, NewApiKey, Which};

use crate::world::{PASSWORD, World, secret};

const ADA: &str = "ada@example.com";

fn scopes(words: &[&str]) -> Scopes {
    words.iter().map(|word| Scope::named(word).unwrap()).collect()
}

async fn ada(world: &World) -> Actor {
    world.with_user(ADA, Role::Team).await;
    let signed_in = world.sign_in(ADA, PASSWORD).await.unwrap();
    world.studio.sessions().authenticate(signed_in.access_token.expose()).unwrap()
}

async fn key(world: &World, actor: &Actor, words: &[&str]) -> Result<NewApiKey, Error> {
    let name = Title::parse("Nightly export").unwrap();
    let order = CreateApiKey { name, scopes: scopes(words), expires_at: None };
    world.studio.api_keys().create(actor, order).await
}

#[tokio::test]
async fn a_key_does_what_its_scopes_say() {
    let world = World::new().await;
    let actor = ada(&world).await;
    let made = key(&world, &actor, &["leads:read"]).await.unwrap();
    assert!(made.secret.expose().starts_with(&made.key.prefix));
    let program = world.studio.api_keys().authenticate(made.secret.expose()).await.unwrap();
    assert!(world.studio.leads().list(&program, &LeadQuery::default()).await.is_ok());
    assert!(world.studio.companies().list(&program, &Default::default()).await.is_err());
    assert!(matches!(key(&world, &program, &["leads:read"]).await, Err(Error::Forbidden(_))));
    let password = kairo_use_cases::ChangePassword {
        current: secret(PASSWORD),
        new: kairo_domain::NewPassword::parse("another horse battery").unwrap(),
    };
    let refused = world.studio.accounts().change_password(&program, password).await;
    assert!(matches!(refused, Err(Error::Forbidden(_))));
    let ended = world.studio.sessions().end_own(&program, EndOwn { which: Which::All }).await;
    assert!(matches!(ended, Err(Error::Forbidden(_))));
}

#[tokio::test]
async fn a_key_gives_no_rights_to_anybody() {
    let world = World::new().await;
    world.with_user(ADA, Role::Admin).await;
    let signed_in = world.sign_in(ADA, PASSWORD).await.unwrap();
    let ada = world.studio.sessions().authenticate(signed_in.access_token.expose()).unwrap();
    let made = key(&world, &ada, &["users:read", "users:write"]).await.unwrap();
    let program = world.studio.api_keys().authenticate(made.secret.expose()).await.unwrap();
    let new = kairo_domain::NewUser {
        email: kairo_testkit::builders::email("eve@example.com"),
        name: None,
        role: Role::Admin,
        company: None,
    };
    let added = world.studio.users().add(&program, kairo_use_cases::AddUser { user: new }, None).await;
    assert!(matches!(added, Err(Error::Forbidden(_))));
    let order =
        kairo_use_cases::ChangeRole { user: world.client.id, role: Role::Admin, seen: Default::default() };
    assert!(matches!(world.studio.users().change_role(&program, order).await, Err(Error::Forbidden(_))));
}

#[tokio::test]
async fn the_use_of_a_key_is_noted_once_a_minute() {
    let world = World::new().await;
    let actor = ada(&world).await;
    let made = key(&world, &actor, &["leads:read"]).await.unwrap();
    let used = async || {
        world.studio.api_keys().authenticate(made.secret.expose()).await.unwrap();
        world.studio.api_keys().list(&actor, made.key.user).await.unwrap()[0].last_used_at.unwrap()
    };
    let first = used().await;
    world.clock.advance(TimeDelta::seconds(59));
    assert_eq!(used().await, first);
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(used().await, first + TimeDelta::minutes(1));
}

#[tokio::test]
async fn a_key_ends_by_time_revocation_or_with_its_owner() {
    let world = World::new().await;
    let actor = ada(&world).await;
    let keys = world.studio.api_keys();
    let revoked = key(&world, &actor, &["leads:read"]).await.unwrap();
    let lasting = key(&world, &actor, &["leads:read"]).await.unwrap();
    assert!(matches!(
        keys.revoke(&world.as_team(), revoked.key.user, revoked.key.id).await,
        Err(Error::NotFound { .. })
    ));
    keys.revoke(&actor, revoked.key.user, revoked.key.id).await.unwrap();
    assert!(keys.authenticate(revoked.secret.expose()).await.is_err());
    assert_eq!(keys.list(&actor, revoked.key.user).await.unwrap().len(), 1);
    let order = kairo_use_cases::MoveUser { user: lasting.key.user, seen: Default::default() };
    world.studio.users().suspend(&world.as_admin(), order, None).await.unwrap();
    assert!(keys.authenticate(lasting.secret.expose()).await.is_err());
    let again = kairo_use_cases::MoveUser { user: lasting.key.user, seen: Default::default() };
    world.studio.users().reactivate(&world.as_admin(), again, None).await.unwrap();
    assert!(keys.authenticate(lasting.secret.expose()).await.is_ok());
    world.clock.advance(TimeDelta::days(90));
    assert!(keys.authenticate(lasting.secret.expose()).await.is_err());
}

#[tokio::test]
async fn a_key_needs_a_scope_and_an_end_that_is_near() {
    let world = World::new().await;
    let actor = ada(&world).await;
    assert!(
        matches!(key(&world, &actor, &[]).await, Err(Error::Invalid(issues)) if issues[0].pointer == "/scopes")
    );
    let order = CreateApiKey {
        name: Title::parse("Forever").unwrap(),
        scopes: scopes(&["leads:read"]),
        expires_at: Some(kairo_testkit::fakes::START + TimeDelta::days(367)),
    };
    let refused = world.studio.api_keys().create(&actor, order).await;
    assert!(matches!(refused, Err(Error::Invalid(issues)) if issues[0].pointer == "/expiresAt"));
}

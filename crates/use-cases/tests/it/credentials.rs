//! Credentials of automations.

use kairo_domain::{
    Actor, BasicPassword, BasicUsername, BearerToken, Change, Credential, CredentialName, CredentialPatch,
    CredentialSecret, Redacted, Role, Scope, Seen, Verb,
};
use kairo_ports::{Store, Vault, VaultError};
use kairo_testkit::builders::{credential, permit};
use kairo_testkit::fakes::PlainVault;
use kairo_use_cases::{
    CreateApiKey, CreateCredential, DeleteCredential, EditCredential, Error, Listing, ReplaceSecret,
    SealedAnew,
};

use crate::world::{PASSWORD, World};

fn name(text: &str) -> CredentialName {
    CredentialName::parse(text).unwrap()
}

fn token(text: &str) -> CredentialSecret {
    CredentialSecret::Bearer { token: BearerToken::parse(text).unwrap() }
}

async fn create(world: &World, actor: &Actor, text: &str) -> Result<Credential, Error> {
    let order = CreateCredential { name: name(text), secret: token("secret-token") };
    world.studio.credentials().create(actor, order).await
}

fn rename(credential: &Credential, to: &str) -> EditCredential {
    let patch = CredentialPatch { name: Change::Set(name(to)) };
    EditCredential { credential: credential.id, patch, seen: Seen::OneOf(vec![credential.version]) }
}

fn replace(credential: &Credential, secret: CredentialSecret) -> ReplaceSecret {
    ReplaceSecret { credential: credential.id, secret, seen: Seen::OneOf(vec![credential.version]) }
}

fn delete(credential: &Credential) -> DeleteCredential {
    DeleteCredential { credential: credential.id, seen: Seen::OneOf(vec![credential.version]) }
}

#[tokio::test]
async fn a_credential_goes_its_way_and_the_journal_tells_no_value() {
    let world = World::new().await;
    let (actor, credentials) = (world.as_client(), world.studio.credentials());
    let made = create(&world, &actor, "crm").await.unwrap();
    assert_eq!((made.owner, made.kind.as_str()), (world.client.id, "bearer"));
    let renamed = credentials.edit(&actor, rename(&made, "crm-2")).await.unwrap();
    let unchanged = credentials.edit(&actor, rename(&renamed, "crm-2")).await.unwrap();
    assert_eq!((renamed.version.number(), unchanged.version.number()), (2, 2));
    let replaced =
        credentials.replace_secret(&actor, replace(&renamed, token("another-token"))).await.unwrap();
    for seen in [&made, &renamed, &replaced, &credentials.get(&actor, made.id).await.unwrap()] {
        assert_eq!(seen.sealed.expose(), "");
    }
    assert!(matches!(credentials.delete(&actor, delete(&renamed)).await, Err(Error::Stale { .. })));
    credentials.delete(&actor, delete(&replaced)).await.unwrap();
    assert!(matches!(credentials.get(&actor, made.id).await, Err(Error::NotFound { what: "credential" })));

    let mut told: Vec<_> =
        world.journal().await.into_iter().map(|entry| (entry.event, entry.body.to_string())).collect();
    told.reverse();
    assert_eq!(
        told,
        [
            ("credential.created", "{}"),
            ("credential.updated", r#"{"fields":["name"]}"#),
            ("credential.updated", r#"{"fields":["secret"]}"#),
            ("credential.deleted", "{}"),
        ]
        .map(|(event, body)| (event.to_owned(), body.to_owned()))
    );
}

#[tokio::test]
async fn everybody_has_their_own_and_an_administrator_sees_all() {
    let world = World::new().await;
    let credentials = world.studio.credentials();
    let [own, other] = [world.as_client(), world.as_team()];
    let theirs = create(&world, &own, "crm").await.unwrap();
    create(&world, &other, "crm").await.unwrap();
    assert!(matches!(create(&world, &own, "crm").await, Err(Error::Taken { what: "name" })));
    for (actor, seen) in [(&own, 1), (&other, 1), (&world.as_admin(), 2)] {
        let page = credentials.list(actor, &Listing::default()).await.unwrap();
        assert_eq!(page.items.len(), seen);
    }
    assert!(matches!(credentials.get(&other, theirs.id).await, Err(Error::NotFound { .. })));
    assert!(matches!(credentials.edit(&other, rename(&theirs, "mine")).await, Err(Error::NotFound { .. })));
    assert!(matches!(credentials.delete(&other, delete(&theirs)).await, Err(Error::NotFound { .. })));
    let nobody = credentials.list(&Actor::Visitor, &Listing::default()).await;
    assert!(matches!(nobody, Err(Error::NotFound { .. })));
    credentials.delete(&world.as_admin(), delete(&theirs)).await.unwrap();
}

#[tokio::test]
async fn credentials_are_a_matter_of_persons() {
    let world = World::new().await;
    world.with_user("ada@example.com", Role::Admin).await;
    let signed_in = world.sign_in("ada@example.com", PASSWORD).await.unwrap();
    let ada = world.studio.sessions().authenticate(signed_in.access_token.expose()).unwrap();
    let made = create(&world, &ada, "crm").await.unwrap();
    let order = CreateApiKey {
        name: kairo_domain::Title::parse("Everything").unwrap(),
        scopes: Scope::ALL.into_iter().collect(),
        expires_at: None,
    };
    let key = world.studio.api_keys().create(&ada, order).await.unwrap();
    let program = world.studio.api_keys().authenticate(key.secret.expose()).await.unwrap();
    let credentials = world.studio.credentials();
    let listed = credentials.list(&program, &Listing::default()).await;
    assert!(matches!(listed, Err(Error::Forbidden(_))));
    assert!(matches!(credentials.get(&program, made.id).await, Err(Error::NotFound { .. })));
    for actor in [program, Actor::System] {
        assert!(matches!(create(&world, &actor, "erp").await, Err(Error::Forbidden(_))), "{actor:?}");
    }
    let [edited, replaced] = [
        credentials.edit(&Actor::System, rename(&made, "erp")).await,
        credentials.replace_secret(&Actor::System, replace(&made, token("another-token"))).await,
    ];
    assert!(matches!((edited, replaced), (Err(Error::Forbidden(_)), Err(Error::Forbidden(_)))));
    assert!(credentials.delete(&Actor::System, delete(&made)).await.is_err());
    assert!(credentials.get(&ada, made.id).await.is_ok());
}

#[tokio::test]
async fn a_credential_stays_of_its_kind() {
    let world = World::new().await;
    let actor = world.as_client();
    let made = create(&world, &actor, "crm").await.unwrap();
    let basic = CredentialSecret::Basic {
        username: BasicUsername::parse("ada").unwrap(),
        password: BasicPassword::parse("eight or more").unwrap(),
    };
    let refused = world.studio.credentials().replace_secret(&actor, replace(&made, basic)).await;
    assert!(matches!(refused, Err(Error::Invalid(issues)) if issues[0].pointer == "/kind"));
}

#[tokio::test]
async fn nobody_has_more_credentials_than_can_be_looked_through() {
    let world = World::new().await;
    let actor = world.as_client();
    for number in 0..200 {
        create(&world, &actor, &format!("service-{number}")).await.unwrap();
    }
    let refused = create(&world, &actor, "one-more").await;
    assert!(matches!(refused, Err(Error::Invalid(issues)) if issues[0].code == "too_many"));
    assert!(create(&world, &world.as_team(), "the-first").await.is_ok());
}

/// A vault that seals with another key than the one that the secrets were sealed with so far, which it still opens.
struct Rotated;

impl Vault for Rotated {
    fn seal(&self, value: &Redacted<Vec<u8>>, place: &str) -> Result<Redacted<String>, VaultError> {
        PlainVault.seal(value, place).map(|sealed| Redacted::new(format!("anew:{}", sealed.expose())))
    }

    fn open(&self, sealed: &Redacted<String>, place: &str) -> Result<Redacted<Vec<u8>>, VaultError> {
        let plain = sealed.expose().strip_prefix("anew:").unwrap_or(sealed.expose());
        PlainVault.open(&Redacted::new(plain.to_owned()), place)
    }
}

#[tokio::test]
async fn a_rotation_seals_every_secret_with_the_new_key() {
    let world = World::new().await;
    let mut all = Vec::new();
    for (actor, text) in [(world.as_client(), "crm"), (world.as_client(), "erp"), (world.as_team(), "crm")] {
        all.push(create(&world, &actor, text).await.unwrap());
    }
    let rotated = world.with_vault(Rotated);
    assert_eq!(rotated.upkeep().seal_anew().await.unwrap().sealed, 3);
    let mut work = world.store.begin_read(&Actor::System).await.unwrap();
    for made in all {
        let kept = work.credentials().get(made.id).await.unwrap().unwrap();
        assert!(kept.sealed.expose().starts_with("anew:sealed:credential:"));
        let opened = Rotated.open(&kept.sealed, &format!("credential:{}", made.id)).unwrap();
        assert_eq!(CredentialSecret::from_bytes(&opened), Ok(token("secret-token")));
        assert_eq!((kept.version, kept.updated_at), (made.version, made.updated_at));
    }
    drop(work);
    assert_eq!(rotated.upkeep().seal_anew().await.unwrap().sealed, 3, "it can be run again");
}

#[tokio::test]
async fn a_secret_that_no_key_opens_is_named_and_stops_no_other() {
    let world = World::new().await;
    let lost = credential(world.client.id, "lost").build();
    let mut work = world.store.begin(&Actor::System).await.unwrap();
    work.credentials().add(&permit(&Actor::System, Verb::Create, &lost), &lost).await.unwrap();
    work.commit().await.unwrap();
    create(&world, &world.as_client(), "good").await.unwrap();
    let anew = world.studio.upkeep().seal_anew().await.unwrap();
    assert_eq!(anew, SealedAnew { sealed: 1, unreadable: vec![format!("credential:{}", lost.id)] });
}

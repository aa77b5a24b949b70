use std::sync::Arc;

use chrono::TimeDelta;
use kairo_domain::{BearerToken, CredentialKind, Redacted, User};
use kairo_memory::MemoryStore;
use kairo_ports::Vault;
use kairo_testkit::builders::{actor_of, credential, permit, team_member};
use kairo_testkit::fakes::{
    InPlace, Mailbox, ManualClock, NumberedIds, NumberedRefreshTokens, NumberedTokens, PlainCodes,
    PlainPasswords, PlainSignatures, PlainTokens, PlainVault, ScriptedEgress,
};

use super::*;
use crate::{Links, Ports, Studio};

/// A studio with one user.
struct Place {
    credentials: Credentials,
    clock: ManualClock,
    tim: User,
}

impl Place {
    async fn new() -> Self {
        let clock = ManualClock::new();
        let studio = Studio::new(Ports {
            store: Arc::new(MemoryStore::new()),
            clock: Arc::new(clock.clone()),
            ids: Arc::new(NumberedIds::new()),
            passwords: Arc::new(PlainPasswords),
            access_tokens: Arc::new(PlainTokens),
            refresh_tokens: Arc::new(NumberedRefreshTokens),
            tokens: Arc::new(NumberedTokens::default()),
            codes: Arc::new(PlainCodes::default()),
            vault: Arc::new(PlainVault),
            mailer: Arc::new(Mailbox::default()),
            egress: Arc::new(ScriptedEgress::default()),
            signatures: Arc::new(PlainSignatures),
            compute: Arc::new(InPlace),
            links: Links::below("https://studio.example/"),
        });
        let (credentials, tim) = (studio.credentials(), team_member("Tim").build());
        let mut work = credentials.desk.begin(&Actor::System).await.unwrap();
        work.users().add(&permit(&Actor::System, Verb::Create, &tim), &tim).await.unwrap();
        work.commit().await.unwrap();
        Self { credentials, clock, tim }
    }

    async fn made(&self, name: &str, secret: &CredentialSecret) -> Credential {
        let order = CreateCredential { name: named(name), secret: secret.clone() };
        self.credentials.create(&actor_of(&self.tim), order).await.unwrap()
    }

    async fn opened(&self, name: &str) -> Result<CredentialSecret, Error> {
        let desk = &self.credentials.desk;
        let mut work = desk.begin(&Actor::System).await?;
        let secret = open_within(desk, &mut *work, self.tim.id, name).await?;
        work.commit().await?;
        Ok(secret)
    }

    async fn last_used(&self, id: CredentialId) -> Option<TimeDelta> {
        let credential = self.credentials.get(&actor_of(&self.tim), id).await.unwrap();
        credential.last_used_at.map(|at| at - kairo_testkit::fakes::START)
    }
}

fn named(name: &str) -> CredentialName {
    CredentialName::parse(name).unwrap()
}

fn token(text: &str) -> CredentialSecret {
    CredentialSecret::Bearer { token: BearerToken::parse(text).unwrap() }
}

#[tokio::test]
async fn what_was_sealed_is_opened_by_its_name() {
    let place = Place::new().await;
    let crm = place.made("crm", &token("crm-token-1")).await;
    place.made("erp", &token("erp-token-1")).await;
    assert_eq!(place.opened("crm").await.unwrap(), token("crm-token-1"));
    let order = ReplaceSecret {
        credential: crm.id,
        secret: token("crm-token-2"),
        seen: Seen::OneOf(vec![crm.version]),
    };
    place.credentials.replace_secret(&actor_of(&place.tim), order).await.unwrap();
    assert_eq!(place.opened("crm").await.unwrap(), token("crm-token-2"));
    assert_eq!(place.opened("erp").await.unwrap(), token("erp-token-1"));
}

#[tokio::test]
async fn a_name_that_nothing_has_is_told_apart_from_a_secret_that_cannot_be_opened() {
    let place = Place::new().await;
    assert!(matches!(place.opened("crm").await, Err(Error::NotFound { what: "credential" })));
    let mut work = place.credentials.desk.begin(&Actor::System).await.unwrap();
    let of_another_row = credential(place.tim.id, "copied").with(|copied| {
        copied.sealed = PlainVault.seal(&token("crm-token-1").to_bytes(), "credential:1").unwrap();
    });
    let no_secret = credential(place.tim.id, "no-secret").with(|other| {
        let place = super::place(other.id);
        other.sealed = PlainVault.seal(&Redacted::new(b"{}".to_vec()), &place).unwrap();
        other.kind = CredentialKind::Secret;
    });
    for stored in [of_another_row.build(), no_secret.build()] {
        let may = permit(&Actor::System, Verb::Create, &stored);
        work.credentials().add(&may, &stored).await.unwrap();
    }
    work.commit().await.unwrap();
    for name in ["copied", "no-secret"] {
        assert!(matches!(place.opened(name).await, Err(Error::Broken(_))), "{name}");
    }
}

#[tokio::test]
async fn a_use_is_noted_once_a_minute() {
    let place = Place::new().await;
    let crm = place.made("crm", &token("crm-token-1")).await;
    assert_eq!(place.last_used(crm.id).await, None);
    for (seconds, noted) in [(0, 0), (59, 0), (1, 60), (30, 60)] {
        place.clock.advance(TimeDelta::seconds(seconds));
        place.opened("crm").await.unwrap();
        assert_eq!(place.last_used(crm.id).await, Some(TimeDelta::seconds(noted)));
    }
}

//! A studio in memory with everybody in it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, Company, JournalEntry, LeadId, NewPassword, NewUser, Origin, Redacted, Role, User, Verb,
};
use kairo_memory::MemoryStore;
use kairo_ports::{Clock, JournalFilter, Mail, MailContent, Store, Vault};
use kairo_testkit::builders::{actor_of, admin, client, company, email, permit, team_member};
use kairo_testkit::fakes::{
    InPlace, Mailbox, ManualClock, NumberedIds, NumberedRefreshTokens, NumberedTokens, PlainCodes,
    PlainPasswords, PlainSignatures, PlainTokens, PlainVault, ScriptedEgress,
};
use kairo_use_cases::{CreateUser, Error, Links, Listing, Ports, SignIn, SignedIn, Studio};

pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct World {
    pub(crate) studio: Studio,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: ManualClock,
    pub(crate) mailbox: Mailbox,
    pub(crate) egress: ScriptedEgress,
    pub(crate) company: Company,
    pub(crate) admin: User,
    pub(crate) team: User,
    pub(crate) client: User,
}

impl World {
    pub(crate) async fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let company = company("Acme").build();
        let (admin, team) = (admin("Alma").build(), team_member("Tom").build());
        let client = client("Cleo", company.id).build();
        add(&store, &company, [&admin, &team, &client]).await;
        let (clock, mailbox, egress) = (ManualClock::new(), Mailbox::default(), ScriptedEgress::default());
        let shared = Arc::clone(&store) as Arc<dyn Store>;
        let ports =
            Ports { egress: Arc::new(egress.clone()), ..ports(shared, clock.clone(), mailbox.clone()) };
        let studio = Studio::new(ports).from_origin(origin("192.0.2.1"));
        Self { studio, store, clock, mailbox, egress, company, admin, team, client }
    }

    /// Another process on the same store, in the same world.
    pub(crate) fn second_node(&self) -> Studio {
        static NODES: AtomicU64 = AtomicU64::new(1);
        let first = NODES.fetch_add(1, Ordering::Relaxed) << 24;
        self.process(|ports| Ports {
            ids: Arc::new(NumberedIds::from_number(first)),
            egress: Arc::new(self.egress.clone()),
            ..ports
        })
    }

    /// The time.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// What was noted on a lead, the oldest first.
    pub(crate) async fn notes_of(&self, lead: LeadId) -> Vec<String> {
        let page = self.studio.leads().notes(&self.as_team(), lead, &Listing::default()).await.unwrap();
        page.items.iter().rev().map(|note| note.text.as_str().to_owned()).collect()
    }

    /// Another process on the same store, which does some things otherwise.
    pub(crate) fn process(&self, otherwise: impl FnOnce(Ports) -> Ports) -> Studio {
        let store = Arc::clone(&self.store) as Arc<dyn Store>;
        Studio::new(otherwise(ports(store, self.clock.clone(), self.mailbox.clone())))
    }

    /// Another process on the same store, with another vault.
    pub(crate) fn with_vault(&self, vault: impl Vault + 'static) -> Studio {
        self.process(|ports| Ports { vault: Arc::new(vault), ..ports })
    }

    pub(crate) fn as_admin(&self) -> Actor {
        actor_of(&self.admin)
    }

    pub(crate) fn as_team(&self) -> Actor {
        actor_of(&self.team)
    }

    pub(crate) fn as_client(&self) -> Actor {
        actor_of(&self.client)
    }

    /// Somebody with an account and [`PASSWORD`].
    pub(crate) async fn with_user(&self, address: &str, role: Role) -> User {
        let user = NewUser { email: email(address), name: None, role, company: None };
        let order = CreateUser { user, password: NewPassword::parse(PASSWORD).unwrap() };
        self.studio.users().create(&Actor::System, order).await.unwrap()
    }

    pub(crate) async fn sign_in(&self, address: &str, password: &str) -> Result<SignedIn, Error> {
        self.studio.sessions().sign_in(credentials(address, password, None)).await
    }

    /// Whether an access token holds on this studio.
    pub(crate) fn holds(&self, signed_in: &SignedIn) -> bool {
        self.studio.sessions().authenticate(signed_in.access_token.expose()).is_ok()
    }

    /// Sends what is owed, and gives the mails that went out.
    pub(crate) async fn mails(&self) -> Vec<Mail> {
        self.studio.post().deliver_due().await.unwrap();
        self.mailbox.take()
    }

    /// The newest entries of the journal first.
    pub(crate) async fn journal(&self) -> Vec<JournalEntry> {
        let mut work = self.store.begin_read(&Actor::System).await.unwrap();
        work.journal().latest(&JournalFilter::default(), 100).await.unwrap()
    }

    pub(crate) async fn events(&self) -> Vec<String> {
        self.journal().await.into_iter().map(|entry| entry.event).collect()
    }
}

pub(crate) fn credentials(address: &str, password: &str, code: Option<&str>) -> SignIn {
    SignIn { email: email(address), password: secret(password), code: code.map(secret) }
}

pub(crate) fn secret(text: &str) -> Redacted<String> {
    Redacted::new(text.to_owned())
}

pub(crate) fn origin(address: &str) -> Origin {
    Origin {
        request: Some("request-1".to_owned()),
        address: Some(secret(address)),
        agent: Some(secret("Firefox")),
    }
}

/// The token in a mail's link.
pub(crate) fn token_in(mail: &Mail) -> Redacted<String> {
    let link = match &mail.content {
        MailContent::VerifyAddress { link, .. }
        | MailContent::ResetPassword { link, .. }
        | MailContent::Welcome { link, .. }
        | MailContent::Invitation { link, .. }
        | MailContent::ConfirmOldAddress { link, .. }
        | MailContent::ConfirmNewAddress { link, .. } => link,
        MailContent::AlreadyRegistered | MailContent::Notice(_) | MailContent::Written { .. } => {
            panic!("no link in {:?}", mail.content)
        }
    };
    secret(link.expose().split_once("#token=").unwrap().1)
}

pub(crate) fn studio_on(store: Arc<dyn Store>, clock: ManualClock) -> Studio {
    wired(store, clock, Mailbox::default())
}

fn wired(store: Arc<dyn Store>, clock: ManualClock, mailbox: Mailbox) -> Studio {
    Studio::new(ports(store, clock, mailbox))
}

fn ports(store: Arc<dyn Store>, clock: ManualClock, mailbox: Mailbox) -> Ports {
    Ports {
        store,
        clock: Arc::new(clock),
        ids: Arc::new(NumberedIds::new()),
        passwords: Arc::new(PlainPasswords),
        access_tokens: Arc::new(PlainTokens),
        refresh_tokens: Arc::new(NumberedRefreshTokens),
        tokens: Arc::new(NumberedTokens::default()),
        codes: Arc::new(PlainCodes::default()),
        vault: Arc::new(PlainVault),
        mailer: Arc::new(mailbox),
        egress: Arc::new(ScriptedEgress::default()),
        signatures: Arc::new(PlainSignatures),
        compute: Arc::new(InPlace),
        links: Links::below("https://studio.example/"),
    }
}

async fn add(store: &MemoryStore, company: &Company, users: [&User; 3]) {
    let system = Actor::System;
    let mut work = store.begin(&system).await.unwrap();
    work.companies().add(&permit(&system, Verb::Create, company), company).await.unwrap();
    for user in users {
        work.users().add(&permit(&system, Verb::Create, user), user).await.unwrap();
    }
    work.commit().await.unwrap();
}

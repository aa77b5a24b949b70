//! A studio in memory with everybody in it.

use std::sync::Arc;

use kairo_domain::{Actor, Company, JournalEntry, User, Verb};
use kairo_memory::MemoryStore;
use kairo_ports::{JournalFilter, Store};
use kairo_testkit::builders::{actor_of, admin, client, company, permit, team_member};
use kairo_testkit::fakes::{ManualClock, NumberedIds, NumberedTokens, PlainPasswords, PlainTokens};
use kairo_use_cases::{Ports, Studio};

pub(crate) struct World {
    pub(crate) studio: Studio,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: ManualClock,
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
        let clock = ManualClock::new();
        let studio = studio_on(Arc::clone(&store) as Arc<dyn Store>, clock.clone());
        Self { studio, store, clock, admin, team, client }
    }

    pub(crate) fn as_team(&self) -> Actor {
        actor_of(&self.team)
    }

    pub(crate) async fn journal(&self) -> Vec<JournalEntry> {
        let mut work = self.store.begin_read(&Actor::System).await.unwrap();
        work.journal().latest(&JournalFilter::default(), 100).await.unwrap()
    }
}

pub(crate) fn studio_on(store: Arc<dyn Store>, clock: ManualClock) -> Studio {
    Studio::new(Ports {
        store,
        clock: Arc::new(clock),
        ids: Arc::new(NumberedIds::new()),
        passwords: Arc::new(PlainPasswords),
        access_tokens: Arc::new(PlainTokens),
        tokens: Arc::new(NumberedTokens::default()),
    })
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

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, Event, Facts, Filter, Job, JournalEntry, JournalField, Origin, Page, PageRequest, Permit, Refused,
    Resource, Sort, TriggerOn, UserId,
};
use kairo_ports::{Journal, JournalFilter, StoreError};
use serde_json::json;
use uuid::Uuid;

use crate::guard::{Guard, only_system, refused, sees};
use crate::listing::page_of;
use crate::queue::enqueue;
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl Journal for MemoryUnitOfWork {
    async fn record(&mut self, permit: &Permit, event: &Event, at: DateTime<Utc>) -> Result<(), StoreError> {
        let is_own = only_own(&self.actor, permit.actor());
        self.check(is_own)?;
        self.append_event(permit.actor(), permit, event, at)
    }

    async fn record_for(
        &mut self,
        actor: &Actor,
        permit: &Permit,
        event: &Event,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.demand_system()?;
        self.append_event(actor, permit, event, at)
    }

    async fn record_refusal(
        &mut self,
        actor: &Actor,
        refused: &Refused,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let is_allowed = only_system(&self.actor).or_else(|_| only_own(&self.actor, actor));
        self.check(is_allowed)?;
        self.append(JournalEntry {
            verb: refused.verb.as_str().to_owned(),
            resource: refused.resource.as_str().to_owned(),
            subject: refused.subject,
            event: refused.event(),
            body: json!({"why": refused.why}),
            ..blank(actor, at)
        })
    }

    fn came_from(&mut self, origin: &Origin) {
        self.origin = origin.clone();
    }

    async fn list(
        &mut self,
        filter: &Filter<JournalField>,
        sort: &Sort<JournalField>,
        page: &PageRequest,
    ) -> Result<Page<JournalEntry>, StoreError> {
        let entries = self.view.journal.iter().map(Arc::as_ref);
        Ok(page_of(entries.filter(|entry| is_shown_to(&self.actor, entry)), filter, sort, page))
    }

    async fn latest(&mut self, filter: &JournalFilter, limit: u16) -> Result<Vec<JournalEntry>, StoreError> {
        let wanted = |entry: &&Arc<JournalEntry>| {
            filter.resource.is_none_or(|resource| entry.resource == resource.as_str())
                && filter.subject.is_none_or(|subject| entry.subject == Some(subject))
                && filter.before.is_none_or(|before| entry.seq < before)
                && is_shown_to(&self.actor, entry)
        };
        let entries = self.view.journal.iter().rev().filter(wanted).take(usize::from(limit));
        Ok(entries.map(|entry| JournalEntry::clone(entry)).collect())
    }
}

impl MemoryUnitOfWork {
    fn append_event(
        &mut self,
        actor: &Actor,
        permit: &Permit,
        event: &Event,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let is_named = Guard::new(self.actor, permit).names(event.resource(), Some(event.subject()));
        self.check(is_named)?;
        self.append(JournalEntry {
            verb: permit.verb().as_str().to_owned(),
            resource: event.resource().as_str().to_owned(),
            subject: Some(event.subject()),
            event: event.name().to_owned(),
            body: event.body(),
            company: permit.company(),
            ..blank(actor, at)
        })
    }

    fn append(&mut self, entry: JournalEntry) -> Result<(), StoreError> {
        let entry = JournalEntry { origin: self.origin.clone(), ..entry };
        self.write(move |shelf| {
            // Numbered again at commit, when it is known what came before.
            let seq = shelf.journal.last().map_or(0, |entry| entry.seq) + 1;
            Arc::make_mut(&mut shelf.journal).push(Arc::new(JournalEntry { seq, ..entry.clone() }));
            pass_on(shelf, seq, &entry);
            Ok(())
        })
    }
}

/// An event that a trigger waits for becomes a job.
fn pass_on(shelf: &mut Shelf, seq: i64, entry: &JournalEntry) {
    let waits = |on: &TriggerOn| matches!(on, TriggerOn::Event { event } if *event == entry.event);
    if shelf.triggers.rows().any(|known| waits(&known.trigger.on)) {
        enqueue(shelf, Job::DispatchEvent(seq), entry.at);
    }
}

/// What an entry says of who acted.
fn blank(actor: &Actor, at: DateTime<Utc>) -> JournalEntry {
    JournalEntry {
        seq: 0,
        at,
        actor: actor.word().to_owned(),
        actor_id: actor.journal_id(),
        role: Some(actor.role().as_str().to_owned()),
        verb: String::new(),
        resource: String::new(),
        subject: None,
        event: String::new(),
        body: json!({}),
        company: None,
        origin: Origin::default(),
    }
}

/// Refuses an entry in the name of somebody else.
fn only_own(actor: &Actor, named: &Actor) -> Result<(), StoreError> {
    if (actor.word(), actor.journal_id()) == (named.word(), named.journal_id()) {
        return Ok(());
    }
    Err(refused("an entry is made in the name of whoever acts"))
}

/// An entry belongs to the user who acted.
fn is_shown_to(actor: &Actor, entry: &JournalEntry) -> bool {
    let owner = entry.actor_id.map(UserId::from_uuid);
    sees(actor, &Facts { owner, ..Facts::of(Resource::Audit, Uuid::nil()) })
}

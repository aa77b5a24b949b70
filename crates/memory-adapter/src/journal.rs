use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{Actor, Event, Facts, JournalEntry, Permit, Resource, UserId};
use kairo_ports::{Journal, JournalFilter, StoreError};
use uuid::Uuid;

use crate::guard::{Guard, sees};
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl Journal for MemoryUnitOfWork {
    async fn record(&mut self, permit: &Permit, event: &Event, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (guard, event) = (Guard::new(self.actor, permit), event.clone());
        self.write(move |shelf| record(shelf, &guard, &event, at))
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

fn record(shelf: &mut Shelf, guard: &Guard, event: &Event, at: DateTime<Utc>) -> Result<(), StoreError> {
    guard.names(event.resource(), Some(event.subject()))?;
    let permit = guard.permit();
    // Numbered again at commit, when it is known what came before.
    let seq = shelf.journal.last().map_or(0, |entry| entry.seq) + 1;
    Arc::make_mut(&mut shelf.journal).push(Arc::new(JournalEntry {
        seq,
        at,
        actor: permit.actor().word().to_owned(),
        actor_id: permit.actor().journal_id(),
        verb: permit.verb().as_str().to_owned(),
        resource: event.resource().as_str().to_owned(),
        subject: Some(event.subject()),
        event: event.name().to_owned(),
        body: event.body(),
    }));
    Ok(())
}

/// An entry belongs to the user who acted.
fn is_shown_to(actor: &Actor, entry: &JournalEntry) -> bool {
    let owner = entry.actor_id.map(UserId::from_uuid);
    sees(actor, &Facts { owner, ..Facts::of(Resource::Audit, Uuid::nil()) })
}

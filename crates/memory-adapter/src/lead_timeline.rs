use async_trait::async_trait;
use kairo_domain::{
    Actor, Facts, Filter, LeadEntry, LeadEntryField, LeadId, LeadNote, LeadNoteField, LeadNoteId, Page,
    PageRequest, Permit, Resource, Sort,
};
use kairo_ports::{LeadTimeline, StoreError};

use crate::guard::{Guard, refused, sees};
use crate::listing::page_of;
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

#[async_trait]
impl LeadTimeline for MemoryUnitOfWork {
    async fn add(&mut self, permit: &Permit, entry: &LeadEntry) -> Result<(), StoreError> {
        let (guard, entry) = (Guard::new(self.actor, permit), entry.clone());
        self.write(move |shelf| add(shelf, &guard, &entry))
    }

    async fn list(
        &mut self,
        lead: LeadId,
        filter: &Filter<LeadEntryField>,
        sort: &Sort<LeadEntryField>,
        page: &PageRequest,
    ) -> Result<Page<LeadEntry>, StoreError> {
        Ok(page_of(shown(&self.view, &self.actor, lead), filter, sort, page))
    }

    async fn notes(
        &mut self,
        lead: LeadId,
        filter: &Filter<LeadNoteField>,
        sort: &Sort<LeadNoteField>,
        page: &PageRequest,
    ) -> Result<Page<LeadNote>, StoreError> {
        let notes: Vec<LeadNote> = shown(&self.view, &self.actor, lead).filter_map(note).collect();
        Ok(page_of(notes.iter(), filter, sort, page))
    }
}

/// The entries of a lead that the actor can see.
fn shown<'a>(shelf: &'a Shelf, actor: &Actor, lead: LeadId) -> impl Iterator<Item = &'a LeadEntry> {
    let is_seen = sees(actor, &facts(lead));
    shelf.lead_timeline.rows().filter(move |entry| is_seen && entry.lead == lead)
}

fn add(shelf: &mut Shelf, guard: &Guard, entry: &LeadEntry) -> Result<(), StoreError> {
    guard.names(Resource::Lead, Some(entry.lead.uuid()))?;
    let verb = entry.kind.verb();
    if guard.permit().verb() != verb {
        return Err(refused(format!("a permit to {} tells of no other act", guard.permit().verb())));
    }
    if !entry.is_by(guard.actor()) {
        return Err(refused("an entry is made in the name of whoever acts"));
    }
    guard.may(verb, &facts(entry.lead))?;
    // As a foreign key: a deleted lead is still there.
    if shelf.leads.get(&entry.lead.uuid()).is_none() {
        return Err(StoreError::Missing { what: "leadId" });
    }
    shelf.lead_timeline.put_new(entry.id.uuid(), entry.clone(), "id")
}

fn note(entry: &LeadEntry) -> Option<LeadNote> {
    Some(LeadNote {
        id: LeadNoteId::from_uuid(entry.id.uuid()),
        lead: entry.lead,
        actor: entry.actor.clone(),
        actor_id: entry.actor_id,
        text: entry.text.clone()?,
        created_at: entry.at,
    })
}

const fn facts(lead: LeadId) -> Facts {
    Facts::of(Resource::Lead, lead.uuid())
}

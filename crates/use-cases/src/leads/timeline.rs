use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, Event, LeadEntry, LeadEntryField, LeadId, LeadNote, LeadNoteField, Message, Page, Permit,
    Resource, Verb,
};
use kairo_ports::UnitOfWork;

use super::{Leads, known_lead};
use crate::desk::{Asked, Desk};
use crate::once::{keep, replay};
use crate::{Error, Listing, Once, Outcome};

/// Something to be written down about a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct NoteLead {
    /// Which lead.
    pub lead: LeadId,
    /// What to write.
    pub text: Message,
}

impl Leads {
    /// Writes something down about a lead. The lead itself stays as it is.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`]; [`Error::KeyReused`] and [`Error::InProgress`] when `once` says so.
    pub async fn note(
        &self,
        actor: &Actor,
        order: NoteLead,
        once: Option<Once<LeadNote>>,
    ) -> Result<Outcome<LeadNote>, Error> {
        let (desk, order, once) = (&self.desk, &order, once.as_ref());
        desk.order(actor, Asked::of(Verb::Update, Resource::Lead, order.lead.uuid()), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            actor.may_ever(Verb::Update, Resource::Lead)?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            let note = note_within(&mut *work, desk, actor, order).await?;
            keep(&mut *work, once, &note, now).await?;
            work.commit().await?;
            Ok(Outcome::Done(note))
        })
        .await
    }

    /// Lists what was written down about a lead, the latest first unless told.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the lead is not there or not within the actor's reach.
    pub async fn notes(
        &self,
        actor: &Actor,
        lead: LeadId,
        query: &Listing<LeadNoteField>,
    ) -> Result<Page<LeadNote>, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        actor.may(Verb::Read, &known_lead(&mut *work, lead).await?)?;
        Ok(work.lead_timeline().notes(lead, &query.filter, &query.sort, &query.page).await?)
    }

    /// Lists what happened to a lead, notes among it, the latest first unless told.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the lead is not there or not within the actor's reach.
    pub async fn timeline(
        &self,
        actor: &Actor,
        lead: LeadId,
        query: &Listing<LeadEntryField>,
    ) -> Result<Page<LeadEntry>, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        actor.may(Verb::Read, &known_lead(&mut *work, lead).await?)?;
        Ok(work.lead_timeline().list(lead, &query.filter, &query.sort, &query.page).await?)
    }
}

/// Writes something down about a lead, in a unit of whoever calls.
pub(crate) async fn note_within(
    work: &mut dyn UnitOfWork,
    desk: &Desk,
    actor: &Actor,
    order: &NoteLead,
) -> Result<LeadNote, Error> {
    let lead = known_lead(work, order.lead).await?;
    let permit = actor.may(Verb::Update, &lead)?;
    let note = lead.note(desk.new_id(), actor, order.text.clone(), desk.now());
    work.lead_timeline().add(&permit, &LeadEntry::from(&note)).await?;
    work.journal().record(&permit, &note.event(), note.created_at).await?;
    Ok(note)
}

/// Records what was done to a lead: in the journal for everything that follows from it, and in the lead's timeline for
/// whoever reads that.
pub(super) async fn record(
    work: &mut dyn UnitOfWork,
    desk: &Desk,
    permit: &Permit,
    event: &Event,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    work.journal().record(permit, event, at).await?;
    if let Some(entry) = LeadEntry::of(desk.new_id(), permit.actor(), event, at) {
        work.lead_timeline().add(permit, &entry).await?;
    }
    Ok(())
}

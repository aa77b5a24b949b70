mod timeline;

use kairo_domain::{
    Actor, Event, Lead, LeadDetails, LeadField, LeadId, LeadPatch, LeadStatus, Page, Reason, Resource, Seen,
    Verb,
};
use kairo_ports::UnitOfWork;

use crate::desk::{Asked, Desk};
use crate::once::{keep, replay};
use crate::retry::retry;
use crate::{Error, Listing, Once, Outcome};

pub use timeline::NoteLead;
pub(crate) use timeline::note_within;
use timeline::record;

/// What is done with leads.
#[derive(Clone)]
pub struct Leads {
    pub(crate) desk: Desk,
}

/// A visitor's contact form.
#[derive(Clone, Debug, PartialEq)]
pub struct CaptureLead {
    /// What was filled in.
    pub details: LeadDetails,
}

/// Which leads to list, and how; the newest first unless told.
pub type LeadQuery = Listing<LeadField>;

/// Another status for a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct MoveLead {
    /// Which lead.
    pub lead: LeadId,
    /// Where to.
    pub to: LeadStatus,
    /// Why; needed for losing and reopening.
    pub reason: Option<Reason>,
    /// Which version the mover saw.
    pub seen: Seen,
}

/// Other details for a lead.
#[derive(Clone, Debug, PartialEq)]
pub struct EditLead {
    /// Which lead.
    pub lead: LeadId,
    /// What to change.
    pub patch: LeadPatch,
    /// Which version the editor saw.
    pub seen: Seen,
}

/// A lead to take out of sight.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteLead {
    /// Which lead.
    pub lead: LeadId,
    /// Which version was seen.
    pub seen: Seen,
}

impl Leads {
    /// Takes in what a visitor wrote. Everybody may.
    ///
    /// # Errors
    /// [`Error::KeyReused`] and [`Error::InProgress`] when `once` says so; else those of the store.
    pub async fn capture(
        &self,
        actor: &Actor,
        order: CaptureLead,
        once: Option<Once<Lead>>,
    ) -> Result<Outcome<Lead>, Error> {
        let (order, once) = (&order, once.as_ref());
        retry(|| async move {
            let now = self.desk.now();
            let mut work = self.desk.begin(actor).await?;
            actor.may_ever(Verb::Create, Resource::Lead)?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            let lead = capture_within(&mut *work, &self.desk, actor, order).await?;
            keep(&mut *work, once, &lead, now).await?;
            work.commit().await?;
            Ok(Outcome::Done(lead))
        })
        .await
    }

    /// Lists the leads within the actor's reach.
    ///
    /// # Errors
    /// [`Error::NotFound`] for actors who may see no lead at all.
    pub async fn list(&self, actor: &Actor, query: &LeadQuery) -> Result<Page<Lead>, Error> {
        actor.may_list(Resource::Lead)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.leads().list(&query.filter, &query.sort, &query.page).await?)
    }

    /// Shows one lead.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn get(&self, actor: &Actor, id: LeadId) -> Result<Lead, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let lead = known_lead(&mut *work, id).await?;
        actor.may(Verb::Read, &lead)?;
        Ok(lead)
    }

    /// Edits a lead's details; an edit that changes nothing makes no new version.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn edit(&self, actor: &Actor, order: EditLead) -> Result<Lead, Error> {
        let order = &order;
        self.desk
            .order(actor, Asked::of(Verb::Update, Resource::Lead, order.lead.uuid()), || async move {
                let mut work = self.desk.begin(actor).await?;
                let mut lead = known_lead(&mut *work, order.lead).await?;
                let permit = actor.may(Verb::Update, &lead)?;
                order.seen.check(lead.version)?;
                let now = self.desk.now();
                let Some(edited) = lead.edit(order.patch.clone(), now) else { return Ok(lead) };
                work.leads().save(&permit, &lead).await?;
                record(&mut *work, &self.desk, &permit, &Event::LeadEdited(edited), now).await?;
                work.commit().await?;
                Ok(lead)
            })
            .await
    }

    /// Moves a lead along its state machine.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`], [`Error::IllegalTransition`], and
    /// [`Error::Invalid`] at `/reason` when a reason is missing.
    pub async fn move_to(
        &self,
        actor: &Actor,
        order: MoveLead,
        once: Option<Once<Lead>>,
    ) -> Result<Outcome<Lead>, Error> {
        let (order, once) = (&order, once.as_ref());
        self.desk
            .order(actor, Asked::of(Verb::Move, Resource::Lead, order.lead.uuid()), || async move {
                let now = self.desk.now();
                let mut work = self.desk.begin(actor).await?;
                actor.may_ever(Verb::Move, Resource::Lead)?;
                if let Some(answer) = replay(&mut *work, once, now).await? {
                    return Ok(Outcome::Replayed(answer));
                }
                let lead = move_within(&mut *work, &self.desk, actor, order).await?;
                keep(&mut *work, once, &lead, now).await?;
                work.commit().await?;
                Ok(Outcome::Done(lead))
            })
            .await
    }

    /// Takes a lead out of sight.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn delete(&self, actor: &Actor, order: DeleteLead) -> Result<(), Error> {
        let order = &order;
        self.desk
            .order(actor, Asked::of(Verb::Delete, Resource::Lead, order.lead.uuid()), || async move {
                let mut work = self.desk.begin(actor).await?;
                let mut lead = known_lead(&mut *work, order.lead).await?;
                let permit = actor.may(Verb::Delete, &lead)?;
                order.seen.check(lead.version)?;
                let now = self.desk.now();
                let deleted = lead.delete(now);
                work.leads().save(&permit, &lead).await?;
                record(&mut *work, &self.desk, &permit, &Event::LeadDeleted(deleted), now).await?;
                Ok(work.commit().await?)
            })
            .await
    }
}

/// Takes a lead in, in a unit of whoever calls.
pub(crate) async fn capture_within(
    work: &mut dyn UnitOfWork,
    desk: &Desk,
    actor: &Actor,
    order: &CaptureLead,
) -> Result<Lead, Error> {
    let now = desk.now();
    let lead = Lead::capture(desk.new_id(), order.details.clone(), now);
    let permit = actor.may(Verb::Create, &lead)?;
    work.leads().add(&permit, &lead).await?;
    let created = Event::LeadCreated { lead: lead.id, source: lead.details.source };
    record(work, desk, &permit, &created, now).await?;
    Ok(lead)
}

/// Moves a lead along its state machine, in a unit of whoever calls.
pub(crate) async fn move_within(
    work: &mut dyn UnitOfWork,
    desk: &Desk,
    actor: &Actor,
    order: &MoveLead,
) -> Result<Lead, Error> {
    let now = desk.now();
    let mut lead = known_lead(work, order.lead).await?;
    let permit = actor.may(Verb::Move, &lead)?;
    order.seen.check(lead.version)?;
    let moved = lead.move_to(order.to, order.reason.clone(), now)?;
    work.leads().save(&permit, &lead).await.map_err(Error::or_again)?;
    record(work, desk, &permit, &Event::LeadMoved(moved), now).await?;
    Ok(lead)
}

/// The lead, or that there is none within the actor's reach.
async fn known_lead(work: &mut dyn UnitOfWork, id: LeadId) -> Result<Lead, Error> {
    work.leads().get(id).await?.ok_or_else(|| Error::missing(id))
}

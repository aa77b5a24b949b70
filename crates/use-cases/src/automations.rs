mod copies;
mod faults;
mod flows;
pub(crate) mod hooks;
mod inspection;
mod reached;
mod standing;
mod try_out;

use kairo_domain::{
    Actor, Automation, AutomationChange, AutomationField, AutomationId, AutomationPatch, Event,
    NewAutomation, Page, Resource, Seen, UserId, Verb,
};

use crate::desk::{Asked, Desk};
use crate::engine::let_in;
use crate::once::{keep, replay};
use crate::{Error, Listing, Once, Outcome};

pub use copies::{AutomationFile, CopyAutomation};
pub use flows::{DrawFlow, RollBack};
pub use hooks::{Hook, RotateHook};
pub use inspection::Inspected;
pub use standing::MoveAutomation;
pub use try_out::TryOut;
pub(crate) use try_out::chosen;

/// What is done with automations.
#[derive(Clone)]
pub struct Automations {
    pub(crate) desk: Desk,
}

/// Other details for an automation.
#[derive(Clone, Debug, PartialEq)]
pub struct EditAutomation {
    /// Which automation.
    pub automation: AutomationId,
    /// What to change.
    pub patch: AutomationPatch,
    /// Which version the editor saw.
    pub seen: Seen,
}

/// An automation to take out of sight.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteAutomation {
    /// Which automation.
    pub automation: AutomationId,
    /// Which version was seen.
    pub seen: Seen,
}

impl Automations {
    /// Lists the automations within the actor's reach.
    ///
    /// # Errors
    /// [`Error::NotFound`] for actors who may see no automation at all.
    pub async fn list(
        &self,
        actor: &Actor,
        query: &Listing<AutomationField>,
    ) -> Result<Page<Automation>, Error> {
        actor.may_list(Resource::Automation)?;
        let mut work = self.desk.begin_read(actor).await?;
        Ok(work.automations().list(&query.filter, &query.sort, &query.page).await?)
    }

    /// Shows one automation.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn get(&self, actor: &Actor, id: AutomationId) -> Result<Automation, Error> {
        let mut work = self.desk.begin_read(actor).await?;
        let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
        actor.may(Verb::Read, &automation)?;
        Ok(automation)
    }

    /// Makes an automation of the actor's own: a draft, whose flow may have faults.
    ///
    /// # Errors
    /// [`Error::Forbidden`] or [`Error::NotFound`] unless the actor may; [`Error::KeyReused`] and
    /// [`Error::InProgress`] when `once` says so.
    pub async fn create(
        &self,
        actor: &Actor,
        order: NewAutomation,
        once: Option<Once<Automation>>,
    ) -> Result<Outcome<Automation>, Error> {
        let (desk, order, once) = (&self.desk, &order, once.as_ref());
        let asked = Asked::for_new(Resource::Automation);
        desk.order(actor, asked, || async move {
            let owner = owner_of_new(actor, asked)?;
            let now = desk.now();
            let automation = Automation::create(desk.new_id(), owner, order.clone(), now);
            let permit = actor.may(Verb::Create, &automation)?;
            let drawing = actor.may(Verb::Update, &automation)?;
            let triggers = self.triggers_of(&automation, &[])?;
            let mut work = desk.begin(actor).await?;
            if let Some(answer) = replay(&mut *work, once, now).await? {
                return Ok(Outcome::Replayed(answer));
            }
            work.automations().add(&permit, &automation).await?;
            work.triggers().replace(&drawing, automation.id, &triggers).await?;
            work.journal().record(&permit, &happened(automation.id, AutomationChange::Created), now).await?;
            keep(&mut *work, once, &automation, now).await?;
            work.commit().await?;
            Ok(Outcome::Done(automation))
        })
        .await
    }

    /// Edits what is said of an automation; an edit that changes nothing makes no new version.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn edit(&self, actor: &Actor, order: EditAutomation) -> Result<Automation, Error> {
        let (desk, order, id) = (&self.desk, &order, order.automation);
        desk.order(actor, Asked::of(Verb::Update, Resource::Automation, id.uuid()), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let mut automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Update, &automation)?;
            order.seen.check(automation.version)?;
            let Some(edited) = automation.edit(order.patch.clone(), now) else { return Ok(automation) };
            work.automations().save(&permit, &automation).await?;
            let change = AutomationChange::Edited { fields: edited.fields };
            work.journal().record(&permit, &happened(id, change), now).await?;
            work.commit().await?;
            // There may be more places now.
            if let Err(error) = let_in(desk, id).await {
                tracing::warn!(automation.id = %id, %error, "runs that stand in line are let in later");
            }
            Ok(automation)
        })
        .await
    }

    /// Takes an automation out of sight. It fires no more; runs under way come to their end.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Forbidden`], [`Error::Stale`].
    pub async fn delete(&self, actor: &Actor, order: DeleteAutomation) -> Result<(), Error> {
        let (desk, order, id) = (&self.desk, &order, order.automation);
        desk.order(actor, Asked::of(Verb::Delete, Resource::Automation, id.uuid()), || async move {
            let now = desk.now();
            let mut work = desk.begin(actor).await?;
            let mut automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Delete, &automation)?;
            order.seen.check(automation.version)?;
            automation.delete(now);
            work.automations().save(&permit, &automation).await?;
            work.journal().record(&permit, &happened(id, AutomationChange::Deleted), now).await?;
            Ok(work.commit().await?)
        })
        .await
    }
}

/// Who owns what this actor makes. The program itself and visitors own nothing.
fn owner_of_new(actor: &Actor, asked: Asked) -> Result<UserId, Error> {
    actor.user().ok_or_else(|| asked.hidden())
}

fn happened(automation: AutomationId, change: AutomationChange) -> Event {
    Event::Automation { automation, change }
}

mod fields;

use chrono::TimeDelta;
use kairo_domain::{Id, LeadStatus, Message, Origin, Reason, Seen};
use kairo_flow::{Effect, EffectKind, StepError};
use kairo_ports::UnitOfWork;
use serde_json::{Value, json};
use uuid::Uuid;

use super::drive::{Drive, Going};
use super::ending::{leave, let_in};
use super::outside::Came;
use crate::desk::Desk;
use crate::leads::{capture_within, move_within, note_within};
use crate::retry::is_contention;
use crate::{CaptureLead, CreateCompany, Error, MoveLead, NoteLead};

/// For how long a row is raced for until the run is put back.
const PATIENCE: TimeDelta = TimeDelta::seconds(5);

/// Whether an effect is one on our own data: it is kept in the same transaction as its step.
pub(super) const fn is_inside(effect: &Effect) -> bool {
    match effect.kind {
        EffectKind::Http(_) | EffectKind::Email(_) | EffectKind::Wait(_) | EffectKind::Respond(_) => false,
        EffectKind::Subflow { .. }
        | EffectKind::LeadCreate(_)
        | EffectKind::LeadMove { .. }
        | EffectKind::LeadNote { .. }
        | EffectKind::CompanyCreate(_) => true,
    }
}

/// Why an effect on our own data did not take place.
pub(super) enum Refusal {
    /// The step fails.
    Step(StepError),
    /// The step fails, and what was done about it in its unit stays.
    Kept(StepError),
    /// Nothing is known; the run goes on after its last checkpoint.
    Store(Error),
}

impl Drive {
    /// Does something to our own data, by the same rules as the API, and keeps the step in the same unit.
    pub(super) async fn act_inside(&mut self, effect: &Effect) -> Result<Going, Error> {
        let desk = self.desk.clone();
        let (mut work, came) = self.in_a_unit(&desk, effect).await?;
        match came {
            Ok(Came::To(value)) => self.deciding.execution().learned(&effect.key, Ok(value)),
            Ok(Came::Later { until, detail }) => {
                self.deciding.execution().hold(
                    &effect.key,
                    until.map(|until| until.timestamp_millis()),
                    detail,
                );
            }
            Err(Refusal::Kept(error)) => {
                let error = self.without_secrets(error);
                self.deciding.execution().learned(&effect.key, Err(error));
            }
            Err(Refusal::Step(error)) => {
                drop(work);
                self.learn_error(effect, error, None, Value::Null);
                self.checkpoint().await?;
                return Ok(Going::On);
            }
            Err(Refusal::Store(error)) => return Err(error),
        }
        let going = self.checkpoint_within(&mut *work).await?;
        // Whose row was taken by somebody else meanwhile is not known here; it begins anew from the last checkpoint.
        work.commit().await.map_err(Error::or_again)?;
        for automation in std::mem::take(&mut self.freed) {
            if let Err(error) = let_in(&desk, automation).await {
                tracing::warn!(automation.id = %automation, %error, "runs that stand in line are let in later");
            }
        }
        if going == Going::Over {
            leave(&desk, &self.run, &self.settings).await?;
        }
        Ok(going)
    }

    /// A unit in which an effect took place, or was refused. Who loses a race for a row begins anew with a unit that
    /// sees the winner's.
    async fn in_a_unit(
        &mut self,
        desk: &Desk,
        effect: &Effect,
    ) -> Result<(Box<dyn UnitOfWork>, Result<Came, Refusal>), Error> {
        let give_up_at = desk.now() + PATIENCE;
        loop {
            let mut work = desk.ports.store.begin(&self.actor).await?;
            work.journal().came_from(&Origin { request: Some(origin_of(&self.run)), ..Origin::default() });
            match self.act_within(&mut *work, effect).await {
                Err(Refusal::Store(error)) if is_contention(&error) && desk.now() < give_up_at => {}
                came => return Ok((work, came)),
            }
        }
    }

    async fn act_within(&mut self, work: &mut dyn UnitOfWork, effect: &Effect) -> Result<Came, Refusal> {
        match &effect.kind {
            EffectKind::Subflow { automation, input } => {
                return self.call(work, effect, automation, input).await;
            }
            EffectKind::LeadCreate(given) => self.create_lead(work, given).await,
            EffectKind::LeadMove { lead, to, reason } => {
                self.move_lead(work, lead, to, reason.as_deref()).await
            }
            EffectKind::LeadNote { lead, text } => self.note_lead(work, lead, text).await,
            EffectKind::CompanyCreate(given) => self.create_company(work, given).await,
            EffectKind::Http(_) | EffectKind::Email(_) | EffectKind::Wait(_) | EffectKind::Respond(_) => {
                Err(Refusal::Step(StepError::permanent("misplaced", "this effect is one outside")))
            }
        }
        .map(Came::To)
    }

    async fn create_lead(&self, work: &mut dyn UnitOfWork, given: &Value) -> Result<Value, Refusal> {
        let order = CaptureLead { details: fields::lead(given).map_err(Refusal::Step)? };
        let lead = capture_within(work, &self.desk, &self.actor, &order).await?;
        Ok(json!({"id": lead.id, "status": lead.status.as_str()}))
    }

    async fn move_lead(
        &self,
        work: &mut dyn UnitOfWork,
        lead: &str,
        to: &str,
        reason: Option<&str>,
    ) -> Result<Value, Refusal> {
        let to = LeadStatus::named(to).ok_or_else(|| invalid("to", "must be a status of leads"))?;
        let reason = reason.map(Reason::parse).transpose();
        let order = MoveLead {
            lead: id("lead", lead)?,
            to,
            reason: reason.map_err(|issue| invalid("reason", &issue.to_string()))?,
            seen: Seen::Anything,
        };
        let lead = move_within(work, &self.desk, &self.actor, &order).await?;
        Ok(json!({"id": lead.id, "status": lead.status.as_str()}))
    }

    async fn note_lead(&self, work: &mut dyn UnitOfWork, lead: &str, text: &str) -> Result<Value, Refusal> {
        let text = Message::parse(text).map_err(|issue| invalid("text", &issue.to_string()))?;
        let order = NoteLead { lead: id("lead", lead)?, text };
        let note = note_within(work, &self.desk, &self.actor, &order).await?;
        Ok(json!({"id": note.id, "lead": order.lead}))
    }

    async fn create_company(&self, work: &mut dyn UnitOfWork, given: &Value) -> Result<Value, Refusal> {
        let order = CreateCompany { details: fields::company(given).map_err(Refusal::Step)? };
        let company = crate::companies::create_within(work, &self.desk, &self.actor, &order).await?;
        Ok(json!({"id": company.id, "name": company.details.name.as_str()}))
    }
}

/// How the journal names a run as the origin of what it did.
pub(crate) fn origin_of(run: &kairo_domain::Run) -> String {
    format!("run:{}", run.id)
}

fn id<E>(field: &str, text: &str) -> Result<Id<E>, Refusal> {
    Uuid::parse_str(text).map(Id::from_uuid).map_err(|_| invalid(field, "must be an id"))
}

fn invalid(field: &str, message: &str) -> Refusal {
    Refusal::Step(StepError::permanent("invalid", format!("`{field}` {message}")))
}

impl From<Error> for Refusal {
    /// What a person would be refused ends the step; what is nobody's fault is tried again.
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::Invalid(issues) => {
                let list: Vec<_> =
                    issues.iter().map(|issue| format!("{} {}", issue.pointer, issue.message)).collect();
                Self::Step(StepError::permanent("invalid", list.join("; ")))
            }
            Error::Stale { .. } | Error::Busy(_) | Error::Broken(_) | Error::InProgress => Self::Store(error),
            refused => Self::Step(StepError::permanent(refused.code().as_str(), message)),
        }
    }
}

use kairo_domain::{
    Actor, Automation, AutomationChange, AutomationId, Redacted, Resource, Schedule, TokenDigest, Trigger,
    TriggerOn, Verb,
};
use kairo_flow::{FlowDocument, Plan, TriggerKind};

use super::{Automations, happened};
use crate::Error;
use crate::desk::Asked;

/// The node kind of webhooks.
const WEBHOOK: &str = "trigger.webhook";

/// A trigger as its owner is shown it.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    /// The trigger.
    pub trigger: Trigger,
    /// The token of its address, for a webhook and for whoever may change the automation.
    pub token: Option<Redacted<String>>,
}

/// A webhook that is to get another address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotateHook {
    /// The automation.
    pub automation: AutomationId,
    /// The trigger's node.
    pub node: String,
}

impl Automations {
    /// Lists the triggers of an automation that something else than a person fires. The addresses of webhooks are for
    /// whoever may change it.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not there or not within the actor's reach.
    pub async fn hooks(&self, actor: &Actor, id: AutomationId) -> Result<Vec<Hook>, Error> {
        let automation = self.get(actor, id).await?;
        let may_use = actor.may(Verb::Update, &automation).is_ok();
        let mut work = self.desk.begin_read(&Actor::System).await?;
        let triggers = work.triggers().of(id).await?;
        let shown = |trigger: Trigger| {
            let token = if may_use { self.token_of(&trigger)? } else { None };
            Ok(Hook { trigger, token })
        };
        triggers.into_iter().map(shown).collect()
    }

    /// Gives a webhook another address; the old one is dead from the commit on.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such webhook within the actor's reach, [`Error::Forbidden`].
    pub async fn rotate_hook(&self, actor: &Actor, order: RotateHook) -> Result<Hook, Error> {
        let (desk, order, id) = (&self.desk, &order, order.automation);
        desk.order(actor, Asked::of(Verb::Update, Resource::Automation, id.uuid()), || async move {
            let now = desk.now();
            let inspection = self.look_at(actor, Verb::Update, id, None).await?;
            let is_meant = |trigger: &&Trigger| trigger.node == order.node && trigger.on.word() == "webhook";
            inspection.triggers.iter().find(is_meant).ok_or(Error::NotFound { what: "webhook" })?;
            let kept: Vec<_> =
                inspection.triggers.iter().filter(|trigger| trigger.node != order.node).cloned().collect();
            let mut work = desk.begin(actor).await?;
            let automation = work.automations().get(id).await?.ok_or_else(|| Error::missing(id))?;
            let permit = actor.may(Verb::Update, &automation)?;
            inspection.still_holds(&automation)?;
            let triggers = self.triggers_of(&automation, &kept)?;
            work.triggers().replace(&permit, id, &triggers).await?;
            let change = AutomationChange::HookRotated { node: order.node.clone() };
            work.journal().record(&permit, &happened(id, change), now).await?;
            work.commit().await?;
            let rotated = triggers.into_iter().find(|trigger| trigger.node == order.node);
            let trigger = rotated.ok_or(Error::NotFound { what: "webhook" })?;
            let token = self.token_of(&trigger)?;
            Ok(Hook { trigger, token })
        })
        .await
    }

    /// The triggers an automation is to have. Webhooks keep the address they have; also a draft with faults has them,
    /// so that the other side can be set up first. Schedules that did not change go on as they were planned.
    pub(super) fn triggers_of(
        &self,
        automation: &Automation,
        existing: &[Trigger],
    ) -> Result<Vec<Trigger>, Error> {
        let node_of =
            |node: &str| existing.iter().find(|trigger| trigger.node == node).map(|trigger| &trigger.on);
        let Ok(plan) = Plan::compile(&automation.flow) else {
            let nodes = webhooks(&automation.flow);
            return nodes.map(|node| self.webhook(automation.id, &node, node_of(&node))).collect();
        };
        let of = |trigger: &kairo_flow::Trigger| {
            let existing = node_of(&trigger.node);
            match &trigger.kind {
                TriggerKind::Manual => Ok(None),
                TriggerKind::Webhook { .. } => self.webhook(automation.id, &trigger.node, existing).map(Some),
                TriggerKind::Schedule { cron, timezone, missed } => {
                    let missed = (*missed).into();
                    let next_at = self.planned(automation, cron, timezone, existing);
                    let on =
                        TriggerOn::Schedule { cron: cron.clone(), zone: timezone.clone(), missed, next_at };
                    Ok(Some(Trigger { automation: automation.id, node: trigger.node.clone(), on }))
                }
                TriggerKind::Event { event } => {
                    let on = TriggerOn::Event { event: event.clone() };
                    Ok(Some(Trigger { automation: automation.id, node: trigger.node.clone(), on }))
                }
            }
        };
        plan.triggers().iter().map(of).filter_map(Result::transpose).collect()
    }

    /// When a schedule is to be fired next. What is not active has no plans: it does not miss anything either.
    fn planned(
        &self,
        automation: &Automation,
        cron: &str,
        zone: &str,
        existing: Option<&TriggerOn>,
    ) -> Option<chrono::DateTime<chrono::Utc>> {
        if !automation.fires() {
            return None;
        }
        match existing {
            Some(TriggerOn::Schedule { cron: old, zone: old_zone, next_at: Some(next_at), .. })
                if old == cron && old_zone == zone =>
            {
                Some(*next_at)
            }
            _ => Schedule::parse(cron, zone, self.desk.now()).ok()?.next_after(self.desk.now()),
        }
    }

    fn webhook(
        &self,
        automation: AutomationId,
        node: &str,
        existing: Option<&TriggerOn>,
    ) -> Result<Trigger, Error> {
        let on = match existing {
            Some(on @ TriggerOn::Webhook { .. }) => on.clone(),
            _ => self.new_address(automation, node)?,
        };
        Ok(Trigger { automation, node: node.to_owned(), on })
    }

    fn new_address(&self, automation: AutomationId, node: &str) -> Result<TriggerOn, Error> {
        let (token, digest): (_, TokenDigest) = self.desk.ports.tokens.next();
        let bytes = Redacted::new(token.expose().clone().into_bytes());
        let sealed_token = self.desk.ports.vault.seal(&bytes, &place(automation, node))?;
        Ok(TriggerOn::Webhook { digest, sealed_token })
    }

    fn token_of(&self, trigger: &Trigger) -> Result<Option<Redacted<String>>, Error> {
        let TriggerOn::Webhook { sealed_token, .. } = &trigger.on else { return Ok(None) };
        let bytes = self.desk.ports.vault.open(sealed_token, &place(trigger.automation, &trigger.node))?;
        Ok(String::from_utf8(bytes.expose().clone()).ok().map(Redacted::new))
    }
}

/// For which place the token of a webhook is sealed.
pub(crate) fn place(automation: AutomationId, node: &str) -> String {
    format!("hook:{automation}:{node}")
}

fn webhooks(flow: &FlowDocument) -> impl Iterator<Item = String> {
    flow.nodes()
        .filter(|node| node.kind == WEBHOOK)
        .map(|node| node.id.to_owned())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
}

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{ArmedTrigger, AutomationId, Permit, Resource, TokenDigest, Trigger, TriggerOn};
use kairo_ports::{StoreError, TriggerRepository};
use uuid::Uuid;

use crate::guard::{Guard, refused};
use crate::run_progress::acting;
use crate::shelf::Shelf;
use crate::unit_of_work::MemoryUnitOfWork;

/// An automation, and a node of its flow.
pub(crate) type TriggerKey = (Uuid, String);

/// A trigger, and what is known of it beside.
#[derive(Clone, PartialEq)]
pub(crate) struct Registered {
    pub(crate) trigger: Trigger,
    /// Whether nothing is planned any more.
    is_over: bool,
}

#[async_trait]
impl TriggerRepository for MemoryUnitOfWork {
    async fn of(&mut self, automation: AutomationId) -> Result<Vec<Trigger>, StoreError> {
        self.demand_system()?;
        let all = self.view.triggers.rows().map(|registered| &registered.trigger);
        Ok(all.filter(|trigger| trigger.automation == automation).cloned().collect())
    }

    async fn replace(
        &mut self,
        permit: &Permit,
        automation: AutomationId,
        triggers: &[Trigger],
    ) -> Result<(), StoreError> {
        let (guard, triggers) = (Guard::new(self.actor, permit), triggers.to_vec());
        self.write(move |shelf| replace(shelf, &guard, automation, &triggers))
    }

    async fn find_hook(&mut self, digest: &TokenDigest) -> Result<Option<ArmedTrigger>, StoreError> {
        self.demand_system()?;
        let mut all = self.view.triggers.rows().map(|known| &known.trigger);
        let hook = all.find(|trigger| digest_of(trigger) == Some(digest));
        Ok(hook.and_then(|hook| armed(&self.view, hook)))
    }

    async fn listening(&mut self, event: &str) -> Result<Vec<ArmedTrigger>, StoreError> {
        self.demand_system()?;
        let waits =
            |trigger: &&Trigger| matches!(&trigger.on, TriggerOn::Event { event: for_it } if for_it == event);
        let all = self.view.triggers.rows().map(|known| &known.trigger);
        Ok(all.filter(waits).filter_map(|trigger| armed(&self.view, trigger)).collect())
    }

    async fn due_schedule(
        &mut self,
        now: DateTime<Utc>,
        behind: Option<Trigger>,
    ) -> Result<Option<Trigger>, StoreError> {
        self.demand_system()?;
        self.check_access()?;
        let behind = behind.map(|trigger| (trigger.planned_at(), (trigger.automation.uuid(), trigger.node)));
        let mut due: Vec<(Option<DateTime<Utc>>, TriggerKey)> = Vec::new();
        for (key, registered) in self.view.triggers.entries() {
            let is_due = next_of(registered).filter(|next| next.is_none_or(|next| next <= now));
            if let Some(next) = is_due.filter(|_| fires(&self.view, registered)) {
                due.push((next, key.clone()));
            }
        }
        due.retain(|turn| behind.as_ref().is_none_or(|behind| turn > behind));
        due.sort();
        Ok(due.iter().find_map(|(_, key)| self.hold_schedule(key)))
    }

    async fn plan(
        &mut self,
        automation: AutomationId,
        node: &str,
        next_at: Option<DateTime<Utc>>,
    ) -> Result<(), StoreError> {
        self.demand_system()?;
        let key = (automation.uuid(), node.to_owned());
        self.write(move |shelf| {
            if let Some(planned) = shelf.triggers.get(&key).and_then(|known| planned(known, next_at)) {
                shelf.triggers.put(key.clone(), planned);
            }
            Ok(())
        })
    }

    async fn next_planned(&mut self) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.demand_system()?;
        let firing = self.view.triggers.rows().filter(|known| fires(&self.view, known));
        Ok(firing.filter_map(|known| next_of(known).flatten()).min())
    }

    async fn hooks_after(
        &mut self,
        last: Option<(AutomationId, String)>,
        limit: u16,
    ) -> Result<Vec<Trigger>, StoreError> {
        self.demand_system()?;
        let last = last.map(|(automation, node)| (automation.uuid(), node));
        let after =
            self.view.triggers.entries().filter(|(key, _)| last.as_ref().is_none_or(|last| *key > last));
        let hooks = after.map(|(_, known)| &known.trigger).filter(|trigger| digest_of(trigger).is_some());
        Ok(hooks.take(usize::from(limit)).cloned().collect())
    }

    async fn reseal(&mut self, hook: &Trigger) -> Result<(), StoreError> {
        self.demand_system()?;
        let is_hook = digest_of(hook).map(drop).ok_or_else(|| refused("only webhooks have tokens"));
        self.check(is_hook)?;
        let hook = hook.clone();
        self.write(move |shelf| {
            let key = (hook.automation.uuid(), hook.node.clone());
            // Unless it got another token meanwhile.
            if shelf.triggers.get(&key).is_some_and(|known| digest_of(&known.trigger) == digest_of(&hook)) {
                shelf.triggers.put(key, Registered { trigger: hook.clone(), is_over: false });
            }
            Ok(())
        })
    }
}

impl MemoryUnitOfWork {
    /// Holds a schedule until the end of the unit, unless another one holds it, or fired it since this one began.
    fn hold_schedule(&mut self, key: &TriggerKey) -> Option<Trigger> {
        let is_unchanged =
            |unit: &Self| unit.shared.newest().triggers.get(key) == unit.view.triggers.get(key);
        let is_held = self.schedules.has(key) || (self.schedules.take(key) && is_unchanged(self));
        self.view.triggers.get(key).filter(|_| is_held).map(|registered| registered.trigger.clone())
    }
}

fn replace(
    shelf: &mut Shelf,
    guard: &Guard,
    automation: AutomationId,
    triggers: &[Trigger],
) -> Result<(), StoreError> {
    guard.names(Resource::Automation, Some(automation.uuid()))?;
    let missing = StoreError::Missing { what: "automationId" };
    let stored = shelf.automations.get(&automation.uuid()).ok_or(missing)?;
    guard.allows_saving(stored, stored)?;
    shelf.triggers.remove_where(usize::MAX, |known| known.trigger.automation == automation);
    for trigger in triggers {
        let is_taken = |digest| shelf.triggers.rows().any(|other| digest_of(&other.trigger) == Some(digest));
        if digest_of(trigger).is_some_and(is_taken) {
            return Err(StoreError::Taken { what: "token" });
        }
        let registered = Registered { trigger: Trigger { automation, ..trigger.clone() }, is_over: false };
        shelf.triggers.put_new((automation.uuid(), trigger.node.clone()), registered, "node")?;
    }
    Ok(())
}

fn fires(shelf: &Shelf, registered: &Registered) -> bool {
    let automation = shelf.automations.get(&registered.trigger.automation.uuid());
    automation.is_some_and(|automation| automation.fires())
}

fn armed(shelf: &Shelf, trigger: &Trigger) -> Option<ArmedTrigger> {
    let automation = shelf.automations.get(&trigger.automation.uuid()).filter(|found| found.fires())?;
    let owner = shelf.users.get(&automation.owner.uuid()).filter(|owner| owner.may_sign_in())?;
    Some(ArmedTrigger {
        automation: automation.id,
        node: trigger.node.clone(),
        flow_number: automation.flow_number,
        vars: automation.settings.vars.clone(),
        owner: acting(owner),
    })
}

fn digest_of(trigger: &Trigger) -> Option<&TokenDigest> {
    match &trigger.on {
        TriggerOn::Webhook { digest, .. } => Some(digest),
        TriggerOn::Schedule { .. } | TriggerOn::Event { .. } => None,
    }
}

/// When a schedule that is not over is planned next, if it was planned.
fn next_of(registered: &Registered) -> Option<Option<DateTime<Utc>>> {
    match &registered.trigger.on {
        TriggerOn::Schedule { next_at, .. } if !registered.is_over => Some(*next_at),
        TriggerOn::Schedule { .. } | TriggerOn::Webhook { .. } | TriggerOn::Event { .. } => None,
    }
}

/// The schedule with another plan; `None` when it is no schedule.
fn planned(registered: &Registered, at: Option<DateTime<Utc>>) -> Option<Registered> {
    let mut planned = Registered { is_over: at.is_none(), ..registered.clone() };
    match &mut planned.trigger.on {
        TriggerOn::Schedule { next_at, .. } => *next_at = at,
        TriggerOn::Webhook { .. } | TriggerOn::Event { .. } => return None,
    }
    Some(planned)
}

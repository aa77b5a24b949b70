use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Actor, Automation, AutomationField, AutomationId, AutomationRecord, Filter, FlowNumber, FlowVersion,
    Page, PageRequest, Permit, Resource, Sort, Version,
};
use kairo_ports::{AutomationRepository, StoreError};
use uuid::Uuid;

use crate::guard::{Guard, sees};
use crate::listing::page_of;
use crate::shelf::{Shelf, Versioned};
use crate::unit_of_work::MemoryUnitOfWork;

impl Versioned for Automation {
    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }

    fn version(&self) -> Version {
        self.version
    }

    fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }
}

#[async_trait]
impl AutomationRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: AutomationId) -> Result<Option<Automation>, StoreError> {
        Ok(self.view.automations.visible(&self.actor, id.uuid()).cloned())
    }

    async fn list(
        &mut self,
        filter: &Filter<AutomationField>,
        sort: &Sort<AutomationField>,
        page: &PageRequest,
    ) -> Result<Page<Automation>, StoreError> {
        Ok(page_of(self.view.automations.shown_to(&self.actor), filter, sort, page))
    }

    async fn add(&mut self, permit: &Permit, automation: &Automation) -> Result<(), StoreError> {
        let (guard, automation) = (Guard::new(self.actor, permit), automation.clone());
        self.write(move |shelf| {
            guard.allows_adding(&automation)?;
            shelf.check_user(automation.owner)?;
            shelf.automations.add(&guard, &automation)?;
            keep_flow(shelf, guard.actor(), &automation)
        })
    }

    async fn save(&mut self, permit: &Permit, automation: &Automation) -> Result<(), StoreError> {
        let (guard, automation) = (Guard::new(self.actor, permit), automation.clone());
        self.write(move |shelf| save(shelf, &guard, &automation))
    }

    async fn count_runs(
        &mut self,
        permit: &Permit,
        id: AutomationId,
        runs: u32,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let guard = Guard::new(self.actor, permit);
        self.write(move |shelf| {
            guard.names(Resource::Automation, Some(id.uuid()))?;
            // Also of a deleted one: what it started before goes on.
            let stored = shelf.automations.get(&id.uuid()).filter(|stored| sees(guard.actor(), *stored));
            let stored = stored.ok_or(StoreError::Stale)?;
            guard.allows_saving(stored, stored)?;
            let counted = Automation::restore(AutomationRecord {
                execution_count: stored.execution_count.saturating_add(runs),
                last_executed_at: stored.last_executed_at.max(Some(at)),
                ..AutomationRecord::clone(stored)
            });
            shelf.automations.put(id.uuid(), counted);
            Ok(())
        })
    }

    /// Nobody reads this store without the port.
    async fn settle_counts(&mut self, _limit: u16) -> Result<u64, StoreError> {
        self.demand_system()?;
        Ok(0)
    }

    async fn flow(
        &mut self,
        id: AutomationId,
        number: FlowNumber,
    ) -> Result<Option<FlowVersion>, StoreError> {
        let is_seen = self.sees_flows_of(id);
        Ok(self.view.flows.get(&(id.uuid(), number)).filter(|_| is_seen).cloned())
    }

    async fn flows(
        &mut self,
        id: AutomationId,
        before: Option<FlowNumber>,
        limit: u16,
    ) -> Result<Vec<FlowVersion>, StoreError> {
        if !self.sees_flows_of(id) {
            return Ok(Vec::new());
        }
        let is_wanted =
            |flow: &&FlowVersion| flow.automation == id && before.is_none_or(|before| flow.number < before);
        let mut flows: Vec<_> = self.view.flows.rows().filter(is_wanted).cloned().collect();
        flows.reverse();
        flows.truncate(usize::from(limit));
        Ok(flows)
    }
}

impl MemoryUnitOfWork {
    /// Flows are seen as long as there is something that runs them: a deleted automation's runs go on.
    fn sees_flows_of(&self, id: AutomationId) -> bool {
        self.view.automations.get(&id.uuid()).is_some_and(|automation| sees(&self.actor, automation))
    }
}

fn save(shelf: &mut Shelf, guard: &Guard, automation: &Automation) -> Result<(), StoreError> {
    let stored = shelf.automations.check_save(guard, automation)?;
    let is_drawn = stored.flow_number != automation.flow_number;
    let (execution_count, last_executed_at) = (stored.execution_count, stored.last_executed_at);
    let saved = Automation::restore(AutomationRecord {
        execution_count,
        last_executed_at,
        ..AutomationRecord::clone(automation)
    });
    shelf.check_user(automation.owner)?;
    shelf.automations.put(automation.id.uuid(), saved);
    if is_drawn { keep_flow(shelf, guard.actor(), automation) } else { Ok(()) }
}

fn keep_flow(shelf: &mut Shelf, actor: &Actor, automation: &Automation) -> Result<(), StoreError> {
    let version = FlowVersion {
        automation: automation.id,
        number: automation.flow_number,
        flow: automation.flow.clone(),
        drawn_at: automation.updated_at,
        drawn_by: actor.user(),
    };
    shelf.flows.put_new((automation.id.uuid(), version.number), version, "flowVersion")
}

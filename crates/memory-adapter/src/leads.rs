use async_trait::async_trait;
use kairo_domain::{Lead, LeadField, LeadFilter, LeadId, Page, PageRequest, Permit, Sort, Version};
use kairo_ports::{LeadRepository, StoreError};
use uuid::Uuid;

use crate::guard::Guard;
use crate::listing::page_of;
use crate::shelf::Versioned;
use crate::unit_of_work::MemoryUnitOfWork;

impl Versioned for Lead {
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
impl LeadRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: LeadId) -> Result<Option<Lead>, StoreError> {
        Ok(self.view.leads.visible(&self.actor, id.uuid()).cloned())
    }

    async fn list(
        &mut self,
        filter: &LeadFilter,
        sort: &Sort<LeadField>,
        page: &PageRequest,
    ) -> Result<Page<Lead>, StoreError> {
        Ok(page_of(self.view.leads.shown_to(&self.actor), filter, sort, page))
    }

    async fn add(&mut self, permit: &Permit, lead: &Lead) -> Result<(), StoreError> {
        let (guard, lead) = (Guard::new(self.actor, permit), lead.clone());
        self.write(move |shelf| shelf.leads.add(&guard, &lead))
    }

    async fn save(&mut self, permit: &Permit, lead: &Lead) -> Result<(), StoreError> {
        let (guard, lead) = (Guard::new(self.actor, permit), lead.clone());
        self.write(move |shelf| shelf.leads.save(&guard, &lead))
    }
}

use async_trait::async_trait;
use kairo_domain::{Company, CompanyField, CompanyId, Filter, Page, PageRequest, Permit, Sort, Version};
use kairo_ports::{CompanyRepository, StoreError};
use uuid::Uuid;

use crate::guard::Guard;
use crate::listing::page_of;
use crate::shelf::Versioned;
use crate::unit_of_work::MemoryUnitOfWork;

impl Versioned for Company {
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
impl CompanyRepository for MemoryUnitOfWork {
    async fn get(&mut self, id: CompanyId) -> Result<Option<Company>, StoreError> {
        Ok(self.view.companies.visible(&self.actor, id.uuid()).cloned())
    }

    async fn list(
        &mut self,
        filter: &Filter<CompanyField>,
        sort: &Sort<CompanyField>,
        page: &PageRequest,
    ) -> Result<Page<Company>, StoreError> {
        Ok(page_of(self.view.companies.shown_to(&self.actor), filter, sort, page))
    }

    async fn add(&mut self, permit: &Permit, company: &Company) -> Result<(), StoreError> {
        let (guard, company) = (Guard::new(self.actor, permit), company.clone());
        self.write(move |shelf| shelf.companies.add(&guard, &company))
    }

    async fn save(&mut self, permit: &Permit, company: &Company) -> Result<(), StoreError> {
        let (guard, company) = (Guard::new(self.actor, permit), company.clone());
        self.write(move |shelf| shelf.companies.save(&guard, &company))
    }
}

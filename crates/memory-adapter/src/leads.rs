use async_trait::async_trait;
use kairo_domain::{
    Count, Direction, Lead, LeadField, LeadFilter, LeadId, Page, PageRequest, Permit, Position, Scan, Sort,
    Total, Version, Window,
};
use kairo_ports::{LeadRepository, StoreError};
use uuid::Uuid;

use crate::guard::{Guard, sees};
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
        let shown = |lead: &&Lead| !lead.is_deleted() && sees(&self.actor, *lead) && filter.accepts(lead);
        let mut rows: Vec<(Position, &Lead)> =
            self.view.leads.rows().filter(shown).map(|lead| (sort.position(lead), lead)).collect();
        rows.sort_by(|(a, _), (b, _)| sort.compare(a, b));
        let total = total(page.count, rows.len());

        let scan = Scan::of(page);
        if scan.direction == Direction::Descending {
            rows.reverse();
        }
        let skipped = match page.window {
            Window::Offset(rows) => usize::try_from(rows).unwrap_or(usize::MAX),
            Window::First | Window::After(_) | Window::Before(_) => 0,
        };
        let met = rows
            .into_iter()
            .filter(|(position, _)| match &page.window {
                Window::After(start) => sort.compare(position, start).is_gt(),
                Window::Before(end) => sort.compare(position, end).is_lt(),
                Window::First | Window::Offset(_) => true,
            })
            .skip(skipped)
            .take(usize::try_from(scan.fetch).unwrap_or(usize::MAX))
            .map(|(_, lead)| lead.clone())
            .collect();
        Ok(Page::from_scan(page, met, |lead| sort.position(lead)).with_total(total))
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

fn total(count: Count, rows: usize) -> Option<Total> {
    let rows = rows as u64;
    match count {
        Count::None => None,
        Count::Estimated => Some(Total { rows, exact: false }),
        Count::Exact => Some(Total { rows, exact: true }),
    }
}

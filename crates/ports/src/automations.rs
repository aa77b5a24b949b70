use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Automation, AutomationField, AutomationId, Filter, FlowNumber, FlowVersion, Page, PageRequest, Permit,
    Sort,
};

use crate::StoreError;

/// The automations that the actor of the unit can see, and the versions of their flows; deleted ones are never among
/// them.
///
/// Every method fails with [`StoreError::Unavailable`] or [`StoreError::Broken`] when the store does.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AutomationRepository: Send {
    /// The automation with this id.
    async fn get(&mut self, id: AutomationId) -> Result<Option<Automation>, StoreError>;

    /// A page of the automations that pass the filter, in this order.
    async fn list(
        &mut self,
        filter: &Filter<AutomationField>,
        sort: &Sort<AutomationField>,
        page: &PageRequest,
    ) -> Result<Page<Automation>, StoreError>;

    /// Adds an automation, and its flow as the first version. MUST fail with [`StoreError::Taken`] when the id is in
    /// use.
    async fn add(&mut self, permit: &Permit, automation: &Automation) -> Result<(), StoreError>;

    /// Writes a changed automation. MUST fail with [`StoreError::Stale`] unless the stored version is exactly one less.
    /// A flow with another number is kept as a version. How often it was run is not written.
    async fn save(&mut self, permit: &Permit, automation: &Automation) -> Result<(), StoreError>;

    /// Counts so many more runs, the last one at this instant; makes no new version of the automation. Units that do so
    /// at once SHOULD not wait for one another.
    async fn count_runs(
        &mut self,
        permit: &Permit,
        id: AutomationId,
        runs: u32,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// Has whoever reads the store without this port see what was counted, at most so many of those counts, and tells how
    /// many they were. MUST fail with [`StoreError::Refused`] unless the actor of the unit is the program itself.
    async fn settle_counts(&mut self, limit: u16) -> Result<u64, StoreError>;

    /// One version of the flow of an automation.
    async fn flow(&mut self, id: AutomationId, number: FlowNumber)
    -> Result<Option<FlowVersion>, StoreError>;

    /// The versions of the flow of an automation before this number, the latest first.
    async fn flows(
        &mut self,
        id: AutomationId,
        before: Option<FlowNumber>,
        limit: u16,
    ) -> Result<Vec<FlowVersion>, StoreError>;
}

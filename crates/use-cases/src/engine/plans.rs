use std::sync::Arc;

use kairo_domain::{AutomationId, FlowNumber};
use kairo_flow::Plan;
use kairo_ports::UnitOfWork;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::Error;

/// How many bytes the flows whose plans are kept may have together; a plan takes a few times as many.
const MOST_BYTES: u64 = 16 * 1024 * 1024;
/// How many plans are expected to be kept.
const EXPECTED: usize = 200;

/// Compiled flows. A version never changes, so what is kept is never wrong.
pub(crate) struct Plans(Cache<(AutomationId, FlowNumber), Kept, Bytes>);

#[derive(Clone)]
struct Kept {
    plan: Arc<Plan>,
    bytes: u64,
}

#[derive(Clone)]
struct Bytes;

impl Weighter<(AutomationId, FlowNumber), Kept> for Bytes {
    fn weight(&self, _: &(AutomationId, FlowNumber), kept: &Kept) -> u64 {
        kept.bytes
    }
}

impl Default for Plans {
    fn default() -> Self {
        Self(Cache::with_weighter(EXPECTED, MOST_BYTES, Bytes))
    }
}

impl Plans {
    /// The plan of a version, if it is kept.
    pub(crate) fn known(&self, automation: AutomationId, number: FlowNumber) -> Option<Arc<Plan>> {
        self.0.get(&(automation, number)).map(|kept| kept.plan)
    }

    /// The plan of a version, read and compiled unless it is kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such version, [`Error::FlowNotRunnable`] when it has faults.
    pub(crate) async fn get(
        &self,
        work: &mut dyn UnitOfWork,
        automation: AutomationId,
        number: FlowNumber,
    ) -> Result<Arc<Plan>, Error> {
        if let Some(plan) = self.known(automation, number) {
            return Ok(plan);
        }
        let version = work.automations().flow(automation, number).await?;
        let version = version.ok_or(Error::NotFound { what: "version of the flow" })?;
        let plan = Arc::new(Plan::compile(&version.flow).map_err(Error::FlowNotRunnable)?);
        let bytes = version.flow.as_json().to_string().len() as u64;
        self.0.insert((automation, number), Kept { plan: Arc::clone(&plan), bytes });
        Ok(plan)
    }
}

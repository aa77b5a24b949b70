use kairo_domain::{Actor, LeadField, LeadFilter, PageRequest, Sort};
use kairo_ports::StoreError;
use serde_json::Value;
use sqlx::types::Json;

use crate::unit_of_work::Access;
use crate::{PgStore, leads};

impl PgStore {
    /// How the database would find a page of leads for this actor: the plan of the very statement that the list runs.
    /// For tests, and for operators who wonder why a list is slow.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_leads(
        &self,
        actor: &Actor,
        filter: &LeadFilter,
        sort: &Sort<LeadField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        let mut work = self.open(actor, Access::ReadOnly).await?;
        let (statements, connection) = work.parts();
        let explain = "/* kairo:plans.plan_of_leads */ EXPLAIN (FORMAT JSON) SELECT";
        let mut query = leads::of_page(explain, filter, sort, page)?;
        let plan: Json<Value> = statements.run(query.build_query_scalar().fetch_one(connection)).await?;
        Ok(plan.0)
    }
}

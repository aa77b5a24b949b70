//! How the database would find a page of a list: the plan of the very statement that the list runs. For tests, and for
//! operators who wonder why a list is slow.

use kairo_domain::{
    Actor, CompanyField, Field, Filter, InvitationField, JournalField, LeadField, PageRequest, Sort,
    UserField,
};
use kairo_ports::StoreError;
use serde_json::Value;
use sqlx::types::Json;

use crate::filter::{Listing, Request};
use crate::unit_of_work::Access;
use crate::{PgStore, companies, invitations, journal, leads, users};

impl PgStore {
    /// The plan of a page of leads for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_leads(
        &self,
        actor: &Actor,
        filter: &Filter<LeadField>,
        sort: &Sort<LeadField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        self.plan(actor, &leads::LISTING, Request { filter, sort, page }).await
    }

    /// The plan of a page of users for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_users(
        &self,
        actor: &Actor,
        filter: &Filter<UserField>,
        sort: &Sort<UserField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        self.plan(actor, &users::LISTING, Request { filter, sort, page }).await
    }

    /// The plan of a page of companies for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_companies(
        &self,
        actor: &Actor,
        filter: &Filter<CompanyField>,
        sort: &Sort<CompanyField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        self.plan(actor, &companies::LISTING, Request { filter, sort, page }).await
    }

    /// The plan of a page of invitations for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_invitations(
        &self,
        actor: &Actor,
        filter: &Filter<InvitationField>,
        sort: &Sort<InvitationField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        self.plan(actor, &invitations::LISTING, Request { filter, sort, page }).await
    }

    /// The plan of a page of the journal for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_journal(
        &self,
        actor: &Actor,
        filter: &Filter<JournalField>,
        sort: &Sort<JournalField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        self.plan(actor, &journal::LISTING, Request { filter, sort, page }).await
    }

    async fn plan<F: Field>(
        &self,
        actor: &Actor,
        listing: &Listing<F>,
        request: Request<'_, F>,
    ) -> Result<Value, StoreError> {
        let mut work = self.open(actor, Access::ReadOnly).await?;
        let (statements, connection) = work.parts();
        let mut query = listing.of_page("/* kairo:plans.plan */ EXPLAIN (FORMAT JSON) SELECT", request)?;
        let plan: Json<Value> = statements.run(query.build_query_scalar().fetch_one(connection)).await?;
        Ok(plan.0)
    }
}

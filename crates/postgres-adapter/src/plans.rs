//! How the database would find a page of a list: the plan of the very statement that the list runs. For tests, and for
//! operators who wonder why a list is slow.

use kairo_domain::{
    Actor, AutomationField, CompanyField, CredentialField, Field, Filter, InvitationField, JournalField,
    LeadEntryField, LeadField, LeadId, LeadNoteField, PageRequest, RunField, Sort, UserField,
};
use kairo_ports::StoreError;
use serde_json::Value;
use sqlx::types::Json;

use crate::filter::{Listing, Request};
use crate::unit_of_work::Access;
use crate::{
    PgStore, automations, companies, credentials, invitations, journal, lead_timeline, leads, runs, users,
};

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

    /// The plan of a page of a lead's timeline for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_lead_timeline(
        &self,
        actor: &Actor,
        lead: LeadId,
        filter: &Filter<LeadEntryField>,
        sort: &Sort<LeadEntryField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        let filter = &lead_timeline::of_lead(filter, LeadEntryField::LeadId, lead);
        self.plan(actor, &lead_timeline::LISTING, Request { filter, sort, page }).await
    }

    /// The plan of a page of the notes about a lead for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_lead_notes(
        &self,
        actor: &Actor,
        lead: LeadId,
        filter: &Filter<LeadNoteField>,
        sort: &Sort<LeadNoteField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        let filter = &lead_timeline::of_lead(filter, LeadNoteField::LeadId, lead);
        self.plan(actor, &lead_timeline::NOTES, Request { filter, sort, page }).await
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

    /// The plan of a page of credentials for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_credentials(
        &self,
        actor: &Actor,
        filter: &Filter<CredentialField>,
        sort: &Sort<CredentialField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        self.plan(actor, &credentials::LISTING, Request { filter, sort, page }).await
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

    /// The plan of a page of automations for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_automations(
        &self,
        actor: &Actor,
        filter: &Filter<AutomationField>,
        sort: &Sort<AutomationField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        self.plan(actor, &automations::LISTING, Request { filter, sort, page }).await
    }

    /// The plan of a page of runs for this actor.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn plan_of_runs(
        &self,
        actor: &Actor,
        filter: &Filter<RunField>,
        sort: &Sort<RunField>,
        page: &PageRequest,
    ) -> Result<Value, StoreError> {
        self.plan(actor, &runs::LISTING, Request { filter, sort, page }).await
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

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    CompanyName, Email, Lead, LeadDetails, LeadField, LeadFilter, LeadId, LeadRecord, LeadSource, LeadStatus,
    Message, Metadata, Page, PageRequest, Permit, PersonName, Phone, Reason, Resource, Sort, UtmTag,
};
use kairo_ports::{LeadRepository, StoreError};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::filter::{self, Expression, Listing, Request};
use crate::row::{Place, number};
use crate::unit_of_work::PgUnitOfWork;

/// A row of `leads`, without the column that says that it is deleted: such a row is never read.
#[derive(sqlx::FromRow)]
struct LeadRow {
    id: Uuid,
    name: String,
    email: String,
    message: String,
    phone: Option<String>,
    company: Option<String>,
    source: Option<String>,
    utm_source: Option<String>,
    utm_medium: Option<String>,
    utm_campaign: Option<String>,
    metadata: Option<Json<Value>>,
    status: String,
    status_reason: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
}

impl TryFrom<LeadRow> for Lead {
    type Error = StoreError;

    fn try_from(row: LeadRow) -> Result<Self, StoreError> {
        let place = Place { table: "leads", id: row.id };
        let details = LeadDetails {
            name: PersonName::restore(row.name),
            email: Email::restore(row.email),
            message: Message::restore(row.message),
            phone: row.phone.map(Phone::restore),
            company: row.company.map(CompanyName::restore),
            source: place.word_if_any("source", row.source, LeadSource::named)?,
            utm_source: row.utm_source.map(UtmTag::restore),
            utm_medium: row.utm_medium.map(UtmTag::restore),
            utm_campaign: row.utm_campaign.map(UtmTag::restore),
            metadata: place.object("metadata", row.metadata)?,
        };
        Ok(Self::restore(LeadRecord {
            id: LeadId::from_uuid(row.id),
            details,
            status: place.word("status", LeadStatus::named(&row.status))?,
            status_reason: row.status_reason.map(Reason::restore),
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: None,
            version: place.version(row.version)?,
        }))
    }
}

/// How lists of leads find their rows: every expression is that of an index.
pub(crate) const LISTING: Listing<LeadField> = Listing {
    columns: "id, name, email, message, phone, company, source, utm_source, utm_medium, utm_campaign, metadata, \
              status::text, status_reason, created_at, updated_at, version",
    rows: "FROM leads WHERE deleted_at IS NULL",
    field: |field| match field {
        LeadField::Status => Expression::enumeration("status", "LeadStatus"),
        LeadField::Email => Expression::plain("lower(email)"),
        LeadField::Name => Expression::by_code_points("name COLLATE \"C\"", "name"),
        LeadField::Company => Expression::by_code_points("company COLLATE \"C\"", "company"),
        LeadField::Source => Expression::plain("source"),
        LeadField::UtmSource => Expression::plain("utm_source"),
        LeadField::UtmCampaign => Expression::plain("utm_campaign"),
        LeadField::CreatedAt => Expression::plain("created_at"),
        LeadField::UpdatedAt => Expression::plain("updated_at"),
    },
    search: Some("lower(name || ' ' || email || ' ' || coalesce(company, '') || ' ' || message)"),
    tie: Some("id"),
};

#[async_trait]
impl LeadRepository for PgUnitOfWork {
    async fn get(&mut self, id: LeadId) -> Result<Option<Lead>, StoreError> {
        if self.sees_no(Resource::Lead) {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            LeadRow,
            r#"/* kairo:leads.get */ SELECT id, name, email, message, phone, company, source, utm_source, utm_medium,
                 utm_campaign, metadata AS "metadata: Json<Value>", status::text AS "status!", status_reason,
                 created_at, updated_at, version
               FROM leads WHERE id = $1 AND deleted_at IS NULL"#,
            id.uuid(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(Lead::try_from).transpose()
    }

    async fn list(
        &mut self,
        filter: &LeadFilter,
        sort: &Sort<LeadField>,
        page: &PageRequest,
    ) -> Result<Page<Lead>, StoreError> {
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::Lead) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:leads.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: LeadRow| row.try_into()).await
    }

    async fn add(&mut self, permit: &Permit, lead: &Lead) -> Result<(), StoreError> {
        self.check_adding(permit, Resource::Lead, lead.id.uuid())?;
        let (statements, connection) = self.parts();
        let details = &lead.details;
        let insert = sqlx::query!(
            r#"/* kairo:leads.add */ INSERT INTO leads (id, name, email, message, phone, company, source, utm_source,
                 utm_medium, utm_campaign, metadata, status, status_reason, created_at, updated_at, deleted_at, version)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::text::"LeadStatus", $13, $14, $15, $16, $17)"#,
            lead.id.uuid(),
            details.name.as_str(),
            details.email.as_str(),
            details.message.as_str(),
            details.phone.as_ref().map(Phone::as_str),
            details.company.as_ref().map(CompanyName::as_str),
            details.source.map(LeadSource::as_str),
            details.utm_source.as_ref().map(UtmTag::as_str),
            details.utm_medium.as_ref().map(UtmTag::as_str),
            details.utm_campaign.as_ref().map(UtmTag::as_str),
            details.metadata.as_ref().map(Metadata::to_value),
            lead.status.as_str(),
            lead.status_reason.as_ref().map(Reason::as_str),
            lead.created_at,
            lead.updated_at,
            lead.deleted_at,
            number(lead.version)?,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn save(&mut self, permit: &Permit, lead: &Lead) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Lead, lead.id.uuid())?;
        let (statements, connection) = self.parts();
        let details = &lead.details;
        let update = sqlx::query!(
            r#"/* kairo:leads.save */ UPDATE leads SET name = $3, email = $4, message = $5, phone = $6, company = $7,
                 source = $8, utm_source = $9, utm_medium = $10, utm_campaign = $11, metadata = $12,
                 status = $13::text::"LeadStatus", status_reason = $14, updated_at = $15, deleted_at = $16, version = $17
               WHERE id = $1 AND version = $2 AND deleted_at IS NULL"#,
            lead.id.uuid(),
            number(lead.version.previous())?,
            details.name.as_str(),
            details.email.as_str(),
            details.message.as_str(),
            details.phone.as_ref().map(Phone::as_str),
            details.company.as_ref().map(CompanyName::as_str),
            details.source.map(LeadSource::as_str),
            details.utm_source.as_ref().map(UtmTag::as_str),
            details.utm_medium.as_ref().map(UtmTag::as_str),
            details.utm_campaign.as_ref().map(UtmTag::as_str),
            details.metadata.as_ref().map(Metadata::to_value),
            lead.status.as_str(),
            lead.status_reason.as_ref().map(Reason::as_str),
            lead.updated_at,
            lead.deleted_at,
            number(lead.version)?,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }
}

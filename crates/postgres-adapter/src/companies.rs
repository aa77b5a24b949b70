use async_trait::async_trait;
use chrono::{DateTime, Utc};
use kairo_domain::{
    Company, CompanyDetails, CompanyField, CompanyId, CompanyName, CompanyRecord, Filter, HttpUrl, Metadata,
    Page, PageRequest, Permit, Resource, Sort, Title,
};
use kairo_ports::{CompanyRepository, StoreError};
use serde_json::Value;
use sqlx::types::Json;
use uuid::Uuid;

use crate::filter::{self, Expression, Listing, Request};
use crate::row::{Place, number};
use crate::unit_of_work::PgUnitOfWork;

/// A row of `companies` that is not deleted.
#[derive(sqlx::FromRow)]
struct CompanyRow {
    id: Uuid,
    name: String,
    website: Option<String>,
    industry: Option<String>,
    logo_url: Option<String>,
    metadata: Option<Json<Value>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
}

impl TryFrom<CompanyRow> for Company {
    type Error = StoreError;

    fn try_from(row: CompanyRow) -> Result<Self, StoreError> {
        let place = Place { table: "companies", id: row.id };
        Ok(Self::restore(CompanyRecord {
            id: CompanyId::from_uuid(row.id),
            details: CompanyDetails {
                name: CompanyName::restore(row.name),
                website: row.website.map(HttpUrl::restore),
                industry: row.industry.map(Title::restore),
                logo_url: row.logo_url.map(HttpUrl::restore),
                metadata: place.object("metadata", row.metadata)?,
            },
            created_at: row.created_at,
            updated_at: row.updated_at,
            deleted_at: None,
            version: place.version(row.version)?,
        }))
    }
}

/// How lists of companies find their rows: every expression is that of an index.
pub(crate) const LISTING: Listing<CompanyField> = Listing {
    columns: "id, name, website, industry, logo_url, metadata, created_at, updated_at, version",
    rows: "FROM companies WHERE deleted_at IS NULL",
    field: |field| match field {
        CompanyField::Name => Expression::by_code_points("name COLLATE \"C\"", "name"),
        CompanyField::Industry => Expression::plain("industry"),
        CompanyField::CreatedAt => Expression::plain("created_at"),
        CompanyField::UpdatedAt => Expression::plain("updated_at"),
    },
    search: Some("lower(name)"),
    tie: Some("id"),
};

#[async_trait]
impl CompanyRepository for PgUnitOfWork {
    async fn get(&mut self, id: CompanyId) -> Result<Option<Company>, StoreError> {
        if self.sees_no(Resource::Company) {
            return Ok(None);
        }
        let (statements, connection) = self.parts();
        let row = sqlx::query_as!(
            CompanyRow,
            r#"/* kairo:companies.get */ SELECT id, name, website, industry, logo_url,
                 metadata AS "metadata: Json<Value>", created_at, updated_at, version
               FROM companies WHERE id = $1 AND deleted_at IS NULL"#,
            id.uuid(),
        )
        .fetch_optional(connection);
        statements.run(row).await?.map(Company::try_from).transpose()
    }

    async fn list(
        &mut self,
        filter: &Filter<CompanyField>,
        sort: &Sort<CompanyField>,
        page: &PageRequest,
    ) -> Result<Page<Company>, StoreError> {
        let request = Request { filter, sort, page };
        if self.sees_no(Resource::Company) {
            return Ok(filter::empty(request));
        }
        let select = "/* kairo:companies.list */ SELECT";
        filter::page(self.parts(), &LISTING, select, request, |row: CompanyRow| row.try_into()).await
    }

    async fn add(&mut self, permit: &Permit, company: &Company) -> Result<(), StoreError> {
        self.check_adding(permit, Resource::Company, company.id.uuid())?;
        let (statements, connection) = self.parts();
        let details = &company.details;
        let insert = sqlx::query!(
            r#"/* kairo:companies.add */ INSERT INTO companies
                 (id, name, website, industry, logo_url, metadata, created_at, updated_at, deleted_at, version)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"#,
            company.id.uuid(),
            details.name.as_str(),
            details.website.as_ref().map(HttpUrl::as_str),
            details.industry.as_ref().map(Title::as_str),
            details.logo_url.as_ref().map(HttpUrl::as_str),
            details.metadata.as_ref().map(Metadata::to_value),
            company.created_at,
            company.updated_at,
            company.deleted_at,
            number(company.version)?,
        )
        .execute(connection);
        statements.run(insert).await.map(|_| ())
    }

    async fn save(&mut self, permit: &Permit, company: &Company) -> Result<(), StoreError> {
        self.check_saving(permit, Resource::Company, company.id.uuid())?;
        if company.deleted_at.is_some() {
            self.delete_company(company).await
        } else {
            self.edit_company(company).await
        }
    }
}

/// Two statements, since not everybody who may edit a company may delete it, and rights are given by column.
impl PgUnitOfWork {
    async fn edit_company(&mut self, company: &Company) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        let details = &company.details;
        let update = sqlx::query!(
            r#"/* kairo:companies.edit_company */ UPDATE companies SET name = $3, website = $4, industry = $5,
                 logo_url = $6, metadata = $7, updated_at = $8, version = $9
               WHERE id = $1 AND version = $2 AND deleted_at IS NULL"#,
            company.id.uuid(),
            number(company.version.previous())?,
            details.name.as_str(),
            details.website.as_ref().map(HttpUrl::as_str),
            details.industry.as_ref().map(Title::as_str),
            details.logo_url.as_ref().map(HttpUrl::as_str),
            details.metadata.as_ref().map(Metadata::to_value),
            company.updated_at,
            number(company.version)?,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }

    async fn delete_company(&mut self, company: &Company) -> Result<(), StoreError> {
        let (statements, connection) = self.parts();
        let update = sqlx::query!(
            r#"/* kairo:companies.delete_company */ UPDATE companies
               SET deleted_at = $3, updated_at = $4, version = $5
               WHERE id = $1 AND version = $2 AND deleted_at IS NULL"#,
            company.id.uuid(),
            number(company.version.previous())?,
            company.deleted_at,
            company.updated_at,
            number(company.version)?,
        )
        .execute(connection);
        let rows = statements.run(update).await?.rows_affected();
        statements.met_one(rows)
    }
}

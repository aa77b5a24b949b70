use chrono::{DateTime, Utc};
use deserr::Deserr;
use kairo_domain::{
    Change, Company, CompanyDetails, CompanyField, CompanyId, CompanyName, CompanyPatch, HttpUrl, Metadata,
    Patch, Seen, Title,
};
use kairo_use_cases::{CreateCompany, EditCompany};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::body::Faults;
use crate::query::Listed;

/// A company to be made.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = CreateCompany, rename_all = "camelCase", example = json!({
    "name": "Analytical Engines", "website": "https://engines.example", "industry": "Computing",
    "metadata": {"rooms": 3}
}))]
pub(crate) struct CreateBody {
    /// Its name.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name: CompanyName,
    /// Its website.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    website: Option<HttpUrl>,
    /// Its line of business.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    industry: Option<Title>,
    /// Its logo.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    logo_url: Option<HttpUrl>,
    /// Any further context, without personal data; at most 16 KiB.
    #[deserr(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Metadata>,
}

/// Changes to a company, as a JSON Merge Patch.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = PatchCompany, rename_all = "camelCase", example = json!({"industry": "Looms", "website": null}))]
pub(crate) struct PatchBody {
    /// Its name.
    #[deserr(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    name: Change<CompanyName>,
    /// Its website.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    website: Patch<HttpUrl>,
    /// Its line of business.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    industry: Patch<Title>,
    /// Its logo.
    #[deserr(default)]
    #[schema(value_type = Option<String>, format = "uri", max_length = 2048)]
    logo_url: Patch<HttpUrl>,
    /// Any further context, without personal data; replaced as a whole.
    #[deserr(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Patch<Metadata>,
}

impl CreateBody {
    pub(super) fn into_order(self) -> CreateCompany {
        let Self { name, website, industry, logo_url, metadata } = self;
        CreateCompany { details: CompanyDetails { name, website, industry, logo_url, metadata } }
    }
}

impl PatchBody {
    pub(super) fn into_order(self, company: CompanyId, seen: Seen) -> EditCompany {
        let Self { name, website, industry, logo_url, metadata } = self;
        EditCompany { company, patch: CompanyPatch { name, website, industry, logo_url, metadata }, seen }
    }
}

/// A client organization.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Company)]
pub(crate) struct CompanyView {
    id: Uuid,
    name: String,
    #[schema(required = true)]
    website: Option<String>,
    #[schema(required = true)]
    industry: Option<String>,
    #[schema(required = true)]
    logo_url: Option<String>,
    #[schema(value_type = Option<Object>, required = true)]
    metadata: Option<Map<String, Value>>,
    /// How often it was changed; the first number of its `ETag`.
    version: u32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<&Company> for CompanyView {
    fn from(company: &Company) -> Self {
        let details = &company.details;
        let url = |url: &Option<HttpUrl>| url.as_ref().map(|url| url.as_str().to_owned());
        Self {
            id: company.id.uuid(),
            name: details.name.as_str().to_owned(),
            website: url(&details.website),
            industry: details.industry.as_ref().map(|industry| industry.as_str().to_owned()),
            logo_url: url(&details.logo_url),
            metadata: details.metadata.as_ref().map(|metadata| metadata.as_map().clone()),
            version: company.version.number(),
            created_at: company.created_at,
            updated_at: company.updated_at,
        }
    }
}

impl Listed for CompanyView {
    type Field = CompanyField;

    const NAME: &'static str = "companies";
    const PROPERTIES: &'static [&'static str] =
        &["id", "name", "website", "industry", "logoUrl", "metadata", "version", "createdAt", "updatedAt"];
}

#[cfg(test)]
mod tests;

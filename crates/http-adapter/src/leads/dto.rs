use chrono::{DateTime, Utc};
use deserr::{Deserr, ValuePointerRef};
use kairo_domain::{
    Actor, Change, CompanyName, Email, Lead, LeadDetails, LeadField, LeadId, LeadPatch, LeadSource,
    LeadStatus, Message, Metadata, Patch, PersonName, Phone, Reason, Seen, UtmTag, Verb,
};
use kairo_use_cases::{Answer, CaptureLead, EditLead, MoveLead};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::answer;
use crate::body::Faults;
use crate::keys::PurposeKey;
use crate::path::Here;
use crate::query::Listed;
use crate::receipt::receipt;

/// A contact form.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = CaptureLead, rename_all = "camelCase", example = json!({
    "name": "Ada Lovelace", "email": "ada@example.com", "message": "We would like a website with a robot.",
    "company": "Analytical Engines", "phone": "+44 20 7946 0958", "source": "CONTACT_FORM",
    "utmSource": "newsletter", "metadata": {"page": "/contact"}
}))]
pub(crate) struct CaptureBody {
    /// Who writes.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    name: PersonName,
    /// Where to answer.
    #[schema(value_type = String, format = "email", max_length = 254)]
    email: Email,
    /// What they write.
    #[schema(value_type = String, min_length = 1, max_length = 20000)]
    message: Message,
    /// Where to call.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    phone: Option<Phone>,
    /// For which company they write.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    company: Option<CompanyName>,
    /// Through which door they came.
    #[deserr(default)]
    #[schema(value_type = Option<Source>)]
    source: Option<LeadSource>,
    /// Campaign tag `utm_source`.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    utm_source: Option<UtmTag>,
    /// Campaign tag `utm_medium`.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    utm_medium: Option<UtmTag>,
    /// Campaign tag `utm_campaign`.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    utm_campaign: Option<UtmTag>,
    /// Any further context, without personal data; at most 16 KiB.
    #[deserr(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Option<Metadata>,
}

/// Changes to a lead, as a JSON Merge Patch.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields = unknown_in_patch)]
#[schema(as = PatchLead, rename_all = "camelCase", example = json!({"phone": null, "company": "Engines & Sons"}))]
pub(crate) struct PatchBody {
    /// Who writes.
    #[deserr(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    name: Change<PersonName>,
    /// Where to answer.
    #[deserr(default)]
    #[schema(value_type = String, required = false, format = "email", max_length = 254)]
    email: Change<Email>,
    /// What they write.
    #[deserr(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 20000)]
    message: Change<Message>,
    /// Where to call.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 40)]
    phone: Patch<Phone>,
    /// For which company they write.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    company: Patch<CompanyName>,
    /// Through which door they came.
    #[deserr(default)]
    #[schema(value_type = Option<Source>)]
    source: Patch<LeadSource>,
    /// Campaign tag `utm_source`.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    utm_source: Patch<UtmTag>,
    /// Campaign tag `utm_medium`.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    utm_medium: Patch<UtmTag>,
    /// Campaign tag `utm_campaign`.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    utm_campaign: Patch<UtmTag>,
    /// Any further context, without personal data; replaced as a whole.
    #[deserr(default)]
    #[schema(value_type = Option<Object>)]
    metadata: Patch<Metadata>,
}

/// Where a lead goes.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = MoveLead, rename_all = "camelCase", example = json!({"to": "CONTACTED"}))]
pub(crate) struct MoveBody {
    /// The new status.
    #[schema(value_type = Status)]
    to: LeadStatus,
    /// Why; needed for `LOST`, and for reopening a lost lead.
    #[deserr(default)]
    #[schema(value_type = Option<String>, max_length = 1000)]
    reason: Option<Reason>,
}

fn unknown_in_patch(key: &str, accepted: &[&str], place: ValuePointerRef) -> Faults {
    let message = match key {
        "status" | "statusReason" => "a patch does not move a lead: use POST /leads/{id}/status".to_owned(),
        _ => format!("is not a field; the fields are {}", accepted.join(", ")),
    };
    Faults::at(place.push_key(key), "unknown_field", message)
}

impl CaptureBody {
    pub(super) fn into_order(self) -> CaptureLead {
        CaptureLead {
            details: LeadDetails {
                name: self.name,
                email: self.email,
                message: self.message,
                phone: self.phone,
                company: self.company,
                source: self.source,
                utm_source: self.utm_source,
                utm_medium: self.utm_medium,
                utm_campaign: self.utm_campaign,
                metadata: self.metadata,
            },
        }
    }
}

impl PatchBody {
    pub(super) fn into_order(self, lead: LeadId, seen: Seen) -> EditLead {
        let patch = LeadPatch {
            name: self.name,
            email: self.email,
            message: self.message,
            phone: self.phone,
            company: self.company,
            source: self.source,
            utm_source: self.utm_source,
            utm_medium: self.utm_medium,
            utm_campaign: self.utm_campaign,
            metadata: self.metadata,
        };
        EditLead { lead, patch, seen }
    }
}

impl MoveBody {
    pub(super) fn into_order(self, lead: LeadId, seen: Seen) -> MoveLead {
        MoveLead { lead, to: self.to, reason: self.reason, seen }
    }
}

/// Through which door a lead came.
#[derive(ToSchema)]
#[schema(as = LeadSource, rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum Source {
    ContactForm,
    PlatformSignup,
    Chat,
}

/// Where a lead stands.
#[derive(ToSchema)]
#[schema(as = LeadStatus, rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum Status {
    New,
    Contacted,
    Qualified,
    Converted,
    Lost,
}

/// A lead as staff see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Lead)]
pub(crate) struct LeadView {
    id: Uuid,
    name: String,
    #[schema(format = "email")]
    email: String,
    message: String,
    #[schema(required = true)]
    phone: Option<String>,
    #[schema(required = true)]
    company: Option<String>,
    #[schema(value_type = Option<Source>, required = true)]
    source: Option<&'static str>,
    #[schema(required = true)]
    utm_source: Option<String>,
    #[schema(required = true)]
    utm_medium: Option<String>,
    #[schema(required = true)]
    utm_campaign: Option<String>,
    #[schema(value_type = Option<Object>, required = true)]
    metadata: Option<Map<String, Value>>,
    #[schema(value_type = Status)]
    status: &'static str,
    /// Why it was lost or reopened.
    #[schema(required = true)]
    status_reason: Option<String>,
    /// How often it was changed; the first number of its `ETag`.
    version: u32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What a visitor gets for a contact form.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LeadReceipt)]
pub(crate) struct ReceiptView {
    id: Uuid,
    /// A short code to quote.
    #[schema(example = "KR-7F3K-92QD")]
    receipt: String,
    created_at: DateTime<Utc>,
}

/// Staff get the lead, everybody else a receipt.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = CapturedLead)]
pub(crate) enum CapturedView {
    Lead(Box<LeadView>),
    Receipt(ReceiptView),
}

/// Answers a capture with as much as the actor may read.
pub(super) fn captured(actor: &Actor, here: &Here, key: &PurposeKey, lead: &Lead) -> Answer {
    if actor.may(Verb::Read, lead).is_ok() {
        let view = CapturedView::Lead(Box::new(lead.into()));
        return answer::created(here.member(lead.id), lead.version, &view);
    }
    let receipt = receipt(key, lead.id.uuid());
    let view = ReceiptView { id: lead.id.uuid(), receipt, created_at: lead.created_at };
    answer::received(&CapturedView::Receipt(view))
}

impl From<&Lead> for LeadView {
    fn from(lead: &Lead) -> Self {
        let details = &lead.details;
        let tag = |tag: &Option<UtmTag>| tag.as_ref().map(|tag| tag.as_str().to_owned());
        Self {
            id: lead.id.uuid(),
            name: details.name.as_str().to_owned(),
            email: details.email.as_str().to_owned(),
            message: details.message.as_str().to_owned(),
            phone: details.phone.as_ref().map(|phone| phone.as_str().to_owned()),
            company: details.company.as_ref().map(|company| company.as_str().to_owned()),
            source: details.source.map(LeadSource::as_str),
            utm_source: tag(&details.utm_source),
            utm_medium: tag(&details.utm_medium),
            utm_campaign: tag(&details.utm_campaign),
            metadata: details.metadata.as_ref().map(|metadata| metadata.as_map().clone()),
            status: lead.status.as_str(),
            status_reason: lead.status_reason.as_ref().map(|reason| reason.as_str().to_owned()),
            version: lead.version.number(),
            created_at: lead.created_at,
            updated_at: lead.updated_at,
        }
    }
}

impl Listed for LeadView {
    type Field = LeadField;

    const NAME: &'static str = "leads";
    const PROPERTIES: &'static [&'static str] = &[
        "id",
        "name",
        "email",
        "message",
        "phone",
        "company",
        "source",
        "utmSource",
        "utmMedium",
        "utmCampaign",
        "metadata",
        "status",
        "statusReason",
        "version",
        "createdAt",
        "updatedAt",
    ];
}

#[cfg(test)]
mod tests;

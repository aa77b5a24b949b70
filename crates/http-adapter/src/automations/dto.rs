use chrono::{DateTime, Utc};
use deserr::{Deserr, ValuePointerRef};
use kairo_domain::{
    Automation, AutomationField, AutomationId, AutomationPatch, Change, Message, NewAutomation, Patch, Seen,
    Title,
};
use kairo_flow::FlowDocument;
use kairo_use_cases::EditAutomation;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::flows::Document;
use super::settings::{SettingsBody, SettingsView, WholeSettingsBody};
use crate::body::Faults;
use crate::query::Listed;

/// An automation to be made. It begins as a draft, so its flow may have faults.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = CreateAutomation, rename_all = "camelCase", example = json!({
    "title": "Welcome new leads",
    "flow": {
        "nodes": [
            {"id": "when", "type": "trigger.event", "position": {"x": 0, "y": 0},
             "data": {"params": {"event": "lead.created"}}},
            {"id": "note", "type": "lead.note", "position": {"x": 240, "y": 0},
             "data": {"params": {"lead": "{{ trigger.lead.id }}", "text": "Welcomed"}}}
        ],
        "edges": [{"id": "e1", "source": "when", "target": "note"}]
    },
    "settings": {"retentionDays": 90}
}))]
pub(crate) struct CreateBody {
    /// Its title.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    title: Title,
    /// What it is for.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 20_000)]
    description: Option<Message>,
    /// What it does, as a flow editor gives it; an empty flow unless told.
    #[deserr(default)]
    #[schema(value_type = Option<Document>)]
    flow: Option<FlowDocument>,
    /// How its runs are kept within bounds.
    #[deserr(default)]
    #[schema(value_type = Option<SettingsBody>)]
    settings: Option<SettingsBody>,
}

/// Changes to what is said of an automation, as a JSON Merge Patch.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields = unknown_in_patch)]
#[schema(as = PatchAutomation, rename_all = "camelCase", example = json!({"title": "Welcome", "description": null}))]
pub(crate) struct PatchBody {
    /// Its title.
    #[deserr(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    title: Change<Title>,
    /// What it is for.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 20_000)]
    description: Patch<Message>,
    /// How its runs are kept within bounds; replaced as a whole, so all of it has to be given.
    #[deserr(default)]
    #[schema(value_type = WholeSettingsBody, required = false)]
    settings: Change<WholeSettingsBody>,
}

fn unknown_in_patch(key: &str, accepted: &[&str], place: ValuePointerRef) -> Faults {
    let message = match key {
        "flow" => "a patch draws no flow: use PUT /automations/{id}/flow".to_owned(),
        "status" => {
            "a patch moves no automation: use POST /automations/{id}/activate, pause, archive or restore"
                .to_owned()
        }
        _ => format!("is not a field; the fields are {}", accepted.join(", ")),
    };
    Faults::at(place.push_key(key), "unknown_field", message)
}

impl CreateBody {
    pub(super) fn into_order(self) -> NewAutomation {
        NewAutomation {
            title: self.title,
            description: self.description,
            flow: self.flow.unwrap_or_else(FlowDocument::empty),
            settings: self.settings.map(Into::into).unwrap_or_default(),
        }
    }
}

impl PatchBody {
    pub(super) fn into_order(self, automation: AutomationId, seen: Seen) -> EditAutomation {
        let settings = match self.settings {
            Change::Keep => Change::Keep,
            Change::Set(settings) => Change::Set(settings.into()),
        };
        let patch = AutomationPatch { title: self.title, description: self.description, settings };
        EditAutomation { automation, patch, seen }
    }
}

/// Whether an automation fires.
#[derive(ToSchema)]
#[schema(as = AutomationStatus, rename_all = "SCREAMING_SNAKE_CASE")]
#[expect(dead_code, reason = "only its schema is used; a test compares its words with the domain's")]
pub(crate) enum Status {
    Draft,
    Active,
    Paused,
    Archived,
}

/// An automation, without its flow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AutomationCard)]
pub(crate) struct AutomationCard {
    id: Uuid,
    /// Its owner, whose rights its runs have.
    user_id: Uuid,
    title: String,
    #[schema(required = true)]
    description: Option<String>,
    /// The number of the version of its flow.
    flow_version: u32,
    settings: SettingsView,
    #[schema(value_type = Status)]
    status: &'static str,
    /// How often it was run.
    execution_count: u32,
    /// When it was last run.
    #[schema(required = true)]
    last_executed_at: Option<DateTime<Utc>>,
    /// How often it was changed; the first number of its `ETag`.
    version: u32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// An automation.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Automation)]
pub(crate) struct AutomationView {
    #[serde(flatten)]
    card: AutomationCard,
    /// What it does, as it was drawn.
    #[schema(value_type = Document)]
    flow: Value,
}

impl From<&Automation> for AutomationCard {
    fn from(automation: &Automation) -> Self {
        Self {
            id: automation.id.uuid(),
            user_id: automation.owner.uuid(),
            title: automation.title.as_str().to_owned(),
            description: automation.description.as_ref().map(|text| text.as_str().to_owned()),
            flow_version: automation.flow_number.number(),
            settings: SettingsView::from(&automation.settings),
            status: automation.status.as_str(),
            execution_count: automation.execution_count,
            last_executed_at: automation.last_executed_at,
            version: automation.version.number(),
            created_at: automation.created_at,
            updated_at: automation.updated_at,
        }
    }
}

impl From<&Automation> for AutomationView {
    fn from(automation: &Automation) -> Self {
        Self { card: automation.into(), flow: automation.flow.as_json().clone() }
    }
}

impl Listed for AutomationCard {
    type Field = AutomationField;

    const NAME: &'static str = "automations";
    const PROPERTIES: &'static [&'static str] = &[
        "id",
        "userId",
        "title",
        "description",
        "flowVersion",
        "settings",
        "status",
        "executionCount",
        "lastExecutedAt",
        "version",
        "createdAt",
        "updatedAt",
    ];
    const SEARCHED: bool = false;
}

#[cfg(test)]
mod tests;

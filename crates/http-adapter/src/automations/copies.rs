//! Automations made from others, here and elsewhere.

use actix_web::HttpResponse;
use deserr::{Deserr, ValuePointerRef};
use kairo_domain::{Automation, AutomationId, Message, Title};
use kairo_flow::FlowDocument;
use kairo_use_cases::{AutomationFile, CopyAutomation};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::flows::Document;
use super::settings::{SettingsBody, SettingsView};
use super::{AutomationView, made};
use crate::Api;
use crate::answer::{file, send, send_outcome};
use crate::body::{Faults, FlowBody, OptionalBody};
use crate::caller::Caller;
use crate::idempotency::Repeatable;
use crate::mount::Mount;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::NoQuery;

/// What such a file says of itself.
const KIND: &str = "automation";
const FORMAT: u32 = 1;

/// How the copy is to be called.
#[derive(Debug, Default, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = DuplicateAutomation, rename_all = "camelCase", example = json!({"title": "Welcome, again"}))]
pub(crate) struct CopyBody {
    /// Its title; that of the other one with a mark unless told.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    title: Option<Title>,
}

impl CopyBody {
    fn into_order(self, automation: AutomationId) -> CopyAutomation {
        CopyAutomation { automation, title: self.title }
    }
}

/// An automation as a file: what it takes to make it again somewhere else. Credentials are named in it, and not held.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AutomationFile)]
pub(crate) struct FileView {
    /// What the file holds: always `automation`.
    #[schema(value_type = String)]
    kairo: &'static str,
    /// Which format it has: always 1.
    format_version: u32,
    title: String,
    #[schema(required = true)]
    description: Option<String>,
    /// What it does.
    #[schema(value_type = Document)]
    flow: Value,
    settings: SettingsView,
}

impl From<&AutomationFile> for FileView {
    fn from(file: &AutomationFile) -> Self {
        Self {
            kairo: KIND,
            format_version: FORMAT,
            title: file.title.as_str().to_owned(),
            description: file.description.as_ref().map(|text| text.as_str().to_owned()),
            flow: file.flow.as_json().clone(),
            settings: SettingsView::from(&file.settings),
        }
    }
}

/// The file of an automation.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields, validate = of_this_format -> Faults)]
#[schema(as = ImportAutomation, rename_all = "camelCase", example = json!({
    "kairo": "automation", "formatVersion": 1, "title": "Welcome", "flow": {"nodes": [], "edges": []}
}))]
pub(crate) struct FileBody {
    /// What the file holds: `automation`.
    kairo: String,
    /// Which format it has: 1.
    format_version: u32,
    /// Its title.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    title: Title,
    /// What it is for.
    #[deserr(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 20_000)]
    description: Option<Message>,
    /// What it does.
    #[schema(value_type = Document)]
    flow: FlowDocument,
    /// How its runs are kept within bounds.
    #[deserr(default)]
    #[schema(value_type = Option<SettingsBody>)]
    settings: Option<SettingsBody>,
}

fn of_this_format(body: FileBody, place: ValuePointerRef) -> Result<FileBody, Faults> {
    if body.kairo != KIND {
        return Err(Faults::at(place.push_key("kairo"), "unknown_word", format!("must be {KIND}")));
    }
    if body.format_version != FORMAT {
        let message = format!("must be {FORMAT}: this is a file of another version of the program");
        return Err(Faults::at(place.push_key("formatVersion"), "unknown_format", message));
    }
    Ok(body)
}

impl FileBody {
    fn into_file(self) -> AutomationFile {
        AutomationFile {
            title: self.title,
            description: self.description,
            flow: self.flow,
            settings: self.settings.map(Into::into).unwrap_or_default(),
        }
    }
}

/// Make an automation like another one
///
/// A draft of the caller's own, whose webhooks have addresses of their own.
#[utoipa::path(
    post, path = "/automations/{id}/duplicate", operation_id = "duplicateAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The id of the other one."), Repeatable),
    request_body(content = ref("#/components/schemas/DuplicateAutomation"), content_type = "application/json"),
    responses((status = 201, description = "The automation was made.", body = AutomationView, headers(
        ("Location" = String, description = "Where the automation is."),
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn duplicate(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    repeatable: Repeatable,
    mount: Mount,
    body: OptionalBody<CopyBody>,
) -> Result<HttpResponse, Problem> {
    let render = made(mount);
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.unwrap_or_default().into_order(id);
    let outcome = api
        .run(move |studio| async move { studio.automations().duplicate(&actor, order, once).await })
        .await?;
    Ok(send_outcome(outcome, |automation| render(automation)))
}

/// Export an automation
///
/// As a file that `POST /automations/import` takes, here or elsewhere. It names credentials and holds none.
#[utoipa::path(
    get, path = "/automations/{id}/export", operation_id = "exportAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id.")),
    responses((status = 200, description = "The file.", body = FileView, headers(
        ("Content-Disposition" = String, description = "Under which name to keep it."),
    )))
)]
pub(crate) async fn export(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let exported =
        api.run(move |studio| async move { studio.automations().export(&actor, id).await }).await?;
    Ok(send(file(&format!("automation-{id}.json"), &FileView::from(&exported))))
}

/// Import an automation
///
/// From a file of an export: a draft of the caller's own. Credentials that its flow names have to be made by hand.
#[utoipa::path(
    post, path = "/automations/import", operation_id = "importAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(Repeatable),
    request_body(content = FileBody, content_type = "application/json"),
    responses((status = 201, description = "The automation was made.", body = AutomationView, headers(
        ("Location" = String, description = "Where the automation is."),
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn import(
    api: Api,
    Caller(actor): Caller,
    repeatable: Repeatable,
    mount: Mount,
    body: FlowBody<FileBody>,
) -> Result<HttpResponse, Problem> {
    let render = made(mount);
    let once = repeatable.once(&actor, body.digest, render.clone());
    let imported = body.value.into_file();
    let outcome = api
        .run(move |studio| async move { studio.automations().import(&actor, imported, once).await })
        .await?;
    Ok(send_outcome(outcome, |automation| render(automation)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::body::testing::{assert_documented, assert_required, codes};

    #[test]
    fn the_document_lists_what_the_reader_accepts() {
        assert_documented::<CopyBody>();
        assert_required::<CopyBody>(&[]);
        assert_documented::<FileBody>();
        assert_required::<FileBody>(&["kairo", "formatVersion", "title", "flow"]);
    }

    #[test]
    fn a_file_of_something_else_is_refused() {
        let file = |kairo: &str, format: u32| json!({"kairo": kairo, "formatVersion": format, "title": "a", "flow": {"nodes": [], "edges": []}});
        assert_eq!(codes::<FileBody>(file(KIND, FORMAT)), []);
        assert_eq!(codes::<FileBody>(file("lead", FORMAT)), [("/kairo".to_owned(), "unknown_word")]);
        assert_eq!(codes::<FileBody>(file(KIND, 2)), [("/formatVersion".to_owned(), "unknown_format")]);
    }
}

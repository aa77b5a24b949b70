//! The flow of an automation as a document of its own.

use actix_web::HttpResponse;
use kairo_domain::Automation;
use kairo_flow::FlowDocument;
use kairo_use_cases::DrawFlow;
use utoipa::ToSchema;

use super::{AutomationCard, card};
use crate::Api;
use crate::answer::{representation, send};
use crate::body::FlowBody;
use crate::caller::Caller;
use crate::etag::RequiredMatch;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::NoQuery;

/// A flow, as a flow editor gives it. What the engine does not know is kept.
#[derive(ToSchema)]
#[schema(as = Flow, example = json!({
    "nodes": [
        {"id": "go", "type": "trigger.manual", "position": {"x": 0, "y": 0}, "data": {"params": {}}},
        {"id": "greet", "type": "transform", "position": {"x": 240, "y": 0},
         "data": {"params": {"value": {"text": "Hello {{ trigger.name }}"}}}}
    ],
    "edges": [{"id": "e1", "source": "go", "target": "greet"}],
    "viewport": {"x": 0, "y": 0, "zoom": 1}
}))]
#[expect(dead_code, reason = "only its schema is used; a test compares what it requires with what is read")]
pub(crate) struct Document {
    /// The nodes, each with `id`, `type`, `position`, and `data` with `params`.
    #[schema(value_type = Vec<Object>)]
    nodes: Vec<serde_json::Value>,
    /// The edges, each with `id`, `source`, `target`, and `sourceHandle` for a port other than `out`.
    #[schema(value_type = Vec<Object>)]
    edges: Vec<serde_json::Value>,
    /// Where the editor looks.
    #[schema(value_type = Option<Object>)]
    viewport: Option<serde_json::Value>,
}

/// Show the flow of an automation
///
/// The document as it was stored, and nothing else.
#[utoipa::path(
    get, path = "/automations/{id}/flow", operation_id = "getFlow", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id.")),
    responses((status = 200, description = "The flow.", body = Document, headers(
        ("ETag" = String, description = "The version of the automation and a digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let automation = api.run(move |studio| async move { studio.automations().get(&actor, id).await }).await?;
    Ok(send(representation(automation.version, automation.flow.as_json())))
}

/// Replace the flow of an automation
///
/// As a whole. Unless nothing has changed, that makes a new version of it. A draft may have faults; an automation that
/// fires takes no flow with faults.
#[utoipa::path(
    put, path = "/automations/{id}/flow", operation_id = "drawFlow", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), RequiredMatch),
    request_body(content = Document, content_type = "application/json"),
    responses(
        (status = 200, description = "The automation as it is now, without the flow.", body = AutomationCard, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only its owner and administrators draw its flow."),
    )
)]
pub(crate) async fn replace(
    api: Api,
    Caller(actor): Caller,
    PathId(automation): PathId<Automation>,
    RequiredMatch(seen): RequiredMatch,
    body: FlowBody<FlowDocument>,
) -> Result<HttpResponse, Problem> {
    let order = DrawFlow { automation, flow: body.value, seen };
    let automation =
        api.run(move |studio| async move { studio.automations().draw(&actor, order).await }).await?;
    Ok(send(card(&automation)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::body::testing::{assert_required, read};

    #[test]
    fn the_document_requires_what_the_reader_does() {
        assert_required::<Document>(&["nodes", "edges"]);
        assert!(read::<FlowDocument>(json!({"nodes": [], "edges": []})).is_ok());
        for without in [json!({"nodes": []}), json!({"edges": []})] {
            assert!(read::<FlowDocument>(without).is_err());
        }
    }
}

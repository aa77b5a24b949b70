//! Flows looked at before they run: what there is to draw with, what is wrong, and what would happen.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use deserr::Deserr;
use kairo_domain::{Automation, AutomationId};
use kairo_flow::{FlowDocument, NodeSpec, Outcome, Simulation, catalogue};
use kairo_use_cases::TryOut;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::flows::Document;
use crate::Api;
use crate::answer::{plain, send, unversioned};
use crate::body::{Faults, FlowBody, JsonObject};
use crate::caller::Caller;
use crate::path::PathId;
use crate::problem::{FlowFault, Problem};
use crate::query::NoQuery;
use crate::runs::{DryStep, ErrorView};

/// The catalogue is the same for everybody until the program is another one.
const AN_HOUR: HeaderValue = HeaderValue::from_static("private, max-age=3600");

/// A kind of node.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NodeKind)]
pub(crate) struct NodeView {
    /// The word that a flow has as `type`.
    #[schema(value_type = String)]
    kind: &'static str,
    #[schema(value_type = String)]
    title: &'static str,
    /// What it does.
    #[schema(value_type = String)]
    summary: &'static str,
    /// The shelf it is found on.
    #[schema(value_type = String)]
    group: &'static str,
    /// The ports it is left through.
    #[schema(value_type = Vec<String>)]
    ports: &'static [&'static str],
    /// Whether its parameters add ports.
    has_dynamic_ports: bool,
    /// Whether it starts runs.
    is_trigger: bool,
    /// Whether `data.timeoutSeconds` says how long it may take; other kinds refuse it.
    takes_timeout: bool,
    /// The JSON Schema (2020-12) of its `data.params`.
    #[schema(value_type = Object)]
    params: &'static Value,
}

impl From<&'static NodeSpec> for NodeView {
    fn from(spec: &'static NodeSpec) -> Self {
        Self {
            kind: spec.kind,
            title: spec.title,
            summary: spec.summary,
            group: spec.group,
            ports: spec.ports,
            has_dynamic_ports: spec.has_dynamic_ports,
            is_trigger: spec.is_trigger,
            takes_timeout: spec.takes_timeout,
            params: &spec.params_schema,
        }
    }
}

/// Every kind of node.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NodeKinds)]
pub(crate) struct NodesView {
    /// The kinds, in the order an editor shows them.
    data: Vec<NodeView>,
}

/// What is wrong with a flow.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowChecked)]
pub(crate) struct CheckedView {
    /// Whether it could run.
    valid: bool,
    /// Everything that is wrong with it.
    faults: Vec<FlowFault>,
}

/// What would happen.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Simulation)]
pub(crate) struct SimulationView {
    outcome: OutcomeView,
    /// What would be done at each node, in order.
    steps: Vec<DryStep>,
}

/// How the run would end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SimulatedOutcome)]
pub(crate) struct OutcomeView {
    /// `SUCCESS` or `FAILED`.
    #[schema(value_type = String)]
    status: &'static str,
    /// What it would come to, if it ended well.
    #[schema(value_type = Option<Value>, required = true)]
    output: Value,
    /// What the node that ends it says, if one does.
    #[schema(required = true)]
    message: Option<String>,
    /// The node at which it would end badly, if it is at one.
    #[schema(required = true)]
    node: Option<String>,
    /// Why it would end badly, if it did.
    #[schema(required = true)]
    error: Option<ErrorView>,
}

impl From<&Simulation> for SimulationView {
    fn from(simulation: &Simulation) -> Self {
        let steps = simulation.records.iter().map(DryStep::from).collect();
        Self { outcome: (&simulation.outcome).into(), steps }
    }
}

impl From<&Outcome> for OutcomeView {
    fn from(outcome: &Outcome) -> Self {
        match outcome.clone() {
            Outcome::Succeeded { output, message } => {
                Self { status: "SUCCESS", output, message, node: None, error: None }
            }
            Outcome::Failed { node, error } => {
                let error = Some(ErrorView::from(&error));
                Self { status: "FAILED", output: Value::Null, message: None, node, error }
            }
        }
    }
}

/// How to try a flow out.
#[derive(Debug, Deserr, ToSchema)]
#[deserr(error = Faults, rename_all = camelCase, deny_unknown_fields)]
#[schema(as = DryRun, rename_all = "camelCase", example = json!({"input": {"name": "Ada"}, "mocks": {"call": {"status": 200}}}))]
pub(crate) struct DryRunBody {
    /// The node of the trigger to begin with; the first trigger unless told.
    #[deserr(default)]
    trigger: Option<String>,
    /// What expressions know as `trigger`; an empty object unless told.
    #[deserr(default = Value::Object(Map::new()))]
    #[schema(required = false)]
    input: Value,
    /// The flow, when it is not the one the automation has.
    #[deserr(default)]
    #[schema(value_type = Option<Document>)]
    flow: Option<FlowDocument>,
    /// What the effects of nodes come to, by node; something likely for the others.
    #[deserr(default)]
    #[schema(value_type = Object, required = false)]
    mocks: JsonObject,
}

impl DryRunBody {
    fn into_order(self, automation: AutomationId) -> TryOut {
        let Self { trigger, input, flow, mocks: JsonObject(mocks) } = self;
        TryOut { automation, flow, trigger, input, mocks }
    }
}

/// List the kinds of nodes
///
/// What flows are drawn with: for each kind its ports, and the JSON Schema of its parameters.
#[utoipa::path(
    get, path = "/automations/nodes", operation_id = "listNodeKinds", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, description = "The kinds.", body = NodesView, headers(
        ("ETag" = String, description = "A digest."),
    )))
)]
pub(crate) async fn nodes(_caller: Caller, _: NoQuery) -> HttpResponse {
    let data = catalogue().iter().map(NodeView::from).collect();
    let mut response = send(unversioned(&NodesView { data }));
    response.headers_mut().insert(CACHE_CONTROL, AN_HOUR);
    response
}

/// Look for faults in a flow
///
/// As an activation would, with the caller as its owner. Nothing is stored.
#[utoipa::path(
    post, path = "/automations/validate", operation_id = "validateFlow", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = Document, content_type = "application/json"),
    responses((status = 200, description = "What is wrong with it.", body = CheckedView))
)]
pub(crate) async fn validate(
    api: Api,
    Caller(actor): Caller,
    body: FlowBody<FlowDocument>,
) -> Result<HttpResponse, Problem> {
    let flow = body.value;
    let inspected =
        api.run(move |studio| async move { studio.automations().inspect(&actor, &flow).await }).await?;
    let faults: Vec<_> = inspected.faults.iter().map(FlowFault::from).collect();
    Ok(send(plain(&CheckedView { valid: faults.is_empty(), faults })))
}

/// Try a flow out on paper
///
/// Shows what each node would do, and does nothing: effects come to what `mocks` says, and waits are over at once.
#[utoipa::path(
    post, path = "/automations/{id}/dry-run", operation_id = "dryRunAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id.")),
    request_body(content = DryRunBody, content_type = "application/json"),
    responses((status = 200, description = "What would happen.", body = SimulationView))
)]
pub(crate) async fn dry_run(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    body: FlowBody<DryRunBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order(id);
    let simulation =
        api.run(move |studio| async move { studio.automations().try_out(&actor, order).await }).await?;
    Ok(send(plain(&SimulationView::from(&simulation))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::testing::{assert_documented, assert_required};

    #[test]
    fn the_document_lists_what_the_reader_accepts() {
        assert_documented::<DryRunBody>();
        assert_required::<DryRunBody>(&[]);
    }
}

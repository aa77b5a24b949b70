//! The flows that an automation had before.

use std::sync::Arc;

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use kairo_domain::{Automation, FlowNumber, FlowVersion};
use kairo_flow::{EntryChanges, FlowChanges};
use kairo_use_cases::{RollBack, Studio};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::flows::Document;
use super::{AutomationView, shown};
use crate::Api;
use crate::answer::{send, send_outcome, unversioned};
use crate::caller::Caller;
use crate::etag::RequiredMatch;
use crate::idempotency::Repeatable;
use crate::path::{PathId, PathPart};
use crate::problem::Problem;
use crate::query::{Few, Given, NoQuery, Parameters, Portion};

/// A version of a flow, without the flow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FlowVersionCard)]
pub(crate) struct VersionCard {
    /// Its number, from 1 on.
    number: u32,
    drawn_at: DateTime<Utc>,
    /// Who drew it; null when it came in another way than through this API.
    #[schema(required = true)]
    drawn_by: Option<Uuid>,
}

/// A version of a flow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FlowVersion)]
pub(crate) struct VersionView {
    #[serde(flatten)]
    card: VersionCard,
    /// What the automation did then.
    #[schema(value_type = Document)]
    flow: Value,
}

/// Some of the versions of a flow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FlowVersions)]
pub(crate) struct VersionsView {
    /// The versions, the latest first.
    data: Vec<VersionCard>,
    /// Give it as `before` for those before them; null when there are none.
    #[schema(required = true)]
    next_before: Option<u32>,
}

/// What differs from one version of a flow to another.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = FlowChanges)]
pub(crate) struct ChangesView {
    nodes: EntriesView,
    edges: EntriesView,
    /// The other members of the document that differ.
    #[schema(value_type = Vec<String>)]
    rest: Vec<String>,
}

/// What differs among nodes or edges, by id.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EntryChanges)]
pub(crate) struct EntriesView {
    added: Vec<String>,
    removed: Vec<String>,
    changed: Vec<EntryView>,
}

/// A node or an edge that differs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EntryChange)]
pub(crate) struct EntryView {
    id: String,
    /// JSON pointers into the node or the edge.
    pointers: Vec<String>,
}

impl From<&FlowChanges> for ChangesView {
    fn from(changes: &FlowChanges) -> Self {
        let FlowChanges { nodes, edges, rest } = changes;
        Self { nodes: nodes.into(), edges: edges.into(), rest: rest.clone() }
    }
}

impl From<&EntryChanges> for EntriesView {
    fn from(changes: &EntryChanges) -> Self {
        let changed = changes.changed.iter();
        let changed =
            changed.map(|entry| EntryView { id: entry.id.clone(), pointers: entry.pointers.clone() });
        Self { added: changes.added.clone(), removed: changes.removed.clone(), changed: changed.collect() }
    }
}

impl From<&FlowVersion> for VersionCard {
    fn from(version: &FlowVersion) -> Self {
        Self {
            number: version.number.number(),
            drawn_at: version.drawn_at,
            drawn_by: version.drawn_by.map(|user| user.uuid()),
        }
    }
}

/// Which versions to list.
pub(crate) struct VersionsBefore {
    before: Option<FlowNumber>,
    portion: Portion,
}

impl Parameters for VersionsBefore {
    fn read(given: &mut Given) -> Self {
        let before = given.number("before", 1..=u32::MAX).map(FlowNumber::from_number);
        Self { before, portion: Portion::read(given) }
    }
}

/// Which versions to compare.
pub(crate) struct Pair {
    from: FlowNumber,
    to: FlowNumber,
}

impl Parameters for Pair {
    fn read(given: &mut Given) -> Self {
        let mut number = |name| FlowNumber::from_number(given.required(name, 1..=u32::MAX));
        Self { from: number("from"), to: number("to") }
    }
}

/// List the versions of a flow
///
/// Every change of a flow made one. The latest first, without the flows.
#[utoipa::path(
    get, path = "/automations/{id}/versions", operation_id = "listFlowVersions", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The automation's id."),
        ("before" = Option<u32>, Query, description = "Only versions with a smaller number."),
        ("limit" = Option<u16>, Query, description = "How many; 25 unless given, at most 200."),
    ),
    responses((status = 200, description = "Some of the versions.", body = VersionsView, headers(
        ("ETag" = String, description = "A digest."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    Few(VersionsBefore { before, portion }): Few<VersionsBefore>,
) -> Result<HttpResponse, Problem> {
    let asked = portion.asked();
    let get = async move |studio: Studio| studio.automations().flows(&actor, id, before, asked).await;
    let versions = api.run(get).await?;
    let (shown, last) = portion.of(&versions);
    let data = shown.iter().map(VersionCard::from).collect();
    Ok(send(unversioned(&VersionsView { data, next_before: last.map(|version| version.number.number()) })))
}

/// Show a version of a flow
///
/// With the flow. A version never changes.
#[utoipa::path(
    get, path = "/automations/{id}/versions/{number}", operation_id = "getFlowVersion", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The automation's id."),
        ("number" = u32, Path, description = "The number of the version."),
    ),
    responses((status = 200, description = "The version.", body = VersionView, headers(
        ("ETag" = String, description = "A digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathPart(id, number): PathPart<Automation, u32>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let number = FlowNumber::from_number(number);
    let version =
        api.run(move |studio| async move { studio.automations().flow(&actor, id, number).await }).await?;
    let view = VersionView { card: VersionCard::from(&version), flow: version.flow.as_json().clone() };
    Ok(send(unversioned(&view)))
}

/// Compare two versions of a flow
///
/// What was added, removed and changed from one to the other, node by node and edge by edge.
#[utoipa::path(
    get, path = "/automations/{id}/versions/compare", operation_id = "compareFlowVersions", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The automation's id."),
        ("from" = u32, Query, description = "The number of the one version."),
        ("to" = u32, Query, description = "The number of the other."),
    ),
    responses(
        (status = 200, description = "What differs.", body = ChangesView, headers(
            ("ETag" = String, description = "A digest."),
        )),
        (status = 400, description = "`from` and `to` must be given."),
    )
)]
pub(crate) async fn compare(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    Few(Pair { from, to }): Few<Pair>,
) -> Result<HttpResponse, Problem> {
    let changes = api
        .run(move |studio| async move { studio.automations().compare(&actor, id, from, to).await })
        .await?;
    Ok(send(unversioned(&ChangesView::from(&changes))))
}

/// Give an automation an older flow again
///
/// As a new version. An automation that fires takes no flow with faults, however old.
#[utoipa::path(
    post, path = "/automations/{id}/versions/{number}/restore", operation_id = "restoreFlowVersion",
    tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The automation's id."),
        ("number" = u32, Path, description = "The number of the version."),
        RequiredMatch,
        Repeatable,
    ),
    responses(
        (status = 200, description = "The automation as it is now.", body = AutomationView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only its owner and administrators draw its flow."),
    )
)]
pub(crate) async fn restore(
    api: Api,
    Caller(actor): Caller,
    PathPart(automation, number): PathPart<Automation, u32>,
    RequiredMatch(seen): RequiredMatch,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    let order = RollBack { automation, to: FlowNumber::from_number(number), seen };
    let once = repeatable.once_without_body(&actor, Arc::new(shown));
    let outcome = api
        .run(move |studio| async move { studio.automations().roll_back(&actor, order, once).await })
        .await?;
    Ok(send_outcome(outcome, shown))
}

mod dto;
pub(crate) mod timeline;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse};
use kairo_domain::Lead;
use kairo_use_cases::DeleteLead;

use crate::answer::{representation, send, send_outcome};
use crate::body::{JsonBody, MergeBody};
use crate::caller::{AnyCaller, Caller};
use crate::etag::IfMatch;
use crate::idempotency::Repeatable;
use crate::list::{self, ListView};
use crate::path::{Here, PathId};
use crate::problem::Problem;
use crate::query::{ListQuery, NoQuery};
use crate::{Api, rate_limit};

use dto::{CaptureBody, MoveBody, PatchBody};
pub(crate) use dto::{CapturedView, LeadView};

/// Send a contact form
///
/// Everybody may. Staff are answered with the lead; everybody else with a receipt to quote, since leads are not
/// theirs to read. With an `Idempotency-Key`, a repeat of the request makes no second lead.
#[utoipa::path(
    post, path = "/leads", operation_id = "captureLead", tag = "leads", security((), ("bearer" = [])),
    params(Repeatable),
    request_body(content = CaptureBody, content_type = "application/json"),
    responses((status = 201, description = "The lead was taken in.", body = CapturedView, headers(
        ("Location" = String, description = "Where the lead is; for staff only."),
        ("ETag" = String, description = "The version and a digest; for staff only."),
    )))
)]
pub(crate) async fn capture(
    api: Api,
    AnyCaller(actor): AnyCaller,
    repeatable: Repeatable,
    request: HttpRequest,
    here: Here,
    body: JsonBody<CaptureBody>,
) -> Result<HttpResponse, Problem> {
    rate_limit::charge_form(&request, &api)?;
    let key = api.receipt_key().clone();
    let render = Arc::new(move |lead: &Lead| dto::captured(&actor, &here, &key, lead));
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.into_order();
    let outcome =
        api.run(move |studio| async move { studio.leads().capture(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |lead| render(lead)))
}

/// List leads
///
/// The newest first unless told. Every condition must hold; an unknown parameter is refused, never ignored.
#[utoipa::path(
    get, path = "/leads", operation_id = "listLeads", tag = "leads", security(("bearer" = [])),
    params(ListQuery<LeadView>),
    responses((status = 200, description = "A page of leads.", body = ListView<LeadView>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    query: ListQuery<LeadView>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.leads().list(&actor, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |lead| LeadView::from(lead))))
}

/// Show a lead
///
/// With its `ETag`, which `If-Match` takes back.
#[utoipa::path(
    get, path = "/leads/{id}", operation_id = "getLead", tag = "leads", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The lead's id.")),
    responses((status = 200, description = "The lead.", body = LeadView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Lead>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let lead = api.run(move |studio| async move { studio.leads().get(&actor, id).await }).await?;
    Ok(send(representation(lead.version, &LeadView::from(&lead))))
}

/// Edit a lead
///
/// A JSON Merge Patch: what is left out stays, `null` empties a field. The status has its own operation,
/// `POST /leads/{id}/status`.
#[utoipa::path(
    patch, path = "/leads/{id}", operation_id = "editLead", tag = "leads", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The lead's id."), IfMatch),
    request_body(content = PatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The lead as it is now.", body = LeadView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn edit(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Lead>,
    seen: IfMatch,
    MergeBody(body): MergeBody<PatchBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.into_order(id, seen.optional());
    let lead = api.run(move |studio| async move { studio.leads().edit(&actor, order).await }).await?;
    Ok(send(representation(lead.version, &LeadView::from(&lead))))
}

/// Move a lead along its state machine
///
/// An illegal step is refused with the steps that are legal. Losing a lead and reopening a lost one need a reason.
#[utoipa::path(
    post, path = "/leads/{id}/status", operation_id = "moveLead", tag = "leads", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The lead's id."), IfMatch, Repeatable),
    request_body(content = MoveBody, content_type = "application/json"),
    responses((status = 200, description = "The lead as it is now.", body = LeadView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn move_to(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Lead>,
    seen: IfMatch,
    repeatable: Repeatable,
    body: JsonBody<MoveBody>,
) -> Result<HttpResponse, Problem> {
    let render = Arc::new(|lead: &Lead| representation(lead.version, &LeadView::from(lead)));
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.into_order(id, seen.optional());
    let outcome =
        api.run(move |studio| async move { studio.leads().move_to(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |lead| render(lead)))
}

/// Delete a lead
///
/// It is out of sight at once.
#[utoipa::path(
    delete, path = "/leads/{id}", operation_id = "deleteLead", tag = "leads", security(("bearer" = [])),
    params(("id" = uuid::Uuid, Path, description = "The lead's id."), IfMatch),
    responses((status = 204, description = "The lead is out of sight."))
)]
pub(crate) async fn delete(
    api: Api,
    Caller(actor): Caller,
    PathId(lead): PathId<Lead>,
    seen: IfMatch,
) -> Result<HttpResponse, Problem> {
    let order = DeleteLead { lead, seen: seen.optional() };
    api.run(move |studio| async move { studio.leads().delete(&actor, order).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

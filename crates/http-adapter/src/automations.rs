pub(crate) mod copies;
mod dto;
pub(crate) mod flows;
pub(crate) mod inspection;
pub(crate) mod running;
mod settings;
pub(crate) mod standing;
pub(crate) mod triggers;
pub(crate) mod versions;

use std::sync::Arc;

use actix_web::HttpResponse;
use kairo_domain::Automation;
use kairo_use_cases::{Answer, DeleteAutomation};

use crate::Api;
use crate::answer::{created, representation, send, send_outcome};
use crate::body::{FlowBody, MergeBody};
use crate::caller::Caller;
use crate::etag::RequiredMatch;
use crate::idempotency::Repeatable;
use crate::list::{self, ListView};
use crate::mount::Mount;
use crate::path::{Here, PathId};
use crate::problem::Problem;
use crate::query::{ListQuery, NoQuery};

pub(crate) use dto::{AutomationCard, AutomationView};
use dto::{CreateBody, PatchBody};

/// List automations
///
/// Without their flows, the newest first unless told. Staff see all of them, clients their own.
#[utoipa::path(
    get, path = "/automations", operation_id = "listAutomations", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(ListQuery<AutomationCard>),
    responses((status = 200, description = "A page of automations.", body = ListView<AutomationCard>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    query: ListQuery<AutomationCard>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.automations().list(&actor, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |automation| AutomationCard::from(automation))))
}

/// Make an automation
///
/// A draft of the caller's own; its flow may have faults. With an `Idempotency-Key`, a repeat of the request makes no
/// second one.
#[utoipa::path(
    post, path = "/automations", operation_id = "createAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(Repeatable),
    request_body(content = CreateBody, content_type = "application/json"),
    responses((status = 201, description = "The automation was made.", body = AutomationView, headers(
        ("Location" = String, description = "Where the automation is."),
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn create(
    api: Api,
    Caller(actor): Caller,
    repeatable: Repeatable,
    mount: Mount,
    body: FlowBody<CreateBody>,
) -> Result<HttpResponse, Problem> {
    let render = made(mount);
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.into_order();
    let outcome =
        api.run(move |studio| async move { studio.automations().create(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |automation| render(automation)))
}

/// Show an automation
///
/// With its flow and its `ETag`, which `If-Match` takes back.
#[utoipa::path(
    get, path = "/automations/{id}", operation_id = "getAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id.")),
    responses((status = 200, description = "The automation.", body = AutomationView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let automation = api.run(move |studio| async move { studio.automations().get(&actor, id).await }).await?;
    Ok(send(shown(&automation)))
}

/// Edit what is said of an automation
///
/// A JSON Merge Patch: what is left out stays, `null` empties a field. Its flow and its status have operations of their
/// own.
#[utoipa::path(
    patch, path = "/automations/{id}", operation_id = "editAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), RequiredMatch),
    request_body(content = PatchBody, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The automation as it is now.", body = AutomationView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only its owner and administrators edit an automation."),
    )
)]
pub(crate) async fn edit(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Automation>,
    RequiredMatch(seen): RequiredMatch,
    MergeBody(body): MergeBody<PatchBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.into_order(id, seen);
    let automation =
        api.run(move |studio| async move { studio.automations().edit(&actor, order).await }).await?;
    Ok(send(shown(&automation)))
}

/// Delete an automation
///
/// It is out of sight at once and fires no more. Runs under way come to their end.
#[utoipa::path(
    delete, path = "/automations/{id}", operation_id = "deleteAutomation", tag = "automations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The automation's id."), RequiredMatch),
    responses(
        (status = 204, description = "The automation is out of sight."),
        (status = 403, description = "Only its owner and administrators delete an automation."),
    )
)]
pub(crate) async fn delete(
    api: Api,
    Caller(actor): Caller,
    PathId(automation): PathId<Automation>,
    RequiredMatch(seen): RequiredMatch,
) -> Result<HttpResponse, Problem> {
    let order = DeleteAutomation { automation, seen };
    api.run(move |studio| async move { studio.automations().delete(&actor, order).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// 200 with an automation.
fn shown(automation: &Automation) -> Answer {
    representation(automation.version, &AutomationView::from(automation))
}

/// 200 with an automation without its flow, for those who have just sent or seen that.
fn card(automation: &Automation) -> Answer {
    representation(automation.version, &AutomationCard::from(automation))
}

/// 201 with an automation that was made.
fn made(mount: Mount) -> Arc<dyn Fn(&Automation) -> Answer + Send + Sync> {
    Arc::new(move |automation| {
        let location = mount.automation(automation.id);
        created(location, automation.version, &AutomationView::from(automation))
    })
}

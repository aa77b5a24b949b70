mod dto;

use std::sync::Arc;

use actix_web::HttpResponse;
use kairo_domain::Company;
use kairo_use_cases::DeleteCompany;

use crate::Api;
use crate::answer::{created, representation, send, send_outcome};
use crate::body::{JsonBody, MergeBody};
use crate::caller::Caller;
use crate::etag::IfMatch;
use crate::idempotency::Repeatable;
use crate::list::{self, ListView};
use crate::path::{Here, PathId};
use crate::problem::Problem;
use crate::query::{ListQuery, NoQuery};

pub(crate) use dto::CompanyView;
use dto::{CreateBody, PatchBody};

/// List companies
///
/// By name unless told. Staff see all of them, clients their own.
#[utoipa::path(
    get, path = "/companies", operation_id = "listCompanies", tag = "companies",
    security(("bearer" = []), ("cookie" = [])),
    params(ListQuery<CompanyView>),
    responses((status = 200, description = "A page of companies.", body = ListView<CompanyView>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    query: ListQuery<CompanyView>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.companies().list(&actor, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |company| CompanyView::from(company))))
}

/// Make a company
///
/// For staff. With an `Idempotency-Key`, a repeat of the request makes no second company.
#[utoipa::path(
    post, path = "/companies", operation_id = "createCompany", tag = "companies",
    security(("bearer" = []), ("cookie" = [])),
    params(Repeatable),
    request_body(content = CreateBody, content_type = "application/json"),
    responses(
        (status = 201, description = "The company was made.", body = CompanyView, headers(
            ("Location" = String, description = "Where the company is."),
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only staff make companies."),
    )
)]
pub(crate) async fn create(
    api: Api,
    Caller(actor): Caller,
    repeatable: Repeatable,
    here: Here,
    body: JsonBody<CreateBody>,
) -> Result<HttpResponse, Problem> {
    let render = Arc::new(move |company: &Company| {
        created(here.member(company.id), company.version, &CompanyView::from(company))
    });
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.into_order();
    let outcome =
        api.run(move |studio| async move { studio.companies().create(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |company| render(company)))
}

/// Show a company
///
/// With its `ETag`, which `If-Match` takes back.
#[utoipa::path(
    get, path = "/companies/{id}", operation_id = "getCompany", tag = "companies",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The company's id.")),
    responses((status = 200, description = "The company.", body = CompanyView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Company>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let company = api.run(move |studio| async move { studio.companies().get(&actor, id).await }).await?;
    Ok(send(representation(company.version, &CompanyView::from(&company))))
}

/// Edit a company
///
/// For staff. A JSON Merge Patch: what is left out stays, `null` empties a field.
#[utoipa::path(
    patch, path = "/companies/{id}", operation_id = "editCompany", tag = "companies",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The company's id."), IfMatch),
    request_body(content = PatchBody, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The company as it is now.", body = CompanyView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only staff edit companies."),
    )
)]
pub(crate) async fn edit(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Company>,
    seen: IfMatch,
    MergeBody(body): MergeBody<PatchBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.into_order(id, seen.optional());
    let company = api.run(move |studio| async move { studio.companies().edit(&actor, order).await }).await?;
    Ok(send(representation(company.version, &CompanyView::from(&company))))
}

/// Delete a company
///
/// For administrators. It is out of sight at once; its users stay.
#[utoipa::path(
    delete, path = "/companies/{id}", operation_id = "deleteCompany", tag = "companies",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The company's id."), IfMatch),
    responses(
        (status = 204, description = "The company is out of sight."),
        (status = 403, description = "Only administrators delete companies."),
    )
)]
pub(crate) async fn delete(
    api: Api,
    Caller(actor): Caller,
    PathId(company): PathId<Company>,
    seen: IfMatch,
) -> Result<HttpResponse, Problem> {
    let order = DeleteCompany { company, seen: seen.optional() };
    api.run(move |studio| async move { studio.companies().delete(&actor, order).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

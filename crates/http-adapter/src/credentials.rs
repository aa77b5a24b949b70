mod dto;

use actix_web::HttpResponse;
use kairo_domain::Credential;
use kairo_use_cases::DeleteCredential;

use crate::Api;
use crate::answer::{created, representation, send};
use crate::body::{JsonBody, MergeBody};
use crate::caller::Caller;
use crate::etag::IfMatch;
use crate::list::{self, ListView};
use crate::path::{Here, PathId};
use crate::problem::Problem;
use crate::query::{ListQuery, NoQuery};

use dto::{CreateBody, CredentialView, PatchBody, SecretBody, SecretSchema};

/// List credentials
///
/// By name unless told. Everybody sees their own, administrators all of them. Secrets are shown nowhere.
#[utoipa::path(
    get, path = "/credentials", operation_id = "listCredentials", tag = "credentials",
    security(("bearer" = []), ("cookie" = [])),
    params(ListQuery<CredentialView>),
    responses((status = 200, description = "A page of credentials.", body = ListView<CredentialView>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    query: ListQuery<CredentialView>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.credentials().list(&actor, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |credential| CredentialView::from(credential))))
}

/// Make a credential
///
/// For automations of the caller's own, which refer to it by its name. The secret is encrypted, and no answer shows it
/// again. An `Idempotency-Key` is ignored: a digest of the secret would have to be kept, and no repeat makes a second
/// credential of the same name anyway.
#[utoipa::path(
    post, path = "/credentials", operation_id = "createCredential", tag = "credentials",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = CreateBody, content_type = "application/json"),
    responses(
        (status = 201, description = "The credential was made.", body = CredentialView, headers(
            ("Location" = String, description = "Where the credential is."),
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "An API key makes no credential."),
    )
)]
pub(crate) async fn create(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    body: JsonBody<CreateBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order();
    let made = api.run(move |studio| async move { studio.credentials().create(&actor, order).await }).await?;
    Ok(send(created(here.member(made.id), made.version, &CredentialView::from(&made))))
}

/// Show a credential
///
/// Without its secret. With its `ETag`, which `If-Match` takes back.
#[utoipa::path(
    get, path = "/credentials/{id}", operation_id = "getCredential", tag = "credentials",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The credential's id.")),
    responses((status = 200, description = "The credential.", body = CredentialView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Credential>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let found = api.run(move |studio| async move { studio.credentials().get(&actor, id).await }).await?;
    Ok(send(representation(found.version, &CredentialView::from(&found))))
}

/// Rename a credential
///
/// A JSON Merge Patch. Flows that use the old name do not find the credential any more.
#[utoipa::path(
    patch, path = "/credentials/{id}", operation_id = "editCredential", tag = "credentials",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The credential's id."), IfMatch),
    request_body(content = PatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The credential as it is now.", body = CredentialView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn edit(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Credential>,
    seen: IfMatch,
    MergeBody(body): MergeBody<PatchBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.into_order(id, seen.optional());
    let edited = api.run(move |studio| async move { studio.credentials().edit(&actor, order).await }).await?;
    Ok(send(representation(edited.version, &CredentialView::from(&edited))))
}

/// Replace the secret of a credential
///
/// With one of the same kind; whatever begins from now on uses it. Nobody sees the old one or the new one.
#[utoipa::path(
    put, path = "/credentials/{id}/secret", operation_id = "replaceCredentialSecret", tag = "credentials",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The credential's id."), IfMatch),
    request_body(content = SecretSchema, content_type = "application/json"),
    responses((status = 200, description = "The credential as it is now.", body = CredentialView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn replace_secret(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Credential>,
    seen: IfMatch,
    body: JsonBody<SecretBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order(id, seen.optional());
    let replaced = api
        .run(move |studio| async move { studio.credentials().replace_secret(&actor, order).await })
        .await?;
    Ok(send(representation(replaced.version, &CredentialView::from(&replaced))))
}

/// Delete a credential
///
/// With its secret and for good. Steps that need it fail from now on.
#[utoipa::path(
    delete, path = "/credentials/{id}", operation_id = "deleteCredential", tag = "credentials",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The credential's id."), IfMatch),
    responses((status = 204, description = "The credential is gone."))
)]
pub(crate) async fn delete(
    api: Api,
    Caller(actor): Caller,
    PathId(credential): PathId<Credential>,
    seen: IfMatch,
) -> Result<HttpResponse, Problem> {
    let order = DeleteCredential { credential, seen: seen.optional() };
    api.run(move |studio| async move { studio.credentials().delete(&actor, order).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

mod dto;

use actix_web::HttpResponse;
use kairo_domain::ApiKey;

use crate::Api;
use crate::answer::{received, send, send_secret};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::list::{self, ListView};
use crate::me::own_id;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::NoQuery;

use dto::CreateBody;
pub(crate) use dto::{ApiKeyView, NewApiKeyView};

/// List the own API keys
///
/// Those that have not ended, the latest first, all on one page. Their secrets are shown nowhere.
#[utoipa::path(
    get, path = "/me/api-keys", operation_id = "listMyApiKeys", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "The keys.", body = ListView<ApiKeyView>, headers(
            ("ETag" = String, description = "A digest of the list."),
        )),
        (status = 404, description = "`not_found`: an API key sees no keys."),
    )
)]
pub(crate) async fn list(api: Api, Caller(actor): Caller, _: NoQuery) -> Result<HttpResponse, Problem> {
    let user = own_id(&actor)?;
    let keys = api.run(move |studio| async move { studio.api_keys().list(&actor, user).await }).await?;
    Ok(send(list::respond_whole(keys.iter().map(ApiKeyView::from))))
}

/// Make an API key
///
/// A program sends its secret as `Authorization: Bearer …`, and may do what the scopes say and its owner may. The
/// secret is in this answer and nowhere else. An `Idempotency-Key` is ignored: the answer could not be kept.
#[utoipa::path(
    post, path = "/me/api-keys", operation_id = "createApiKey", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = CreateBody, content_type = "application/json"),
    responses(
        (status = 201, description = "The key with its secret.", body = NewApiKeyView),
        (status = 403, description = "An API key makes no other."),
    )
)]
pub(crate) async fn create(
    api: Api,
    Caller(actor): Caller,
    body: JsonBody<CreateBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order();
    let new = api.run(move |studio| async move { studio.api_keys().create(&actor, order).await }).await?;
    Ok(send_secret(received(&NewApiKeyView::from(&new))))
}

/// Revoke one of the own API keys
///
/// It holds nowhere from now on.
#[utoipa::path(
    delete, path = "/me/api-keys/{id}", operation_id = "revokeMyApiKey", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The key's id.")),
    responses((status = 204, description = "The key has ended."))
)]
pub(crate) async fn revoke(
    api: Api,
    Caller(actor): Caller,
    PathId(key): PathId<ApiKey>,
) -> Result<HttpResponse, Problem> {
    let user = own_id(&actor)?;
    api.run(move |studio| async move { studio.api_keys().revoke(&actor, user, key).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

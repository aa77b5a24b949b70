//! What users sign in with, as administrators see it and end it.

use actix_web::{HttpRequest, HttpResponse};
use kairo_domain::{ApiKey, Session, User};

use crate::Api;
use crate::answer::send;
use crate::api_keys::ApiKeyView;
use crate::caller::Caller;
use crate::list::{self, ListView};
use crate::path::{PathId, PathIds};
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::sessions::{SessionView, ended};

/// List a user's sessions
///
/// The devices that are signed in, the latest first, all on one page. Users see their own, administrators everybody's.
#[utoipa::path(
    get, path = "/users/{id}/sessions", operation_id = "listUserSessions", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id.")),
    responses((status = 200, description = "The sessions.", body = ListView<SessionView>, headers(
        ("ETag" = String, description = "A digest of the list."),
    )))
)]
pub(crate) async fn list_sessions(
    api: Api,
    Caller(actor): Caller,
    PathId(user): PathId<User>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let sessions = api.run(move |studio| async move { studio.sessions().list(&actor, user).await }).await?;
    Ok(send(list::respond_whole(sessions.iter().map(|session| SessionView::of(session, &actor)))))
}

/// End a user's session
///
/// Its access tokens hold nowhere within a second. Users end their own, administrators everybody's. A browser that ends
/// its own session forgets its cookies.
#[utoipa::path(
    delete, path = "/users/{id}/sessions/{session}", operation_id = "endUserSession", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The user's id."),
        ("session" = uuid::Uuid, Path, description = "The session's id."),
    ),
    responses((status = 204, description = "The session has ended.", headers(
        ("Set-Cookie" = String, description = "Empty cookies; for a browser whose own session it was."),
    )))
)]
pub(crate) async fn end_session(
    api: Api,
    request: HttpRequest,
    Caller(actor): Caller,
    PathIds(user, session): PathIds<User, Session>,
) -> Result<HttpResponse, Problem> {
    api.run(move |studio| async move { studio.sessions().end(&actor, user, session).await }).await?;
    ended(&api, &request, &actor, session)
}

/// List a user's API keys
///
/// Those that have not ended, the latest first, all on one page; their secrets are shown nowhere. Users see their own,
/// administrators everybody's.
#[utoipa::path(
    get, path = "/users/{id}/api-keys", operation_id = "listUserApiKeys", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id.")),
    responses((status = 200, description = "The keys.", body = ListView<ApiKeyView>, headers(
        ("ETag" = String, description = "A digest of the list."),
    )))
)]
pub(crate) async fn list_api_keys(
    api: Api,
    Caller(actor): Caller,
    PathId(user): PathId<User>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let keys = api.run(move |studio| async move { studio.api_keys().list(&actor, user).await }).await?;
    Ok(send(list::respond_whole(keys.iter().map(ApiKeyView::from))))
}

/// Revoke a user's API key
///
/// It holds nowhere from now on. Users end their own, administrators everybody's.
#[utoipa::path(
    delete, path = "/users/{id}/api-keys/{key}", operation_id = "revokeUserApiKey", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(
        ("id" = uuid::Uuid, Path, description = "The user's id."),
        ("key" = uuid::Uuid, Path, description = "The key's id."),
    ),
    responses((status = 204, description = "The key has ended."))
)]
pub(crate) async fn revoke_api_key(
    api: Api,
    Caller(actor): Caller,
    PathIds(user, key): PathIds<User, ApiKey>,
) -> Result<HttpResponse, Problem> {
    api.run(move |studio| async move { studio.api_keys().revoke(&actor, user, key).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reset a user's second factor
///
/// For administrators, when somebody has lost the app and the recovery codes: signing in asks for no code any more, and
/// the user is told by mail. Nobody resets their own; `POST /me/two-factor/remove` removes it.
#[utoipa::path(
    delete, path = "/users/{id}/two-factor", operation_id = "resetTwoFactor", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id.")),
    responses(
        (status = 204, description = "Signing in asks for no code."),
        (status = 403, description = "Only administrators reset a second factor, and not their own."),
        (status = 404, description = "There is no such user, or the user has no second factor."),
    )
)]
pub(crate) async fn reset_two_factor(
    api: Api,
    Caller(actor): Caller,
    PathId(user): PathId<User>,
) -> Result<HttpResponse, Problem> {
    api.run(move |studio| async move { studio.two_factor().reset(&actor, user).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

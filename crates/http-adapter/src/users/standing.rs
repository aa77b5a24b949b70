//! What administrators decide about users.

use std::sync::Arc;

use actix_web::HttpResponse;
use kairo_domain::User;
use kairo_use_cases::MoveUser;

use super::dto::{CompanyBody, RoleBody};
use super::{UserView, shown};
use crate::Api;
use crate::answer::{send, send_outcome};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::etag::IfMatch;
use crate::idempotency::Repeatable;
use crate::path::PathId;
use crate::problem::Problem;

/// Give a user another role
///
/// For administrators, and nobody changes their own. Within a second no token of the old role holds anywhere.
#[utoipa::path(
    put, path = "/users/{id}/role", operation_id = "changeRole", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id."), IfMatch),
    request_body(content = RoleBody, content_type = "application/json"),
    responses(
        (status = 200, description = "The user as it is now.", body = UserView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only administrators change roles, and not their own."),
        (status = 409, description = "Nobody with role `ADMIN` would be left who may sign in."),
    )
)]
pub(crate) async fn change_role(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<User>,
    seen: IfMatch,
    body: JsonBody<RoleBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order(id, seen.optional());
    let user = api.run(move |studio| async move { studio.users().change_role(&actor, order).await }).await?;
    Ok(send(shown(&user)))
}

/// Move a user to another company
///
/// For administrators, and nobody moves themselves. A client sees what belongs to the own company only, so this decides
/// what the user sees.
#[utoipa::path(
    put, path = "/users/{id}/company", operation_id = "changeCompany", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id."), IfMatch),
    request_body(content = CompanyBody, content_type = "application/json"),
    responses(
        (status = 200, description = "The user as it is now.", body = UserView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only administrators move users, and not themselves."),
    )
)]
pub(crate) async fn change_company(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<User>,
    seen: IfMatch,
    body: JsonBody<CompanyBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order(id, seen.optional());
    let user =
        api.run(move |studio| async move { studio.users().change_company(&actor, order).await }).await?;
    Ok(send(shown(&user)))
}

/// Suspend a user
///
/// For administrators. The user cannot sign in, and within a second no token of theirs holds anywhere.
#[utoipa::path(
    post, path = "/users/{id}/suspend", operation_id = "suspendUser", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id."), IfMatch, Repeatable),
    responses(
        (status = 200, description = "The user as it is now.", body = UserView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only administrators suspend users, and not themselves."),
        (status = 409, description = "Nobody with role `ADMIN` would be left who may sign in."),
    )
)]
pub(crate) async fn suspend(
    api: Api,
    Caller(actor): Caller,
    PathId(user): PathId<User>,
    seen: IfMatch,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    let once = repeatable.once_without_body(&actor, Arc::new(shown));
    let order = MoveUser { user, seen: seen.optional() };
    let outcome =
        api.run(move |studio| async move { studio.users().suspend(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, shown))
}

/// Reactivate a user
///
/// For administrators. A suspended user can sign in again.
#[utoipa::path(
    post, path = "/users/{id}/reactivate", operation_id = "reactivateUser", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id."), IfMatch, Repeatable),
    responses(
        (status = 200, description = "The user as it is now.", body = UserView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only administrators reactivate users."),
    )
)]
pub(crate) async fn reactivate(
    api: Api,
    Caller(actor): Caller,
    PathId(user): PathId<User>,
    seen: IfMatch,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    let once = repeatable.once_without_body(&actor, Arc::new(shown));
    let order = MoveUser { user, seen: seen.optional() };
    let outcome =
        api.run(move |studio| async move { studio.users().reactivate(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, shown))
}

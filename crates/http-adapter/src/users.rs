pub(crate) mod access;
mod dto;
pub(crate) mod standing;

use std::sync::Arc;

use actix_web::HttpResponse;
use kairo_domain::User;
use kairo_use_cases::{Answer, DeleteUser};

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

use dto::AddBody;
pub(crate) use dto::{PatchBody, RoleWord, UserView};

/// The answer that shows a user.
pub(crate) fn shown(user: &User) -> Answer {
    representation(user.version, &UserView::from(user))
}

/// List users
///
/// The newest first unless told. Staff see everybody, clients themselves; `GET /colleagues` has the names of the
/// others.
#[utoipa::path(
    get, path = "/users", operation_id = "listUsers", tag = "users", security(("bearer" = []), ("cookie" = [])),
    params(ListQuery<UserView>),
    responses((status = 200, description = "A page of users.", body = ListView<UserView>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    query: ListQuery<UserView>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let page = api.run(move |studio| async move { studio.users().list(&actor, &order).await }).await?;
    Ok(send(list::respond(&here, &shape, &page, |user| UserView::from(user))))
}

/// Add a user
///
/// For administrators, who vouch for the address. The user is mailed a link to choose a password.
#[utoipa::path(
    post, path = "/users", operation_id = "addUser", tag = "users", security(("bearer" = []), ("cookie" = [])),
    params(Repeatable),
    request_body(content = AddBody, content_type = "application/json"),
    responses(
        (status = 201, description = "The user was added.", body = UserView, headers(
            ("Location" = String, description = "Where the user is."),
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "Only administrators add users."),
        (status = 409, description = "Somebody has this address."),
    )
)]
pub(crate) async fn add(
    api: Api,
    Caller(actor): Caller,
    repeatable: Repeatable,
    here: Here,
    body: JsonBody<AddBody>,
) -> Result<HttpResponse, Problem> {
    let render =
        Arc::new(move |user: &User| created(here.member(user.id), user.version, &UserView::from(user)));
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.into_order();
    let outcome = api.run(move |studio| async move { studio.users().add(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |user| render(user)))
}

/// Show a user
///
/// With its `ETag`, which `If-Match` takes back.
#[utoipa::path(
    get, path = "/users/{id}", operation_id = "getUser", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id.")),
    responses((status = 200, description = "The user.", body = UserView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<User>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let user = api.run(move |studio| async move { studio.users().get(&actor, id).await }).await?;
    Ok(send(shown(&user)))
}

/// Edit a user's profile
///
/// A JSON Merge Patch: what is left out stays, `null` empties a field. Users edit themselves, administrators everybody.
#[utoipa::path(
    patch, path = "/users/{id}", operation_id = "editUser", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id."), IfMatch),
    request_body(content = PatchBody, content_type = "application/merge-patch+json"),
    responses(
        (status = 200, description = "The user as it is now.", body = UserView, headers(
            ("ETag" = String, description = "The version and a digest."),
        )),
        (status = 403, description = "The caller sees this user, and may not edit it."),
    )
)]
pub(crate) async fn edit(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<User>,
    seen: IfMatch,
    MergeBody(body): MergeBody<PatchBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.into_order(id, seen.optional());
    let user = api.run(move |studio| async move { studio.users().edit(&actor, order).await }).await?;
    Ok(send(shown(&user)))
}

/// Delete a user
///
/// For administrators. The user is out of sight and signed out at once, and the address is free again.
#[utoipa::path(
    delete, path = "/users/{id}", operation_id = "deleteUser", tag = "users",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The user's id."), IfMatch),
    responses(
        (status = 204, description = "The user is out of sight."),
        (status = 403, description = "Only administrators delete users."),
        (status = 409, description = "Nobody with role `ADMIN` would be left who may sign in."),
    )
)]
pub(crate) async fn delete(
    api: Api,
    Caller(actor): Caller,
    PathId(user): PathId<User>,
    seen: IfMatch,
) -> Result<HttpResponse, Problem> {
    let order = DeleteUser { user, seen: seen.optional() };
    api.run(move |studio| async move { studio.users().delete(&actor, order).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

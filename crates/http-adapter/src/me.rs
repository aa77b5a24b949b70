mod dto;

use actix_web::HttpResponse;
use kairo_domain::{Actor, UserId};
use kairo_use_cases::Code;

use crate::Api;
use crate::answer::{AcceptedView, accepted, representation, send};
use crate::body::{JsonBody, MergeBody};
use crate::caller::Caller;
use crate::etag::IfMatch;
use crate::problem::Problem;
use crate::query::NoQuery;
use crate::users::{PatchBody, UserView};

use dto::{EmailBody, PasswordBody};

/// Show the own account
///
/// The account that the credentials belong to.
#[utoipa::path(
    get, path = "/me", operation_id = "getMe", tag = "me", security(("bearer" = []), ("cookie" = [])),
    responses((status = 200, description = "Who is signed in.", body = UserView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn show(api: Api, Caller(actor): Caller, _: NoQuery) -> Result<HttpResponse, Problem> {
    let user = api.run(move |studio| async move { studio.accounts().me(&actor).await }).await?;
    Ok(send(representation(user.version, &UserView::from(&user))))
}

/// Edit the own profile
///
/// A JSON Merge Patch: what is left out stays, `null` empties a field. The address and the password have operations of
/// their own; role and company are for administrators.
#[utoipa::path(
    patch, path = "/me", operation_id = "editMe", tag = "me", security(("bearer" = []), ("cookie" = [])),
    params(IfMatch),
    request_body(content = PatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The account as it is now.", body = UserView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn edit(
    api: Api,
    Caller(actor): Caller,
    seen: IfMatch,
    MergeBody(body): MergeBody<PatchBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.into_order(own_id(&actor)?, seen.optional());
    let user = api.run(move |studio| async move { studio.users().edit(&actor, order).await }).await?;
    Ok(send(representation(user.version, &UserView::from(&user))))
}

/// Change the own password
///
/// All other sessions end, and the owner is told by mail.
#[utoipa::path(
    put, path = "/me/password", operation_id = "changePassword", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = PasswordBody, content_type = "application/json"),
    responses(
        (status = 204, description = "The password is changed."),
        (status = 403, description = "An API key does not do for this."),
        (status = 422, description = "The present password is wrong (`/currentPassword`), or the new one is no good."),
        (status = 429, description = "Too many attempts failed, for this account or from this address."),
    )
)]
pub(crate) async fn change_password(
    api: Api,
    Caller(actor): Caller,
    body: JsonBody<PasswordBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order();
    api.run(move |studio| async move { studio.accounts().change_password(&actor, order).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Change the own address
///
/// A link is mailed to both addresses, and both have to be followed. Until then the account keeps the address it has.
/// Whether the new address has an account is not told.
#[utoipa::path(
    put, path = "/me/email", operation_id = "changeEmail", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = EmailBody, content_type = "application/json"),
    responses(
        (status = 202, description = "Two mails are on their way.", body = AcceptedView),
        (status = 403, description = "An API key does not do for this."),
        (status = 422, description = "The password is wrong (`/password`), or the address is none."),
        (status = 429, description = "Too many attempts failed, for this account or from this address."),
    )
)]
pub(crate) async fn change_email(
    api: Api,
    Caller(actor): Caller,
    body: JsonBody<EmailBody>,
) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order();
    api.run(move |studio| async move { studio.accounts().ask_email_change(&actor, order).await }).await?;
    Ok(send(accepted("a mail to each of the two addresses says how to go on")))
}

/// The id of whoever is signed in.
pub(crate) fn own_id(actor: &Actor) -> Result<UserId, Problem> {
    actor.user().ok_or_else(|| Problem::new(Code::Unauthenticated, "sign in first"))
}

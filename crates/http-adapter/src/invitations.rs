mod dto;

use std::sync::Arc;

use actix_web::HttpResponse;
use kairo_domain::Invitation;

use crate::Api;
use crate::answer::{created_unversioned, send, send_outcome, unversioned};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::idempotency::Repeatable;
use crate::list::{self, ListView};
use crate::path::{Here, PathId};
use crate::problem::Problem;
use crate::query::{ListQuery, NoQuery};

pub(crate) use dto::InvitationView;
use dto::InviteBody;

/// List invitations
///
/// The newest first unless told. For staff; those of staff are for administrators.
#[utoipa::path(
    get, path = "/invitations", operation_id = "listInvitations", tag = "invitations",
    security(("bearer" = []), ("cookie" = [])),
    params(ListQuery<InvitationView>),
    responses((status = 200, description = "A page of invitations.", body = ListView<InvitationView>, headers(
        ("ETag" = String, description = "A digest of the page."),
        ("Link" = String, description = "The next and the previous page."),
    )))
)]
pub(crate) async fn list(
    api: Api,
    Caller(actor): Caller,
    here: Here,
    query: ListQuery<InvitationView>,
) -> Result<HttpResponse, Problem> {
    let (order, shape) = query.into_listing();
    let invitations = api.studio().invitations();
    let page = api.run(move |studio| async move { studio.invitations().list(&actor, &order).await }).await?;
    let view = |invitation: &Invitation| InvitationView::new(invitation, invitations.status(invitation));
    Ok(send(list::respond(&here, &shape, &page, view)))
}

/// Invite somebody
///
/// By mail, with a role and a company that are decided beforehand. Staff invite clients, administrators anybody. The
/// invitation can be accepted for seven days; its token is in the mail only.
#[utoipa::path(
    post, path = "/invitations", operation_id = "inviteUser", tag = "invitations",
    security(("bearer" = []), ("cookie" = [])),
    params(Repeatable),
    request_body(content = InviteBody, content_type = "application/json"),
    responses(
        (status = 201, description = "The invitation is on its way.", body = InvitationView, headers(
            ("Location" = String, description = "Where the invitation is."),
            ("ETag" = String, description = "A digest."),
        )),
        (status = 403, description = "Only administrators invite staff."),
        (status = 404, description = "Invitations are for staff."),
        (status = 409, description = "The address has an account or an open invitation."),
    )
)]
pub(crate) async fn invite(
    api: Api,
    Caller(actor): Caller,
    repeatable: Repeatable,
    here: Here,
    body: JsonBody<InviteBody>,
) -> Result<HttpResponse, Problem> {
    let invitations = api.studio().invitations();
    let render = Arc::new(move |made: &Invitation| {
        created_unversioned(here.member(made.id), &InvitationView::new(made, invitations.status(made)))
    });
    let once = repeatable.once(&actor, body.digest, render.clone());
    let order = body.value.into_order();
    let outcome =
        api.run(move |studio| async move { studio.invitations().create(&actor, order, once).await }).await?;
    Ok(send_outcome(outcome, |invitation| render(invitation)))
}

/// Show an invitation
///
/// With how it stands at the moment.
#[utoipa::path(
    get, path = "/invitations/{id}", operation_id = "getInvitation", tag = "invitations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The invitation's id.")),
    responses((status = 200, description = "The invitation.", body = InvitationView, headers(
        ("ETag" = String, description = "A digest."),
    )))
)]
pub(crate) async fn show(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Invitation>,
    _: NoQuery,
) -> Result<HttpResponse, Problem> {
    let invitations = api.studio().invitations();
    let found = api.run(move |studio| async move { studio.invitations().get(&actor, id).await }).await?;
    Ok(send(unversioned(&InvitationView::new(&found, invitations.status(&found)))))
}

/// Take an invitation back
///
/// The links that were mailed are void at once.
#[utoipa::path(
    delete, path = "/invitations/{id}", operation_id = "revokeInvitation", tag = "invitations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The invitation's id.")),
    responses(
        (status = 204, description = "The invitation is taken back."),
        (status = 409, description = "It was accepted or taken back already."),
    )
)]
pub(crate) async fn revoke(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Invitation>,
) -> Result<HttpResponse, Problem> {
    api.run(move |studio| async move { studio.invitations().revoke(&actor, id).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Send an invitation again
///
/// With another seven days, also when its time was over. The links of earlier mails are void.
#[utoipa::path(
    post, path = "/invitations/{id}/resend", operation_id = "resendInvitation", tag = "invitations",
    security(("bearer" = []), ("cookie" = [])),
    params(("id" = uuid::Uuid, Path, description = "The invitation's id."), Repeatable),
    responses(
        (status = 200, description = "The invitation is on its way again.", body = InvitationView, headers(
            ("ETag" = String, description = "A digest."),
        )),
        (status = 409, description = "It was accepted or taken back already."),
    )
)]
pub(crate) async fn resend(
    api: Api,
    Caller(actor): Caller,
    PathId(id): PathId<Invitation>,
    repeatable: Repeatable,
) -> Result<HttpResponse, Problem> {
    let invitations = api.studio().invitations();
    let render =
        Arc::new(move |sent: &Invitation| unversioned(&InvitationView::new(sent, invitations.status(sent))));
    let once = repeatable.once_without_body(&actor, render.clone());
    let outcome =
        api.run(move |studio| async move { studio.invitations().resend(&actor, id, once).await }).await?;
    Ok(send_outcome(outcome, |invitation| render(invitation)))
}

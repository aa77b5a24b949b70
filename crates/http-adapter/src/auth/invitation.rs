use actix_web::HttpResponse;

use crate::Api;
use crate::answer::{plain, received, send};
use crate::body::JsonBody;
use crate::problem::Problem;
use crate::users::UserView;

use super::dto::{AcceptBody, InvitationView, TokenBody};

/// Show an invitation
///
/// To whoever holds its token. It is a POST, so that the token is in no address.
#[utoipa::path(
    post, path = "/auth/invitations/show", operation_id = "showInvitation", tag = "auth", security(()),
    request_body(content = TokenBody, content_type = "application/json"),
    responses((status = 200, description = "The invitation.", body = InvitationView))
)]
pub(crate) async fn show(api: Api, body: JsonBody<TokenBody>) -> Result<HttpResponse, Problem> {
    let TokenBody { token } = body.value;
    let shown = api.run(move |studio| async move { studio.invitations().look_at(&token).await }).await?;
    Ok(send(plain(&InvitationView::from(&shown))))
}

/// Accept an invitation
///
/// Makes the user that the invitation describes; the mail has proven the address. Sign in with the password then.
#[utoipa::path(
    post, path = "/auth/invitations/accept", operation_id = "acceptInvitation", tag = "auth", security(()),
    request_body(content = AcceptBody, content_type = "application/json"),
    responses((status = 201, description = "There is an account now.", body = UserView))
)]
pub(crate) async fn accept(api: Api, body: JsonBody<AcceptBody>) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order();
    let user = api.run(move |studio| async move { studio.invitations().accept(order).await }).await?;
    Ok(send(received(&UserView::from(&user))))
}

use actix_web::HttpResponse;

use crate::Api;
use crate::answer::{AcceptedView, accepted, send};
use crate::body::JsonBody;
use crate::problem::Problem;

use super::dto::{ForgotBody, ResetBody};

/// Ask for another password
///
/// A link to set one is mailed if the address has an account. The answer is the same for every address.
#[utoipa::path(
    post, path = "/auth/password/forgot", operation_id = "forgotPassword", tag = "auth", security(()),
    request_body(content = ForgotBody, content_type = "application/json"),
    responses((status = 202, description = "A mail is on its way, if there is an account.", body = AcceptedView))
)]
pub(crate) async fn forgot(api: Api, body: JsonBody<ForgotBody>) -> Result<HttpResponse, Problem> {
    let ForgotBody { email } = body.value;
    api.run(move |studio| async move { studio.accounts().forgot_password(email).await }).await?;
    Ok(send(accepted("if this address has an account, a mail says how to go on")))
}

/// Set another password
///
/// By the token of the mail. All sessions of the account end; a second factor is still asked for at the next sign-in.
#[utoipa::path(
    post, path = "/auth/password/reset", operation_id = "resetPassword", tag = "auth", security(()),
    request_body(content = ResetBody, content_type = "application/json"),
    responses((status = 204, description = "The password is set: sign in with it."))
)]
pub(crate) async fn reset(api: Api, body: JsonBody<ResetBody>) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order();
    api.run(move |studio| async move { studio.accounts().reset_password(order).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

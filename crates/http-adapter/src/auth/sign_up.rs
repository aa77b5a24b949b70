use actix_web::HttpResponse;

use crate::Api;
use crate::answer::{AcceptedView, accepted, plain, send};
use crate::body::JsonBody;
use crate::problem::Problem;

use super::dto::{SignUpBody, VerifiedView, VerifyBody};

/// Ask for an account
///
/// A link to prove the address is mailed to it, and there is no account before that. The answer is the same for every
/// address: it does not tell whether there is an account already.
#[utoipa::path(
    post, path = "/auth/signup", operation_id = "signUp", tag = "auth", security(()),
    request_body(content = SignUpBody, content_type = "application/json"),
    responses((status = 202, description = "A mail is on its way.", body = AcceptedView))
)]
pub(crate) async fn sign_up(api: Api, body: JsonBody<SignUpBody>) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order();
    api.run(move |studio| async move { studio.sign_ups().ask(order).await }).await?;
    Ok(send(accepted("a mail to this address says how to go on")))
}

/// Prove an address
///
/// Redeems the token of a mail: of a sign-up, or of a change of address, which has to be confirmed at both addresses. A
/// sign-up takes its `password` too: whoever reads the mail must not make good a password that somebody else has chosen.
#[utoipa::path(
    post, path = "/auth/email/verify", operation_id = "verifyEmail", tag = "auth", security(()),
    request_body(content = VerifyBody, content_type = "application/json"),
    responses((status = 200, description = "The address is proven.", body = VerifiedView))
)]
pub(crate) async fn verify_email(api: Api, body: JsonBody<VerifyBody>) -> Result<HttpResponse, Problem> {
    let order = body.value.into_order();
    let verified =
        api.run(move |studio| async move { studio.accounts().verify_address(order).await }).await?;
    Ok(send(plain(&VerifiedView::from(&verified))))
}

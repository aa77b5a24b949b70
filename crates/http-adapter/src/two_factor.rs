mod dto;

use actix_web::HttpResponse;

use crate::Api;
use crate::answer::{plain, send, send_secret, unversioned};
use crate::body::JsonBody;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::query::NoQuery;

use dto::{CodeBody, ProofBody, RecoveryCodesView, SharedSecretView, StatusView};

/// Show the own second factor
///
/// Whether signing in asks for a code, and how many recovery codes are left.
#[utoipa::path(
    get, path = "/me/two-factor", operation_id = "getTwoFactor", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    responses(
        (status = 200, description = "How it stands.", body = StatusView, headers(
            ("ETag" = String, description = "A digest."),
        )),
        (status = 403, description = "An API key does not do for this."),
    )
)]
pub(crate) async fn show(api: Api, Caller(actor): Caller, _: NoQuery) -> Result<HttpResponse, Problem> {
    let status = api.run(move |studio| async move { studio.two_factor().status(&actor).await }).await?;
    Ok(send(unversioned(&StatusView::from(&status))))
}

/// Begin to set up a second factor
///
/// The secret goes into an authenticator app (TOTP: SHA-1, six digits, 30 seconds); it is in this answer and nowhere
/// else. Signing in asks for codes once the first one was confirmed. Beginning again makes another secret.
#[utoipa::path(
    post, path = "/me/two-factor", operation_id = "beginTwoFactor", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = ProofBody, content_type = "application/json"),
    responses(
        (status = 200, description = "What the app needs to know.", body = SharedSecretView),
        (status = 403, description = "An API key does not do for this."),
        (status = 409, description = "A second factor is on already; remove it first."),
        (status = 422, description = "The password is wrong (`/password`)."),
        (status = 429, description = "Too many attempts failed, for this account or from this address."),
    )
)]
pub(crate) async fn begin(
    api: Api,
    Caller(actor): Caller,
    body: JsonBody<ProofBody>,
) -> Result<HttpResponse, Problem> {
    let ProofBody { password } = body.value;
    let secret =
        api.run(move |studio| async move { studio.two_factor().begin(&actor, &password).await }).await?;
    Ok(send_secret(plain(&SharedSecretView::from(&secret))))
}

/// Confirm the second factor
///
/// With a first code of the app. From now on signing in asks for one. The recovery codes are for the day the app is
/// gone; they are in this answer and nowhere else.
#[utoipa::path(
    post, path = "/me/two-factor/confirm", operation_id = "confirmTwoFactor", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = CodeBody, content_type = "application/json"),
    responses(
        (status = 200, description = "The second factor is on.", body = RecoveryCodesView),
        (status = 403, description = "An API key does not do for this."),
        (status = 404, description = "`not_found`: there is nothing to confirm."),
        (status = 422, description = "The code is wrong (`/code`)."),
    )
)]
pub(crate) async fn confirm(
    api: Api,
    Caller(actor): Caller,
    body: JsonBody<CodeBody>,
) -> Result<HttpResponse, Problem> {
    let CodeBody { code } = body.value;
    let codes =
        api.run(move |studio| async move { studio.two_factor().confirm(&actor, &code).await }).await?;
    Ok(send_secret(plain(&RecoveryCodesView::of(&codes))))
}

/// Make new recovery codes
///
/// The old ones hold no longer.
#[utoipa::path(
    post, path = "/me/two-factor/recovery-codes", operation_id = "renewRecoveryCodes", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = ProofBody, content_type = "application/json"),
    responses(
        (status = 200, description = "The codes.", body = RecoveryCodesView),
        (status = 403, description = "An API key does not do for this."),
        (status = 404, description = "`not_found`: no second factor is on."),
        (status = 422, description = "The password is wrong (`/password`)."),
        (status = 429, description = "Too many attempts failed, for this account or from this address."),
    )
)]
pub(crate) async fn renew_recovery_codes(
    api: Api,
    Caller(actor): Caller,
    body: JsonBody<ProofBody>,
) -> Result<HttpResponse, Problem> {
    let ProofBody { password } = body.value;
    let renew = async move |studio: kairo_use_cases::Studio| {
        studio.two_factor().renew_recovery_codes(&actor, &password).await
    };
    let codes = api.run(renew).await?;
    Ok(send_secret(plain(&RecoveryCodesView::of(&codes))))
}

/// Remove the second factor
///
/// The app and the recovery codes are good for nothing from now on, and the owner is told by mail.
#[utoipa::path(
    post, path = "/me/two-factor/remove", operation_id = "removeTwoFactor", tag = "me",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = ProofBody, content_type = "application/json"),
    responses(
        (status = 204, description = "Signing in asks for no code any more."),
        (status = 403, description = "An API key does not do for this."),
        (status = 404, description = "`not_found`: there is no second factor."),
        (status = 422, description = "The password is wrong (`/password`)."),
        (status = 429, description = "Too many attempts failed, for this account or from this address."),
    )
)]
pub(crate) async fn remove(
    api: Api,
    Caller(actor): Caller,
    body: JsonBody<ProofBody>,
) -> Result<HttpResponse, Problem> {
    let ProofBody { password } = body.value;
    api.run(move |studio| async move { studio.two_factor().remove(&actor, &password).await }).await?;
    Ok(HttpResponse::NoContent().finish())
}

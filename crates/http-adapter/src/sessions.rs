mod dto;

use actix_web::HttpResponse;
use kairo_use_cases::SignIn;

use crate::Api;
use crate::answer::{plain, representation, send};
use crate::body::JsonBody;
use crate::caller::{Caller, Origin};
use crate::problem::Problem;

use dto::{LoginBody, TokenView, UserView};

/// Sign in
///
/// Whatever was wrong, the refusal is the same: it does not tell whether the address has an account.
#[utoipa::path(
    post, path = "/auth/login", operation_id = "signIn", tag = "sessions", security(()),
    request_body(content = LoginBody, content_type = "application/json"),
    responses(
        (status = 200, description = "Somebody is signed in.", body = TokenView),
        (status = 401, description = "The address or the password is wrong."),
    )
)]
pub(crate) async fn sign_in(
    api: Api,
    origin: Origin,
    body: JsonBody<LoginBody>,
) -> Result<HttpResponse, Problem> {
    let LoginBody { email, password } = body.value;
    let Origin { ip_address, user_agent } = origin;
    let order = SignIn { email, password, ip_address, user_agent };
    let signed_in = api.run(move |studio| async move { studio.sessions().sign_in(order).await }).await?;
    let mut response = send(plain(&TokenView::from(&signed_in)));
    // The one answer that nobody may keep, not even the caller's own browser.
    let no_store = actix_web::http::header::HeaderValue::from_static("no-store");
    response.headers_mut().insert(actix_web::http::header::CACHE_CONTROL, no_store);
    Ok(response)
}

/// Show the own account
///
/// The account that the token was given to.
#[utoipa::path(
    get, path = "/me", operation_id = "getMe", tag = "sessions", security(("bearer" = [])),
    responses((status = 200, description = "Who is signed in.", body = UserView, headers(
        ("ETag" = String, description = "The version and a digest."),
    )))
)]
pub(crate) async fn me(api: Api, Caller(actor): Caller) -> Result<HttpResponse, Problem> {
    let user = api.run(move |studio| async move { studio.users().me(&actor).await }).await?;
    Ok(send(representation(user.version, &UserView::from(&user))))
}

mod dto;

use actix_web::{HttpRequest, HttpResponse};
use kairo_domain::Redacted;
use kairo_use_cases::{Code, EndOwn, SignedIn, Studio, Which};

use crate::Api;
use crate::answer::{plain, send_secret};
use crate::body::{JsonBody, OptionalBody};
use crate::caller::{self, Caller};
use crate::cookies::{self, SignedInBrowser};
use crate::csrf::{self, CsrfToken};
use crate::problem::Problem;

use dto::{BrowserView, SignInBody, SignedInView, TokenView, Transport};
pub(crate) use dto::{RefreshBody, SignOutBody};

/// Sign in
///
/// Whatever was wrong, the refusal is the same: it does not tell whether the address has an account. An account with
/// a second factor needs the `code` as well. Programs get tokens; pages in browsers ask for `transport` `cookie` and
/// send the `csrfToken` of the answer as `X-CSRF-Token` with everything that is no GET.
#[utoipa::path(
    post, path = "/auth/login", operation_id = "signIn", tag = "auth", security(()),
    request_body(content = SignInBody, content_type = "application/json"),
    responses(
        (status = 200, description = "Somebody is signed in.", body = SignedInView, headers(
            ("Set-Cookie" = String, description = "The tokens; with `transport` `cookie` only."),
        )),
        (status = 401, description = "`unauthenticated`: the address, the password or the code is wrong."),
        (status = 403, description = "`forbidden`: a page of another site asks for cookies."),
        (status = 429, description = "Too many attempts failed, for this account or from this address."),
    )
)]
pub(crate) async fn sign_in(
    api: Api,
    request: HttpRequest,
    body: JsonBody<SignInBody>,
) -> Result<HttpResponse, Problem> {
    let (order, transport) = body.value.into_order();
    if transport == Transport::Cookie {
        // Nobody else's page may sign a browser in as somebody the user is not.
        csrf::check_site(&request, api.settings())?;
    }
    let signed_in = api.run(move |studio| async move { studio.sessions().sign_in(order).await }).await?;
    hand_out(&api, &request, transport, &signed_in)
}

/// Get the next pair of tokens
///
/// The refresh token is used up by this. Sent again within ten seconds, while the next one is unused, it is answered
/// with the same next one, so that a lost answer does no harm; sent again later, it ends the session, since somebody
/// else has a copy. Browsers send their cookies and `X-CSRF-Token`, and no body.
#[utoipa::path(
    // By reference: a required body is what utoipa makes of a type.
    post, path = "/auth/refresh", operation_id = "refreshSession", tag = "auth", security(()), params(CsrfToken),
    request_body(content = ref("#/components/schemas/RefreshSession"), content_type = "application/json"),
    responses(
        (status = 200, description = "The next pair, by the transport of the one before.", body = SignedInView,
            headers(("Set-Cookie" = String, description = "The tokens; for browsers only."))),
        (status = 401, description = "`unauthenticated`: the refresh token does not hold, so sign in again."),
        (status = 403, description = "`forbidden`: a browser sent its cookies without the proof that the page was ours."),
    )
)]
pub(crate) async fn refresh(
    api: Api,
    request: HttpRequest,
    OptionalBody { value: body, .. }: OptionalBody<RefreshBody>,
) -> Result<HttpResponse, Problem> {
    let (token, transport) = presented(&api, &request, body)?;
    let signed_in =
        api.run(move |studio| async move { studio.sessions().refresh(token.expose()).await }).await?;
    hand_out(&api, &request, transport, &signed_in)
}

/// Sign out
///
/// Ends the session that asks, unless `sessions` says otherwise. The access tokens of what is ended hold nowhere
/// within a second. A browser forgets its cookies when its own session is among them. If its access token is over, its
/// refresh token ends its own session, also when there is nothing left to end.
#[utoipa::path(
    post, path = "/auth/logout", operation_id = "signOut", tag = "auth",
    security(("bearer" = []), ("cookie" = [])),
    request_body(content = ref("#/components/schemas/SignOut"), content_type = "application/json"),
    responses(
        (status = 204, description = "The sessions have ended.", headers(
            ("Set-Cookie" = String, description = "Empty cookies; for browsers only."),
        )),
        (status = 403, description = "An API key ends no session."),
    )
)]
pub(crate) async fn sign_out(
    api: Api,
    request: HttpRequest,
    caller: Result<Caller, Problem>,
    OptionalBody { value: body, .. }: OptionalBody<SignOutBody>,
) -> Result<HttpResponse, Problem> {
    let which = body.map_or(Which::This, SignOutBody::into_which);
    let is_browser = caller::is_browser(&api, &request)?;
    match caller {
        Ok(Caller(actor)) => {
            let end = async move |studio: Studio| studio.sessions().end_own(&actor, EndOwn { which }).await;
            api.run(end).await?;
        }
        Err(refusal) if refusal.code() == Code::Unauthenticated && is_browser && which == Which::This => {
            leave(&api, &request).await?;
        }
        Err(refusal) => return Err(refusal),
    }
    let mut response = HttpResponse::NoContent().finish();
    if is_browser && which != Which::Others {
        cookies::clear(&api, &request, &mut response)?;
    }
    Ok(response)
}

/// Ends the session of a browser whose access token holds no longer.
async fn leave(api: &Api, request: &HttpRequest) -> Result<(), Problem> {
    let token = kept(api, request)?;
    api.run(async move |studio: Studio| studio.sessions().end_by_refresh(token.expose()).await).await
}

/// The refresh token of a request, and how it came: the one in the body was sent on purpose, so it wins.
fn presented(
    api: &Api,
    request: &HttpRequest,
    body: Option<RefreshBody>,
) -> Result<(Redacted<String>, Transport), Problem> {
    if let Some(token) = body.and_then(RefreshBody::into_token) {
        return Ok((token, Transport::Bearer));
    }
    Ok((kept(api, request)?, Transport::Cookie))
}

/// The refresh token that a browser keeps, once it is proven that a page of ours sends it.
fn kept(api: &Api, request: &HttpRequest) -> Result<Redacted<String>, Problem> {
    let refused = |detail| Problem::new(Code::Unauthenticated, detail);
    let cookie = cookies::value(request.headers(), api.cookie_names().refresh)?;
    let token = cookie.ok_or_else(|| refused("there is no refresh token: sign in"))?;
    let session = api.studio().sessions().session_of(token);
    let session = session.ok_or_else(|| refused("the refresh token is not valid: sign in again"))?;
    csrf::check(api, request, session)?;
    Ok(Redacted::new(token.to_owned()))
}

fn hand_out(
    api: &Api,
    request: &HttpRequest,
    transport: Transport,
    signed_in: &SignedIn,
) -> Result<HttpResponse, Problem> {
    match transport {
        Transport::Bearer => Ok(send_secret(plain(&TokenView::from(signed_in)))),
        Transport::Cookie => {
            let csrf_token = csrf::token(api.csrf_key(), signed_in.session);
            let browser = SignedInBrowser {
                access_token: &signed_in.access_token,
                expires_in: signed_in.expires_in,
                refresh_token: &signed_in.refresh_token,
                csrf_token: &csrf_token,
            };
            let mut response = send_secret(plain(&BrowserView::of(signed_in, csrf_token.clone())));
            cookies::set_signed_in(api, request, &mut response, &browser)?;
            Ok(response)
        }
    }
}

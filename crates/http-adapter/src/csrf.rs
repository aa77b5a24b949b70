//! Whether a request that a browser authenticates by itself was meant by the page that the user looks at.

use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use kairo_domain::SessionId;
use kairo_use_cases::Code;

use crate::headers::single;
use crate::keys::PurposeKey;
use crate::problem::Problem;
use crate::{Api, Settings};

/// Where scripts repeat what they read in the CSRF cookie, which no page of another site can read.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("x-csrf-token");
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The proof in that header, as operations document it.
pub(crate) struct CsrfToken;

/// The CSRF token of a session: nothing is stored for it, and no other session has the same.
pub(crate) fn token(key: &PurposeKey, session: SessionId) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(key.sign(&[session.uuid().as_bytes()]))
}

/// Checks a request that presents a cookie of this session, of its access or its refresh token. Reading needs no proof.
pub(crate) fn check(api: &Api, request: &HttpRequest, session: SessionId) -> Result<(), Problem> {
    if is_safe(request.method()) {
        return Ok(());
    }
    check_site(request, api.settings())?;
    let given = given(request.headers())?;
    proven(given.is_some_and(|given| belongs(api.csrf_key(), given, session)))
}

/// Checks what the browser says about the page that sends a request: ours, or one of an origin that is listed.
pub(crate) fn check_site(request: &HttpRequest, settings: &Settings) -> Result<(), Problem> {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    let origin = single(request.headers(), &header::ORIGIN, "Origin")?.map(text);
    if origin.as_ref().is_some_and(|origin| settings.cors_origins.contains(origin)) {
        return Ok(());
    }
    let host = single(request.headers(), &header::HOST, "Host")?.map(text).unwrap_or_default();
    if origin.is_some_and(|origin| !is_own(&origin, &host, settings.cookies_secure)) {
        return Err(refused("a page of another origin may not send this with cookies"));
    }
    let site = single(request.headers(), &FETCH_SITE, "Sec-Fetch-Site")?.map(text);
    match site.as_deref() {
        None | Some("same-origin" | "same-site" | "none") => Ok(()),
        Some(_) => Err(refused("a page of another site may not send this with cookies")),
    }
}

/// Whether a request with this method only reads.
pub(crate) const fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

fn given(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    Ok(single(headers, &HEADER, "X-CSRF-Token")?.and_then(|value| value.to_str().ok()))
}

fn proven(is_proven: bool) -> Result<(), Problem> {
    if is_proven { Ok(()) } else { Err(refused("send the value of the CSRF cookie as `X-CSRF-Token`")) }
}

fn belongs(key: &PurposeKey, token: &str, session: SessionId) -> bool {
    // Of its full length: the start of a signature would be easier to guess.
    let tag: Option<[u8; 32]> = BASE64_URL_SAFE_NO_PAD.decode(token).ok().and_then(|tag| tag.try_into().ok());
    tag.is_some_and(|tag| key.verify(&[session.uuid().as_bytes()], &tag))
}

/// Whether an origin is the one that the request was sent to. Behind a proxy that ends TLS the scheme cannot be seen,
/// but cookies that need TLS come from pages that have it.
fn is_own(origin: &str, host: &str, secure: bool) -> bool {
    let (https, http) = (origin.strip_prefix("https://"), origin.strip_prefix("http://"));
    let own = |authority: Option<&str>, port: &str| {
        let bare = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
        authority.is_some_and(|authority| !host.is_empty() && bare(authority) == bare(host))
    };
    own(https, ":443") || (!secure && own(http, ":80"))
}

fn refused(detail: &str) -> Problem {
    Problem::new(Code::Forbidden, detail)
}

#[cfg(test)]
mod tests;

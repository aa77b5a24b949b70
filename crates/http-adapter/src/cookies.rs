//! What browsers keep of a sign-in. Scripts can read the CSRF token and nothing else.

use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, CookieBuilder, SameSite};
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use chrono::TimeDelta;
use kairo_domain::{Redacted, Session};

use crate::Api;
use crate::mount::Mount;
use crate::problem::{Fault, Problem};

/// The names of the cookies, which tell browsers how they may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CookieNames {
    pub(crate) access: &'static str,
    pub(crate) refresh: &'static str,
    pub(crate) csrf: &'static str,
}

/// What signs a browser in.
pub(crate) struct SignedInBrowser<'a> {
    pub(crate) access_token: &'a Redacted<String>,
    /// For how long the access token is good.
    pub(crate) expires_in: TimeDelta,
    pub(crate) refresh_token: &'a Redacted<String>,
    pub(crate) csrf_token: &'a str,
}

impl CookieNames {
    /// `__Host-` keeps other hosts of the domain from setting a cookie, and `__Secure-` keeps plain HTTP from it. Both
    /// need TLS.
    pub(crate) const fn new(secure: bool) -> Self {
        if secure {
            Self {
                access: "__Host-kairo_access",
                refresh: "__Secure-kairo_refresh",
                csrf: "__Host-kairo_csrf",
            }
        } else {
            Self { access: "kairo_access", refresh: "kairo_refresh", csrf: "kairo_csrf" }
        }
    }
}

/// Signs the browser in that gets this response.
pub(crate) fn set_signed_in(
    api: &Api,
    request: &HttpRequest,
    response: &mut HttpResponse,
    browser: &SignedInBrowser<'_>,
) -> Result<(), Problem> {
    add(response, &signed_in(api.settings().cookies_secure, refresh_path(request), browser))
}

/// Makes the browser that gets this response forget what signed it in.
pub(crate) fn clear(api: &Api, request: &HttpRequest, response: &mut HttpResponse) -> Result<(), Problem> {
    add(response, &cleared(api.settings().cookies_secure, refresh_path(request)))
}

/// The value of a cookie. Of two with one name, another reader of the request may have taken the other, and one may
/// come from another host of the domain: neither is chosen.
pub(crate) fn value<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Problem> {
    let lines = headers.get_all(header::COOKIE).filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(known, _)| known.trim() == name).map(|(_, value)| value.trim());
    match (values.next(), values.next()) {
        (value, None) => Ok(value.filter(|value| !value.is_empty())),
        (_, Some(_)) => {
            let message = format!("has `{name}` more than once");
            let fault = Fault::of_header("Cookie", "repeated", message);
            Err(Problem::malformed(format!("the cookie `{name}` can be sent once only"), vec![fault]))
        }
    }
}

fn signed_in(secure: bool, refresh_path: String, browser: &SignedInBrowser<'_>) -> [Cookie<'static>; 3] {
    let names = CookieNames::new(secure);
    let SignedInBrowser { access_token, expires_in, refresh_token, csrf_token } = browser;
    let (access, refresh, month) = (access_token.expose(), refresh_token.expose(), Session::LIFETIME);
    [
        cookie(secure, names.access, access.clone(), *expires_in).http_only(true).path("/").finish(),
        cookie(secure, names.refresh, refresh.clone(), month).http_only(true).path(refresh_path).finish(),
        cookie(secure, names.csrf, (*csrf_token).to_owned(), month).path("/").finish(),
    ]
}

fn cleared(secure: bool, refresh_path: String) -> [Cookie<'static>; 3] {
    let names = CookieNames::new(secure);
    let gone = |name| cookie(secure, name, String::new(), TimeDelta::zero());
    [
        gone(names.access).path("/").finish(),
        gone(names.refresh).path(refresh_path).finish(),
        gone(names.csrf).path("/").finish(),
    ]
}

fn cookie(secure: bool, name: &'static str, value: String, lifetime: TimeDelta) -> CookieBuilder<'static> {
    let age = Duration::seconds(lifetime.num_seconds());
    Cookie::build(name, value).secure(secure).same_site(SameSite::Lax).max_age(age)
}

/// The refresh token goes where it is used, and nowhere else.
fn refresh_path(request: &HttpRequest) -> String {
    let mount = request.extensions().get::<Mount>().cloned();
    format!("{}/auth", mount.map(|Mount(path)| path).unwrap_or_default())
}

fn add(response: &mut HttpResponse, cookies: &[Cookie<'_>]) -> Result<(), Problem> {
    cookies.iter().try_for_each(|cookie| response.add_cookie(cookie)).map_err(|_| Problem::broken())
}

#[cfg(test)]
mod tests;

use actix_web::http::Method;
use utoipa::IntoParams;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Components, RefOr};

use crate::cookies::CookieNames;
use crate::csrf::{self, CsrfToken};

const BEARER: &str = "bearer";
const COOKIE: &str = "cookie";

/// Says how callers are known.
pub(super) fn describe(components: &mut Components) {
    let token = "The `accessToken` of a sign-in, or an API key, which begins with `kairo_`.";
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT");
    let bearer = SecurityScheme::Http(bearer.description(Some(token)).build());
    let cookies = "For browsers: the cookie of a sign-in with `transport: cookie`. Whatever is not GET must repeat the \
                   value of the cookie `__Host-kairo_csrf` in the header `X-CSRF-Token`, and come from a page of this \
                   origin or of one that is listed. `Authorization` wins over cookies.";
    let name = CookieNames::new(true).access;
    let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(name, cookies)));
    components.security_schemes.insert(BEARER.to_owned(), RefOr::T(bearer));
    components.security_schemes.insert(COOKIE.to_owned(), RefOr::T(cookie));
}

/// Wherever a token is taken, a cookie is; and with it the proof, unless the operation only reads.
pub(super) fn complete(method: &Method, operation: &mut Operation) {
    let Some(ways) = &mut operation.security else { return };
    let way = |name| SecurityRequirement::new(name, [""; 0]);
    if ways.contains(&way(BEARER)) && !ways.contains(&way(COOKIE)) {
        ways.push(way(COOKIE));
    }
    if ways.contains(&way(COOKIE)) && !csrf::is_safe(method) {
        let proof = CsrfToken::into_params(|| None).into_iter().map(RefOr::T);
        operation.parameters.get_or_insert_default().extend(proof);
    }
}

/// Whether the operation takes credentials, be it that it needs none.
pub(super) fn takes_credentials(operation: &Operation) -> bool {
    let mut ways = operation.security.iter().flatten();
    ways.any(|way| *way != SecurityRequirement::default())
}

use actix_web::test::TestRequest;
use kairo_domain::{Id, Redacted};
use uuid::Uuid;

use super::*;

fn key() -> PurposeKey {
    PurposeKey::derive(&Redacted::new([1; 32]), "csrf")
}

fn session(number: u128) -> SessionId {
    Id::from_uuid(Uuid::from_u128(number))
}

#[test]
fn a_token_belongs_to_one_session() {
    let one = token(&key(), session(1));
    assert!(belongs(&key(), &one, session(1)));
    assert!(!belongs(&key(), &one, session(2)));
    assert!(!belongs(&PurposeKey::derive(&Redacted::new([2; 32]), "csrf"), &one, session(1)));
}

#[test]
fn a_part_of_a_token_is_none() {
    let one = token(&key(), session(1));
    for text in ["", &one[..2], &one[..42], &format!("{one}="), &format!("{one}AA"), "nonsense"] {
        assert!(!belongs(&key(), text, session(1)), "{text}");
    }
}

/// What a browser says about the page that sends a request to `studio.example`.
fn site(origin: Option<&str>, fetch_site: Option<&str>, secure: bool) -> bool {
    let mut settings = Settings::new([0; 32]);
    settings.cors_origins = vec!["https://app.example".to_owned()];
    settings.cookies_secure = secure;
    let request = TestRequest::post().insert_header(("host", "Studio.example"));
    let request =
        origin.into_iter().fold(request, |request, origin| request.insert_header(("origin", origin)));
    let request =
        fetch_site.into_iter().fold(request, |request, site| request.insert_header((FETCH_SITE, site)));
    check_site(&request.to_http_request(), &settings).is_ok()
}

#[test]
fn our_own_pages_and_listed_ones_may_send() {
    for (origin, fetch_site) in [
        (None, None),
        (None, Some("none")),
        (Some("https://studio.example"), None),
        (Some("https://studio.example:443"), Some("same-origin")),
        (Some("https://app.example"), Some("cross-site")),
        (Some("https://app.example"), None),
    ] {
        assert!(site(origin, fetch_site, true), "{origin:?} {fetch_site:?}");
    }
}

#[test]
fn other_pages_may_not() {
    for (origin, fetch_site) in [
        (Some("https://evil.example"), None),
        (Some("https://evil.studio.example"), Some("same-site")),
        (Some("https://studio.example.evil"), None),
        (Some("https://studio.example:8443"), Some("same-site")),
        (Some("http://studio.example"), Some("same-site")),
        (Some("https://app.example.evil"), Some("cross-site")),
        (Some("null"), None),
        (Some(""), None),
        (None, Some("cross-site")),
        (Some("https://studio.example"), Some("cross-site")),
        (None, Some("frob")),
    ] {
        assert!(!site(origin, fetch_site, true), "{origin:?} {fetch_site:?}");
    }
}

#[test]
fn without_tls_an_origin_may_lack_it_too() {
    assert!(site(Some("http://studio.example"), Some("same-origin"), false));
    assert!(site(Some("http://studio.example:80"), None, false));
    assert!(!site(Some("http://studio.example:8080"), None, false));
}

#[test]
fn a_request_without_a_host_has_no_origin() {
    assert!(!is_own("https://", "", true));
}

#[test]
fn reading_is_safe() {
    assert!([Method::GET, Method::HEAD, Method::OPTIONS].iter().all(is_safe));
    assert!(![Method::POST, Method::PUT, Method::PATCH, Method::DELETE].iter().any(is_safe));
}

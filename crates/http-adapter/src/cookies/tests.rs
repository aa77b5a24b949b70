use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, init_service};
use actix_web::{App, web};

use super::*;
use crate::edge::edge;

fn set(secure: bool) -> Vec<String> {
    let (access_token, refresh_token) = (Redacted::new("a.b.c".to_owned()), Redacted::new("r-1".to_owned()));
    let browser = SignedInBrowser {
        access_token: &access_token,
        expires_in: TimeDelta::minutes(10),
        refresh_token: &refresh_token,
        csrf_token: "csrf",
    };
    let cookies = signed_in(secure, "/api/v1/auth".to_owned(), &browser);
    cookies.iter().map(ToString::to_string).collect()
}

#[test]
fn a_browser_keeps_what_signs_it_in_where_only_it_can_get_at_it() {
    assert_eq!(
        set(true),
        [
            "__Host-kairo_access=a.b.c; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=600",
            "__Secure-kairo_refresh=r-1; HttpOnly; SameSite=Lax; Secure; Path=/api/v1/auth; Max-Age=2592000",
            "__Host-kairo_csrf=csrf; SameSite=Lax; Secure; Path=/; Max-Age=2592000",
        ]
    );
}

#[test]
fn without_tls_the_names_are_plain() {
    assert_eq!(
        set(false),
        [
            "kairo_access=a.b.c; HttpOnly; SameSite=Lax; Path=/; Max-Age=600",
            "kairo_refresh=r-1; HttpOnly; SameSite=Lax; Path=/api/v1/auth; Max-Age=2592000",
            "kairo_csrf=csrf; SameSite=Lax; Path=/; Max-Age=2592000",
        ]
    );
}

#[test]
fn what_is_cleared_is_what_was_set() {
    let place = |cookie: &str| {
        let (name, attributes) = cookie.split_once('=').unwrap();
        let path = attributes.split("; ").find(|attribute| attribute.starts_with("Path=")).unwrap();
        (name.to_owned(), path.to_owned())
    };
    let cleared = cleared(true, "/api/v1/auth".to_owned()).map(|cookie| cookie.to_string());
    assert!(
        cleared.iter().all(|cookie| cookie.contains("=; ") && cookie.ends_with("Max-Age=0")),
        "{cleared:?}"
    );
    let places = |cookies: &[String]| cookies.iter().map(|cookie| place(cookie)).collect::<Vec<_>>();
    assert_eq!(places(&cleared), places(&set(true)));
}

fn read(lines: &[&str]) -> Result<Option<String>, ()> {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(header::COOKIE, HeaderValue::from_str(line).unwrap());
    }
    value(&headers, "kairo_access").map(|value| value.map(ToOwned::to_owned)).map_err(|_| ())
}

#[test]
fn a_cookie_is_found_among_others() {
    for lines in [
        &["kairo_access=a.b=="][..],
        &["x=1; kairo_access=a.b==; y"],
        &["x=1", "y=2;kairo_access=a.b== "],
        &["__Host-kairo_access=z; kairo_access=a.b=="],
    ] {
        assert_eq!(read(lines), Ok(Some("a.b==".to_owned())), "{lines:?}");
    }
    for lines in [&[][..], &["x=kairo_access"], &["kairo_access"], &["kairo_access="], &["Kairo_Access=1"]] {
        assert_eq!(read(lines), Ok(None), "{lines:?}");
    }
}

#[test]
fn of_two_cookies_with_one_name_neither_is_chosen() {
    assert_eq!(read(&["kairo_access=a; kairo_access=b"]), Err(()));
    assert_eq!(read(&["kairo_access=a", "kairo_access=a"]), Err(()));
}

/// Sends a request to an API that is mounted below `/studio`.
async fn answer_to(path: &str) -> ServiceResponse {
    let handler = async |request: HttpRequest| HttpResponse::Ok().body(refresh_path(&request));
    let api = web::scope("/api/v1").route("/auth/{what}", web::get().to(handler)).wrap(from_fn(edge));
    let app = init_service(App::new().service(web::scope("/studio").service(api))).await;
    app.call(TestRequest::get().uri(path).to_request()).await.unwrap().map_into_boxed_body()
}

#[actix_web::test]
async fn the_refresh_cookie_stays_below_the_mount() {
    let answer = answer_to("/studio/api/v1/auth/login").await;
    assert_eq!(actix_web::test::read_body(answer).await, "/studio/api/v1/auth");
}

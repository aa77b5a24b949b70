//! Browsers: signed in by cookies, and protected from what other pages send in their name.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Who, World, at, contact, settings, world, world_with};

/// What a browser keeps of a sign-in.
struct Browser {
    cookies: Vec<(String, String)>,
}

impl Browser {
    async fn signed_in(world: &World) -> Self {
        let body = json!({"email": "tess@studio.example", "password": PASSWORD, "transport": "cookie"});
        let reply = world.post("/auth/login", Who::Anonymous, body).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        let cookies = reply.cookies().into_iter();
        let cookies = cookies.map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()));
        Self { cookies: cookies.collect() }
    }

    fn csrf(&self) -> &str {
        &self.cookies.iter().find(|(name, _)| name.ends_with("kairo_csrf")).unwrap().1
    }

    /// The id of its session.
    async fn session(&self, world: &World) -> String {
        let sessions = world.send(self.request(Method::GET, "/me/sessions")).await.json()["data"].clone();
        let current = sessions.as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
        current["id"].as_str().unwrap().to_owned()
    }

    fn request(&self, method: Method, path: &str) -> TestRequest {
        let cookies = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        let cookies = cookies.collect::<Vec<_>>().join("; ");
        let request = TestRequest::default().method(method).uri(&at(path)).insert_header(("cookie", cookies));
        request.insert_header(("host", "studio.example"))
    }

    /// A request that changes something, with the proof that our own page sent it.
    fn proven(&self, method: Method, path: &str) -> TestRequest {
        let request = self.request(method, path).insert_header(("x-csrf-token", self.csrf()));
        request
            .insert_header(("origin", "https://studio.example"))
            .insert_header(("sec-fetch-site", "same-origin"))
    }
}

fn set_cookies(reply: &Reply) -> Vec<String> {
    reply.headers.get_all("set-cookie").map(|line| line.to_str().unwrap().to_owned()).collect()
}

/// Whether the browser is told to forget all that signed it in.
fn is_forgetting(reply: &Reply) -> bool {
    let cookies = set_cookies(reply);
    cookies.len() == 3 && cookies.iter().all(|cookie| cookie.ends_with("Max-Age=0"))
}

fn edit(request: TestRequest) -> TestRequest {
    request.set_json(json!({"name": "Tess Tester"}))
}

#[actix_web::test]
async fn a_browser_gets_cookies_and_no_token_that_scripts_could_read() {
    let world = world().await;
    let body = json!({"email": "tess@studio.example", "password": PASSWORD, "transport": "cookie"});
    let reply = world.post("/auth/login", Who::Anonymous, body).await;
    let cookies = set_cookies(&reply);
    let starts = ["__Host-kairo_access=", "__Secure-kairo_refresh=", "__Host-kairo_csrf="];
    assert_eq!(cookies.len(), 3);
    for (cookie, start) in cookies.iter().zip(starts) {
        assert!(
            cookie.starts_with(start) && cookie.contains("; Secure") && cookie.contains("SameSite=Lax"),
            "{cookie}"
        );
        assert_eq!(cookie.contains("HttpOnly"), !start.contains("csrf"), "{cookie}");
    }
    assert!(cookies[1].contains("Path=/api/v1/auth;"), "{}", cookies[1]);
    let body = String::from_utf8(reply.bytes).unwrap();
    for cookie in &cookies[..2] {
        let value = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
        assert!(!body.contains(value), "{body}");
    }
}

#[actix_web::test]
async fn reading_needs_the_cookie_alone() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    let me = world.send(browser.request(Method::GET, "/me")).await;
    assert_eq!((me.status, me.text("/email").as_str()), (200, "tess@studio.example"));
    let foreign = browser.request(Method::GET, "/me").insert_header(("sec-fetch-site", "cross-site"));
    assert_eq!(world.send(foreign).await.status, 200);
}

#[actix_web::test]
async fn changing_needs_the_proof_besides() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    assert_eq!(world.send(edit(browser.proven(Method::PATCH, "/me"))).await.status, 200);
    let bare = || browser.request(Method::PATCH, "/me");
    for request in [
        bare(),
        bare().insert_header(("x-csrf-token", "")),
        bare().insert_header(("x-csrf-token", "nonsense")),
        bare().insert_header(("x-csrf-token", &browser.csrf()[..42])),
    ] {
        let reply = world.send(edit(request)).await;
        assert_eq!((reply.status, reply.problem().as_str()), (403, "forbidden"));
        assert!(reply.text("/detail").contains("X-CSRF-Token"), "{}", reply.json());
    }
}

#[actix_web::test]
async fn the_proof_of_another_session_is_none() {
    let world = world().await;
    let (browser, other) = (Browser::signed_in(&world).await, Browser::signed_in(&world).await);
    assert_ne!(browser.csrf(), other.csrf());
    let request = browser.proven(Method::PATCH, "/me").insert_header(("x-csrf-token", other.csrf()));
    assert_eq!(world.send(edit(request)).await.problem(), "forbidden");
}

#[actix_web::test]
async fn a_page_of_another_origin_may_not_send_even_with_the_proof() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://studio.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let reply = world.send(edit(browser.proven(Method::PATCH, "/me").insert_header((name, value)))).await;
        assert_eq!((reply.status, reply.problem().as_str()), (403, "forbidden"), "{name}: {value}");
        assert!(reply.text("/detail").contains("may not send this with cookies"), "{}", reply.json());
    }
}

#[actix_web::test]
async fn a_listed_origin_may_send_with_cookies() {
    let mut settings = settings();
    settings.cors_origins = vec!["https://app.example".to_owned()];
    let world = world_with(settings).await;
    let browser = Browser::signed_in(&world).await;
    let request = browser.proven(Method::PATCH, "/me").insert_header(("origin", "https://app.example"));
    let reply = world.send(edit(request.insert_header(("sec-fetch-site", "cross-site")))).await;
    assert_eq!((reply.status, reply.header("access-control-allow-credentials")), (200, Some("true")));
    assert!(reply.header("access-control-expose-headers").unwrap().contains("ratelimit-policy"));
}

#[actix_web::test]
async fn what_is_sent_on_purpose_wins_over_cookies_and_needs_no_proof() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    let reply = world.send(edit(world.as_(Who::Admin, browser.request(Method::PATCH, "/me")))).await;
    assert_eq!((reply.status, reply.text("/email").as_str()), (200, "ada@studio.example"));
    let bad = browser.request(Method::GET, "/me").insert_header(("authorization", "Bearer nonsense"));
    assert_eq!(world.send(bad).await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn where_nobody_needs_to_be_signed_in_cookies_still_need_the_proof() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    let bare = browser.request(Method::POST, "/leads").set_json(contact("Ada"));
    assert_eq!(world.send(bare).await.problem(), "forbidden");
    let proven = world.send(browser.proven(Method::POST, "/leads").set_json(contact("Ada"))).await;
    assert_eq!((proven.status, proven.text("/status").as_str()), (201, "NEW"));
}

#[actix_web::test]
async fn of_two_cookies_neither_is_chosen() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    let request = browser.request(Method::GET, "/me");
    let reply = world.send(request.append_header(("cookie", "__Host-kairo_access=other"))).await;
    assert_eq!(
        (reply.status, reply.faults()),
        (400, vec![("/headers/Cookie".to_owned(), "repeated".to_owned())])
    );
}

#[actix_web::test]
async fn the_next_pair_needs_the_proof_too() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    let bare = world.send(browser.request(Method::POST, "/auth/refresh")).await;
    assert_eq!((bare.status, bare.problem().as_str()), (403, "forbidden"));
    let foreign =
        browser.proven(Method::POST, "/auth/refresh").insert_header(("origin", "https://evil.example"));
    assert_eq!(world.send(foreign).await.problem(), "forbidden");
    let next = world.send(browser.proven(Method::POST, "/auth/refresh")).await;
    assert_eq!((next.status, set_cookies(&next).len()), (200, 3));
}

#[actix_web::test]
async fn a_proof_that_another_host_has_planted_is_none() {
    let world = world().await;
    let (mut browser, other) = (Browser::signed_in(&world).await, Browser::signed_in(&world).await);
    let own = browser.csrf().to_owned();
    world.clock.advance(TimeDelta::minutes(11));
    for planted in ["nonsense", other.csrf()] {
        browser.cookies.retain(|(name, _)| !name.ends_with("kairo_csrf"));
        browser.cookies.push(("__Host-kairo_csrf".to_owned(), planted.to_owned()));
        for path in ["/auth/refresh", "/auth/logout"] {
            let refused = world.send(browser.proven(Method::POST, path)).await;
            assert_eq!((refused.problem().as_str(), set_cookies(&refused).len()), ("forbidden", 0), "{path}");
        }
    }
    let next = browser.request(Method::POST, "/auth/refresh").insert_header(("x-csrf-token", own));
    assert_eq!(world.send(next).await.status, 200, "nothing was used up");
}

#[actix_web::test]
async fn a_refresh_cookie_that_is_not_ours_is_refused_like_any_bad_one() {
    let world = world().await;
    let mut browser = Browser::signed_in(&world).await;
    world.clock.advance(TimeDelta::days(30));
    let over = world.send(browser.proven(Method::POST, "/auth/refresh")).await;
    assert_eq!((over.status, over.problem().as_str()), (401, "unauthenticated"));
    browser.cookies.retain(|(name, _)| !name.ends_with("kairo_refresh"));
    browser.cookies.push(("__Secure-kairo_refresh".to_owned(), "nonsense".to_owned()));
    for path in ["/auth/refresh", "/auth/logout"] {
        let refused = world.send(browser.proven(Method::POST, path)).await;
        assert_eq!(
            (refused.problem(), refused.text("/detail")),
            (over.problem(), over.text("/detail")),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_browser_that_signs_out_forgets() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    let gone = world.send(browser.proven(Method::POST, "/auth/logout")).await;
    assert_eq!(gone.status, 204, "{}", gone.json());
    assert!(is_forgetting(&gone), "{:?}", set_cookies(&gone));
    assert_eq!(world.send(browser.request(Method::GET, "/me")).await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn a_browser_that_ends_its_own_session_forgets_too() {
    let world = world().await;
    for base in ["/me".to_owned(), format!("/users/{}", world.id(Who::Team))] {
        let (browser, other) = (Browser::signed_in(&world).await, Browser::signed_in(&world).await);
        for (target, forgets) in [(&other, false), (&browser, true)] {
            let path = format!("{base}/sessions/{}", target.session(&world).await);
            let ended = world.send(browser.proven(Method::DELETE, &path)).await;
            assert_eq!((ended.status, is_forgetting(&ended)), (204, forgets), "{path}");
        }
    }
}

#[actix_web::test]
async fn what_is_sent_on_purpose_makes_no_browser_forget() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    let session = world.get("/me/sessions", Who::Admin).await.text("/data/0/id");
    let end = browser.request(Method::DELETE, &format!("/me/sessions/{session}"));
    let ended = world.send(world.as_(Who::Admin, end)).await;
    assert_eq!((ended.status, set_cookies(&ended).len()), (204, 0));
    let gone = world.send(world.as_(Who::Client, browser.request(Method::POST, "/auth/logout"))).await;
    assert_eq!((gone.status, set_cookies(&gone).len()), (204, 0));
    let dead = world.send(world.as_(Who::Client, browser.proven(Method::POST, "/auth/logout"))).await;
    assert_eq!((dead.problem().as_str(), set_cookies(&dead).len()), ("unauthenticated", 0));
}

#[actix_web::test]
async fn a_browser_whose_session_is_gone_forgets_all_the_same() {
    let world = world().await;
    let browser = Browser::signed_in(&world).await;
    let id = browser.session(&world).await;
    assert_eq!(world.delete(&format!("/me/sessions/{id}"), Who::Team).await.status, 204);
    for request in [
        browser.request(Method::POST, "/auth/logout"),
        browser.proven(Method::POST, "/auth/logout").insert_header(("origin", "https://evil.example")),
    ] {
        let refused = world.send(request).await;
        assert_eq!((refused.problem().as_str(), set_cookies(&refused).len()), ("forbidden", 0));
    }
    for sessions in ["others", "all"] {
        let order = browser.proven(Method::POST, "/auth/logout").set_json(json!({"sessions": sessions}));
        assert_eq!(world.send(order).await.problem(), "unauthenticated", "nobody knows whose they are");
    }
    let gone = world.send(browser.proven(Method::POST, "/auth/logout")).await;
    assert_eq!((gone.status, is_forgetting(&gone)), (204, true));
}

#[actix_web::test]
async fn a_browser_that_comes_late_ends_its_session_by_the_refresh_token() {
    let world = world().await;
    for forgotten in [None, Some("__Host-kairo_access")] {
        let mut browser = Browser::signed_in(&world).await;
        world.clock.advance(TimeDelta::minutes(11));
        browser.cookies.retain(|(name, _)| Some(name.as_str()) != forgotten);
        let gone = world.send(browser.proven(Method::POST, "/auth/logout")).await;
        assert_eq!((gone.status, is_forgetting(&gone)), (204, true));
        let next = world.send(browser.proven(Method::POST, "/auth/refresh")).await;
        assert_eq!(next.problem(), "unauthenticated", "the session itself has ended");
    }
}

#[actix_web::test]
async fn without_tls_cookies_have_plain_names() {
    let mut settings = settings();
    settings.cookies_secure = false;
    let world = world_with(settings).await;
    let browser = Browser::signed_in(&world).await;
    let names: Vec<_> = browser.cookies.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["kairo_access", "kairo_refresh", "kairo_csrf"]);
    let request = browser.proven(Method::PATCH, "/me").insert_header(("origin", "http://studio.example"));
    assert_eq!(world.send(edit(request)).await.status, 200);
}

#[actix_web::test]
async fn other_services_find_the_keys() {
    let world = world().await;
    let reply = world.send(TestRequest::get().uri("/.well-known/jwks.json")).await;
    assert_eq!(reply.header("content-type"), Some("application/jwk-set+json"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    let keys = reply.json()["keys"].as_array().cloned().unwrap();
    assert!(!keys.is_empty());
    for key in keys {
        let text = |name: &str| key[name].as_str().unwrap_or_default().to_owned();
        assert_eq!([text("kty"), text("crv"), text("alg"), text("use")], ["OKP", "Ed25519", "EdDSA", "sig"]);
        assert!(key["kid"].is_string() && key["x"].is_string() && key["d"] == Value::Null, "{key}");
    }
}

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Who, World, at, world};

/// A device that is signed in as Tess.
struct Device {
    access: String,
    refresh: String,
}

impl Device {
    async fn signed_in(world: &World) -> Self {
        Self::of(&sign_in(world, "tess@studio.example", PASSWORD).await)
    }

    fn of(reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{}", reply.json());
        Self { access: reply.text("/accessToken"), refresh: reply.text("/refreshToken") }
    }

    fn as_(&self, request: TestRequest) -> TestRequest {
        request.insert_header(("authorization", format!("Bearer {}", self.access)))
    }

    /// The status of asking for the own account.
    async fn me(&self, world: &World) -> u16 {
        world.send(self.as_(TestRequest::get().uri(&at("/me")))).await.status
    }

    async fn sign_out(&self, world: &World, sessions: &str) -> Reply {
        let request = TestRequest::post().uri(&at("/auth/logout")).set_json(json!({"sessions": sessions}));
        world.send(self.as_(request)).await
    }
}

async fn sign_in(world: &World, email: &str, password: &str) -> Reply {
    world.post("/auth/login", Who::Anonymous, json!({"email": email, "password": password})).await
}

async fn refresh(world: &World, token: &str) -> Reply {
    world.post("/auth/refresh", Who::Anonymous, json!({"refreshToken": token})).await
}

#[actix_web::test]
async fn a_password_buys_tokens() {
    let world = world().await;
    let reply = sign_in(&world, "TESS@studio.example", PASSWORD).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    assert!(reply.cookies().is_empty());
    let secrets = ["accessToken", "refreshToken"];
    let mut shown = reply.json();
    for secret in secrets {
        assert!(shown.as_object_mut().unwrap().remove(secret).is_some_and(|secret| secret.is_string()));
    }
    insta::assert_json_snapshot!(shown, {".user.id" => "[id]"}, @r#"
    {
      "expiresIn": 600,
      "refreshExpiresAt": "2026-01-31T00:00:00Z",
      "tokenType": "Bearer",
      "user": {
        "avatarUrl": null,
        "companyId": null,
        "createdAt": "2026-01-01T00:00:00Z",
        "email": "tess@studio.example",
        "emailVerifiedAt": "2026-01-01T00:00:00Z",
        "id": "[id]",
        "name": "tess",
        "role": "TEAM",
        "suspendedAt": null,
        "updatedAt": "2026-01-01T00:00:00Z",
        "version": 1
      }
    }
    "#);
    assert_eq!(world.get("/me", Who::Team).await.json(), reply.json()["user"]);
}

#[actix_web::test]
async fn every_wrong_sign_in_sounds_the_same() {
    let world = world().await;
    let mut answers = Vec::new();
    for (email, password) in
        [("tess@studio.example", "wrong"), ("nobody@studio.example", PASSWORD), ("tess@studio.example", "")]
    {
        let reply = sign_in(&world, email, password).await;
        assert_eq!((reply.status, reply.problem().as_str()), (401, "unauthenticated"));
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        answers.push(reply.text("/detail"));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[actix_web::test]
async fn whoever_fails_again_and_again_waits_whether_there_is_an_account_or_not() {
    let world = world().await;
    for email in ["tess@studio.example", "nobody@studio.example"] {
        for _ in 0..4 {
            assert_eq!(sign_in(&world, email, "wrong").await.status, 401);
        }
        let reply = sign_in(&world, email, PASSWORD).await;
        assert_eq!((reply.status, reply.problem().as_str()), (429, "rate_limited"), "{email}");
        assert_eq!(reply.header("retry-after"), Some("1"));
    }
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(sign_in(&world, "tess@studio.example", PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn two_credentials_are_refused_and_never_guessed() {
    let world = world().await;
    let (team, admin) = (world.token(Who::Team).unwrap(), world.token(Who::Admin).unwrap());
    for (first, second) in [(team, admin), (team, team), (team, "nonsense"), ("nonsense", team)] {
        let request = TestRequest::get().uri(&at("/me"));
        let request = request.append_header(("authorization", format!("Bearer {first}")));
        let reply = world.send(request.append_header(("authorization", format!("Bearer {second}")))).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"));
        assert_eq!(reply.faults(), [("/headers/Authorization".to_owned(), "repeated".to_owned())]);
    }
}

#[actix_web::test]
async fn bad_credentials_are_refused_even_where_none_are_needed() {
    let world = world().await;
    for credentials in ["Bearer nonsense", "Bearer kairo_nonsense", "Basic dTpw", "Bearer", ""] {
        for path in ["/leads", "/me"] {
            let reply = world.get_with(path, Who::Anonymous, ("authorization", credentials)).await;
            assert_eq!(reply.problem(), "unauthenticated", "{path} {credentials:?}");
        }
    }
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(world.get("/me", Who::Team).await.text("/detail"), "the access token has expired");
    assert_eq!(world.post("/leads", Who::Team, crate::support::contact("Ada")).await.status, 401);
}

#[actix_web::test]
async fn a_refresh_token_buys_the_next_pair() {
    let world = world().await;
    let first = Device::signed_in(&world).await;
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(first.me(&world).await, 401);
    let reply = refresh(&world, &first.refresh).await;
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.text("/refreshExpiresAt"), "2026-01-31T00:10:00Z");
    let second = Device::of(&reply);
    assert_eq!((second.me(&world).await, second.refresh == first.refresh), (200, false));
    assert_eq!(refresh(&world, &second.refresh).await.status, 200);
}

#[actix_web::test]
async fn a_lost_answer_is_given_again() {
    let world = world().await;
    let device = Device::signed_in(&world).await;
    let first = refresh(&world, &device.refresh).await;
    world.clock.advance(TimeDelta::seconds(9));
    let again = refresh(&world, &device.refresh).await;
    assert_eq!(again.text("/refreshToken"), first.text("/refreshToken"));
    assert_eq!(Device::of(&again).me(&world).await, 200);
}

#[actix_web::test]
async fn a_stolen_refresh_token_ends_the_session() {
    let world = world().await;
    let device = Device::signed_in(&world).await;
    let next = Device::of(&refresh(&world, &device.refresh).await);
    world.clock.advance(TimeDelta::seconds(10));
    let stolen = refresh(&world, &device.refresh).await;
    assert_eq!((stolen.status, stolen.problem().as_str()), (401, "unauthenticated"));
    assert_eq!((next.me(&world).await, refresh(&world, &next.refresh).await.status), (401, 401));
    let mails = world.deliver().await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].kind.as_str(), mails[0].to.as_str()), ("Notice", "tess@studio.example"));
    assert_eq!(world.get("/me", Who::Team).await.status, 200, "another session of the same user goes on");
}

#[actix_web::test]
async fn what_is_no_refresh_token_is_refused() {
    let world = world().await;
    for body in [json!({}), json!({"refreshToken": null}), json!({"refreshToken": "nonsense"})] {
        let reply = world.post("/auth/refresh", Who::Anonymous, body.clone()).await;
        assert_eq!((reply.status, reply.problem().as_str()), (401, "unauthenticated"), "{body}");
    }
    let bare = world.send(TestRequest::post().uri(&at("/auth/refresh"))).await;
    assert_eq!((bare.status, bare.text("/detail").as_str()), (401, "there is no refresh token: sign in"));
    let reply = world.post("/auth/refresh", Who::Anonymous, json!({"refreshToken": 7, "token": ""})).await;
    let fault = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(reply.faults(), [fault("/refreshToken", "wrong_type"), fault("/token", "unknown_field")]);
}

#[actix_web::test]
async fn a_body_that_may_be_left_out_is_still_json() {
    let world = world().await;
    for (media, text, status) in [
        (None, "", 401),
        (Some("application/json"), "", 401),
        (None, "{}", 415),
        (Some("text/plain"), "", 415),
        (Some("text/plain"), "{}", 415),
        (Some("application/json"), "{", 400),
        (Some("application/json"), "null", 422),
    ] {
        let mut request = TestRequest::post().uri(&at("/auth/refresh")).set_payload(text);
        if let Some(media) = media {
            request = request.insert_header(("content-type", media));
        }
        assert_eq!(world.send(request).await.status, status, "{media:?} {text:?}");
    }
}

#[actix_web::test]
async fn signing_out_ends_this_session_the_others_or_all() {
    let world = world().await;
    let mut devices = Vec::new();
    for _ in 0..4 {
        devices.push(Device::signed_in(&world).await);
    }
    let [this, others, all, last] = devices.as_slice() else { panic!("four devices") };
    assert_eq!(this.sign_out(&world, "this").await.status, 204);
    assert_eq!((this.me(&world).await, others.me(&world).await), (401, 200));
    assert_eq!(refresh(&world, &this.refresh).await.status, 401);
    assert_eq!(others.sign_out(&world, "others").await.status, 204);
    assert_eq!((all.me(&world).await, last.me(&world).await, others.me(&world).await), (401, 401, 200));
    assert_eq!(world.get("/me", Who::Team).await.status, 401);
    assert_eq!(others.sign_out(&world, "all").await.status, 204);
    assert_eq!(others.me(&world).await, 401);
    assert_eq!(world.get("/me", Who::Admin).await.status, 200, "nobody else is signed out");
}

#[actix_web::test]
async fn signing_out_needs_no_body() {
    let world = world().await;
    let device = Device::signed_in(&world).await;
    let reply = world.send(device.as_(TestRequest::post().uri(&at("/auth/logout")))).await;
    assert_eq!((reply.status, reply.bytes.len(), reply.cookies().len()), (204, 0, 0));
    assert_eq!(device.me(&world).await, 401);
    assert_eq!(world.post("/auth/logout", Who::Anonymous, json!({})).await.problem(), "unauthenticated");
}

/// A browser's sign-in: the line of its cookies, and the CSRF token.
async fn browser(world: &World) -> (String, String) {
    let body = json!({"email": "tess@studio.example", "password": PASSWORD, "transport": "cookie"});
    let reply = world.post("/auth/login", Who::Anonymous, body).await;
    let names: Vec<_> = reply.json().as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["csrfToken", "expiresIn", "refreshExpiresAt", "user"]);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let pairs = reply.cookies().into_iter().map(|cookie| cookie.stripped().to_string());
    (pairs.collect::<Vec<_>>().join("; "), reply.text("/csrfToken"))
}

fn from_browser(path: &str, cookies: &str, csrf: &str) -> TestRequest {
    let request = TestRequest::post().uri(&at(path)).insert_header(("cookie", cookies));
    request.insert_header(("x-csrf-token", csrf))
}

#[actix_web::test]
async fn a_refresh_without_the_proof_uses_nothing_up() {
    let world = world().await;
    let (cookies, csrf) = browser(&world).await;
    for _ in 0..2 {
        assert_eq!(
            world.send(from_browser("/auth/refresh", &cookies, "nonsense")).await.problem(),
            "forbidden"
        );
        world.clock.advance(TimeDelta::seconds(10));
    }
    let reply = world.send(from_browser("/auth/refresh", &cookies, &csrf)).await;
    assert_eq!((reply.status, reply.cookies().len(), reply.text("/csrfToken")), (200, 3, csrf));
    assert_eq!(reply.json()["accessToken"], Value::Null);
}

#[actix_web::test]
async fn a_token_in_the_body_wins_over_cookies() {
    let world = world().await;
    let (cookies, _) = browser(&world).await;
    let device = Device::signed_in(&world).await;
    let request =
        from_browser("/auth/refresh", &cookies, "").set_json(json!({"refreshToken": device.refresh}));
    let reply = world.send(request).await;
    assert_eq!((reply.status, reply.cookies().len()), (200, 0));
    assert!(!reply.text("/refreshToken").is_empty());
}

#[actix_web::test]
async fn a_browser_forgets_its_own_session_only() {
    let world = world().await;
    let (cookies, csrf) = browser(&world).await;
    for (sessions, cleared) in [("others", 0), ("all", 3)] {
        let request = from_browser("/auth/logout", &cookies, &csrf).set_json(json!({"sessions": sessions}));
        let reply = world.send(request).await;
        assert_eq!((reply.status, reply.cookies().len()), (204, cleared), "{sessions}");
    }
}

#[actix_web::test]
async fn nobody_elses_page_signs_a_browser_in() {
    let world = world().await;
    let body = json!({"email": "tess@studio.example", "password": PASSWORD, "transport": "cookie"});
    let request = TestRequest::post().uri(&at("/auth/login")).set_json(body);
    let reply = world.send(request.insert_header(("sec-fetch-site", "cross-site"))).await;
    assert_eq!((reply.problem().as_str(), reply.cookies().len()), ("forbidden", 0));
}

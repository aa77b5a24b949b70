//! Rate limits, on a clock that the tests move.

use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use kairo_http::{Quota, RateLimits, Settings};
use serde_json::json;
use tokio::time;

use crate::support::{PASSWORD, Reply, Who, World, at, contact, settings, world};

fn limited(limits: RateLimits) -> Settings {
    let mut settings = settings();
    settings.rate_limits = limits;
    settings
}

async fn world_limited() -> World {
    let world = world().await.behind(limited(RateLimits::default()));
    time::pause();
    world
}

async fn send_from(world: &World, address: &str, request: TestRequest) -> Reply {
    world.send(request.peer_addr(format!("{address}:4711").parse().unwrap())).await
}

fn sign_in(password: &str) -> TestRequest {
    let body = json!({"email": "tess@studio.example", "password": password});
    TestRequest::post().uri(&at("/auth/login")).set_json(body)
}

fn form() -> TestRequest {
    TestRequest::post().uri(&at("/leads")).set_json(contact("Ada"))
}

#[actix_web::test]
async fn the_sixth_sign_in_of_a_minute_waits() {
    let world = world_limited().await;
    for left in (0..5).rev() {
        let reply = send_from(&world, "192.0.2.1", sign_in(PASSWORD)).await;
        assert_eq!((reply.status, reply.header("retry-after")), (200, None));
        assert_eq!(reply.header("ratelimit-policy"), Some("\"auth\";q=5;w=60"));
        assert_eq!(reply.header("ratelimit"), Some(format!("\"auth\";r={left};t=12").as_str()));
    }
    let refused = send_from(&world, "192.0.2.1", sign_in(PASSWORD)).await;
    assert_eq!((refused.status, refused.problem().as_str()), (429, "rate_limited"));
    assert_eq!(
        (refused.header("retry-after"), refused.header("ratelimit")),
        (Some("12"), Some("\"auth\";r=0;t=12"))
    );
    assert_eq!(refused.text("/detail"), "too many requests: wait 12 seconds");
    assert_eq!(send_from(&world, "192.0.2.2", sign_in(PASSWORD)).await.status, 200);
    time::advance(Duration::from_millis(11_001)).await;
    let still = send_from(&world, "192.0.2.1", sign_in(PASSWORD)).await;
    assert_eq!((still.status, still.header("retry-after")), (429, Some("1")));
    time::advance(Duration::from_secs(1)).await;
    assert_eq!(send_from(&world, "192.0.2.1", sign_in(PASSWORD)).await.status, 200);
}

#[actix_web::test]
async fn what_is_refused_for_another_reason_counts_too() {
    let world = world_limited().await;
    let broken = || TestRequest::post().uri(&at("/auth/login")).set_payload("{");
    for left in (0..5).rev() {
        let reply = send_from(&world, "192.0.2.1", broken()).await;
        assert_eq!(reply.problem(), "unsupported_media");
        assert_eq!(reply.header("ratelimit"), Some(format!("\"auth\";r={left};t=12").as_str()));
    }
    assert_eq!(send_from(&world, "192.0.2.1", broken()).await.problem(), "rate_limited");
}

#[actix_web::test]
async fn nobody_is_exempt_and_spelling_does_not_help() {
    let world = world_limited().await;
    for address in ["127.0.0.1", "[::1]"] {
        for _ in 0..5 {
            assert_eq!(send_from(&world, address, sign_in(PASSWORD)).await.status, 200);
        }
        for path in ["/api/v1/auth/login", "/api/v1/auth/%6Cogin", "/api/v1/auth/login?x=1"] {
            let reply = send_from(&world, address, sign_in(PASSWORD).uri(path)).await;
            assert_eq!(reply.problem(), "rate_limited", "{path}");
        }
    }
}

#[actix_web::test]
async fn a_network_of_ipv6_is_one_caller() {
    let world = world_limited().await;
    for host in 1..=5 {
        assert_eq!(send_from(&world, &format!("[2001:db8::{host}]"), sign_in(PASSWORD)).await.status, 200);
    }
    assert_eq!(send_from(&world, "[2001:db8::ffff]", sign_in(PASSWORD)).await.status, 429);
    assert_eq!(send_from(&world, "[2001:db8:0:1::1]", sign_in(PASSWORD)).await.status, 200);
}

#[actix_web::test]
async fn a_visitor_sends_three_forms_an_hour_and_staff_any() {
    let world = world_limited().await;
    for _ in 0..3 {
        let slip = TestRequest::post().uri(&at("/leads")).set_json(json!({"name": "Ada"}));
        assert_eq!(send_from(&world, "192.0.2.1", slip).await.status, 422, "a slip costs nothing");
        assert_eq!(send_from(&world, "192.0.2.1", form()).await.status, 201);
    }
    let refused = send_from(&world, "192.0.2.1", form()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("1200")));
    assert_eq!(refused.header("ratelimit-policy"), Some("\"leads\";q=3;w=3600"));
    for _ in 0..4 {
        let reply = send_from(&world, "192.0.2.1", world.as_(Who::Team, form())).await;
        assert_eq!((reply.status, reply.header("ratelimit-policy")), (201, Some("\"user\";q=1000;w=60")));
    }
    let bogus = form().insert_header(("authorization", "Bearer nonsense"));
    assert_eq!(send_from(&world, "192.0.2.1", bogus).await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn a_user_is_counted_wherever_the_requests_come_from() {
    let quota = Quota::new(2, Duration::from_secs(60));
    let world = world().await.behind(limited(RateLimits { user: quota, ..RateLimits::OFF }));
    time::pause();
    let me = || world.as_(Who::Team, TestRequest::get().uri(&at("/me")));
    assert_eq!(send_from(&world, "192.0.2.1", me()).await.header("ratelimit"), Some("\"user\";r=1;t=30"));
    assert_eq!(send_from(&world, "192.0.2.2", me()).await.header("ratelimit"), Some("\"user\";r=0;t=30"));
    let refused = send_from(&world, "192.0.2.3", me()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, Some("30")));
    assert_eq!(world.get("/me", Who::Admin).await.status, 200);
}

#[actix_web::test]
async fn public_reading_is_counted_and_health_is_not() {
    let quota = Quota::new(2, Duration::from_secs(1));
    let world = world().await.behind(limited(RateLimits { reads: quota, ..RateLimits::OFF }));
    time::pause();
    let ask = async |path: &str| send_from(&world, "192.0.2.1", TestRequest::get().uri(path)).await;
    assert_eq!(ask("/api/v1/openapi.json").await.header("ratelimit"), Some("\"reads\";r=1;t=1"));
    assert_eq!(ask("/.well-known/jwks.json").await.header("ratelimit"), Some("\"reads\";r=0;t=1"));
    assert_eq!(ask("/api/v1/openapi.json").await.status, 429);
    let head = TestRequest::default().method(actix_web::http::Method::HEAD).uri("/.well-known/jwks.json");
    assert_eq!(send_from(&world, "192.0.2.1", head).await.status, 429);
    for _ in 0..5 {
        assert_eq!((ask("/healthz").await.status, ask("/readyz").await.status), (200, 200));
    }
}

#[actix_web::test]
async fn api_keys_are_counted_before_they_are_looked_up() {
    let quota = |requests| Quota::new(requests, Duration::from_secs(1));
    let world =
        world().await.behind(limited(RateLimits { reads: quota(2), user: quota(9), ..RateLimits::OFF }));
    time::pause();
    let key =
        world.post("/me/api-keys", Who::Team, json!({"name": "Importer", "scopes": ["leads:read"]})).await;
    let key = key.text("/secret");
    let ask = async |address: &str, method: Method, path: &str, key: &str| {
        let request = TestRequest::default().method(method).uri(&at(path));
        send_from(&world, address, request.insert_header(("authorization", format!("Bearer {key}")))).await
    };
    let made_up = "kairo_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for path in ["/me", "/leads"] {
        assert_eq!(ask("192.0.2.1", Method::GET, path, made_up).await.problem(), "unauthenticated");
    }
    let refused = ask("192.0.2.1", Method::GET, "/leads", &key).await;
    assert_eq!((refused.problem().as_str(), refused.header("retry-after")), ("rate_limited", Some("1")));
    assert_eq!(world.get("/me", Who::Team).await.status, 200, "tokens of sessions are no keys");
    let elsewhere = ask("192.0.2.2", Method::GET, "/leads", &key).await;
    assert_eq!(
        (elsewhere.status, elsewhere.header("ratelimit")),
        (200, Some("\"reads\";r=1;t=1, \"user\";r=6;t=1"))
    );
    let once = ask("192.0.2.3", Method::POST, "/auth/logout", made_up).await;
    assert_eq!(
        once.header("ratelimit"),
        Some("\"reads\";r=1;t=1"),
        "what the route counts is not counted again"
    );
}

#[actix_web::test]
async fn making_api_keys_is_counted_like_all_that_mails_somebody() {
    let world = world_limited().await;
    let make = || {
        let body = json!({"name": "Importer", "scopes": ["leads:read"]});
        world.as_(Who::Team, TestRequest::post().uri(&at("/me/api-keys")).set_json(body))
    };
    for _ in 0..5 {
        assert_eq!(send_from(&world, "192.0.2.1", make()).await.status, 201);
    }
    assert_eq!(send_from(&world, "192.0.2.1", make()).await.problem(), "rate_limited");
}

#[actix_web::test]
async fn what_is_not_limited_says_nothing() {
    let reply = world().await.get("/me", Who::Team).await;
    assert_eq!((reply.header("ratelimit"), reply.header("ratelimit-policy")), (None, None));
}

#[actix_web::test]
async fn behind_a_proxy_the_clients_are_told_apart() {
    let mut settings = limited(RateLimits::default());
    settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    let world = world().await.behind(settings);
    time::pause();
    let forwarded = async |peer: &str, client: &str| {
        let request = sign_in(PASSWORD).insert_header(("x-forwarded-for", client));
        send_from(&world, peer, request).await.status
    };
    for _ in 0..5 {
        assert_eq!(forwarded("10.0.0.1", "203.0.113.9, 192.0.2.1").await, 200);
    }
    assert_eq!(forwarded("10.0.0.1", "203.0.113.10, 192.0.2.1").await, 429);
    assert_eq!(forwarded("10.0.0.2", "192.0.2.2").await, 200);
    for client in 1..=5 {
        assert_eq!(forwarded("198.51.100.1", &format!("192.0.2.{client}")).await, 200);
    }
    assert_eq!(forwarded("198.51.100.1", "192.0.2.77").await, 429);
}

use actix_web::test::TestRequest;

use crate::drawn::open_run;
use crate::support::{Who, at, contact, settings, world, world_with};

#[actix_web::test]
async fn a_sane_request_id_is_kept_and_any_other_replaced() {
    let world = world().await;
    for path in ["/me", "/nope", "/leads?x=1"] {
        let reply = world.get_with(path, Who::Team, ("x-request-id", "trace-7.a:b_c")).await;
        assert_eq!(reply.header("x-request-id"), Some("trace-7.a:b_c"), "{path}");
    }
    for given in ["a b", "<script>", &"x".repeat(200)] {
        let reply = world.get_with("/nope", Who::Team, ("x-request-id", given)).await;
        let id = reply.header("x-request-id").unwrap();
        assert!(id != given && id.len() == 32, "{id}");
        assert_eq!(reply.text("/instance"), format!("urn:kairo:request:{id}"));
    }
}

#[actix_web::test]
async fn a_visitor_cannot_pass_for_a_run() {
    let world = world().await;
    let given = format!("run:{}", open_run(&world).await);
    let request = TestRequest::post().uri(&at("/leads")).insert_header(("x-request-id", given.as_str()));
    let reply = world.send(request.set_json(contact("Ada"))).await;
    let id = reply.header("x-request-id").unwrap();
    assert!(reply.status == 201 && id != given, "{reply:?}");
    let journal = world.get("/audit?filter[event]=lead.created", Who::Admin).await.json();
    assert_eq!(journal["data"][0]["requestId"], id);
}

#[actix_web::test]
async fn an_unknown_path_is_a_problem_everywhere() {
    let world = world().await;
    for path in ["/api/v1/nope", "/api/v1", "/api/v1/", "/api/v1/leads/"] {
        let reply = world.get(path, Who::Anonymous).await;
        assert_eq!((reply.status, reply.problem().as_str()), (404, "not_found"), "{path}");
    }
    for path in ["/", "/nope", "/api/v2/leads"] {
        let reply = world.send(TestRequest::get().uri(path)).await;
        assert_eq!((reply.status, reply.problem().as_str()), (404, "not_found"), "{path}");
    }
}

#[actix_web::test]
async fn a_wrong_method_says_which_are_right() {
    let world = world().await;
    let reply = world.send(TestRequest::put().uri(&at("/leads/1"))).await;
    assert_eq!((reply.status, reply.problem().as_str()), (405, "method_not_allowed"));
    let allow = reply.header("allow").unwrap();
    assert!(["GET", "HEAD", "PATCH", "DELETE"].iter().all(|method| allow.contains(method)), "{allow}");
    assert_eq!(world.send(TestRequest::get().uri(&at("/auth/login"))).await.problem(), "method_not_allowed");
}

#[actix_web::test]
async fn who_takes_no_coding_gets_none() {
    let world = world().await;
    for codings in ["identity;q=0, *;q=0", "*;q=0", "identity;q=0", "compress, identity;q=0"] {
        let reply = world.get_with("/me", Who::Team, ("accept-encoding", codings)).await;
        assert_eq!((reply.status, reply.header("content-encoding")), (200, None), "{codings}");
    }
    let reply = world.get_with("/me", Who::Team, ("accept-encoding", "gzip, identity;q=0")).await;
    assert_eq!((reply.status, reply.header("content-encoding")), (200, Some("gzip")));
}

#[actix_web::test]
async fn what_can_be_read_can_be_asked_about() {
    let world = world().await;
    let get = world.get("/leads", Who::Team).await;
    let request = TestRequest::default().method(actix_web::http::Method::HEAD).uri(&at("/leads"));
    let head = world.send(world.as_(Who::Team, request)).await;
    assert_eq!((head.status, head.header("etag")), (200, get.header("etag")));
}

#[actix_web::test]
async fn every_answer_has_the_headers_that_protect_it() {
    let world = world().await;
    let token = world.get("/me", Who::Team).await;
    let refusal = world.get("/me", Who::Anonymous).await;
    let made = world.post("/leads", Who::Anonymous, contact("Ada")).await;
    for reply in [token, refusal, made] {
        assert_eq!(reply.header("cache-control"), Some("private, no-store"));
        assert_eq!(reply.header("vary"), Some("Accept-Encoding, Authorization, Cookie, Origin"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
        assert!(reply.header("content-security-policy").unwrap().starts_with("default-src 'none'"));
    }
}

#[actix_web::test]
async fn no_other_origin_may_call_unless_it_is_named() {
    let preflight = || {
        TestRequest::default()
            .method(actix_web::http::Method::OPTIONS)
            .uri(&at("/leads"))
            .insert_header(("origin", "https://studio.example"))
            .insert_header(("access-control-request-method", "POST"))
            .insert_header(("access-control-request-headers", "idempotency-key, content-type"))
    };
    let closed = world().await;
    assert_eq!(closed.send(preflight()).await.problem(), "method_not_allowed");
    let reply = closed.get_with("/me", Who::Team, ("origin", "https://studio.example")).await;
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, None));

    let mut open = settings();
    open.cors_origins = vec!["https://studio.example".to_owned()];
    let open = world_with(open).await;
    let reply = open.send(preflight()).await;
    assert_eq!(
        (reply.status, reply.header("access-control-allow-origin")),
        (200, Some("https://studio.example"))
    );
    for path in ["/me", "/leads?x=1"] {
        let reply = open.get_with(path, Who::Team, ("origin", "https://studio.example")).await;
        assert_eq!(reply.header("access-control-allow-origin"), Some("https://studio.example"), "{path}");
        assert!(reply.header("access-control-expose-headers").unwrap().contains("x-request-id"));
    }
    let other = open.get_with("/me", Who::Team, ("origin", "https://evil.example")).await;
    assert_eq!(other.header("access-control-allow-origin"), None);
}

#[actix_web::test]
async fn operators_learn_how_it_is() {
    let world = world().await;
    let ask = async |path: &str| world.send(TestRequest::get().uri(path)).await;
    assert_eq!(ask("/healthz").await.json(), serde_json::json!({"status": "ok"}));
    assert_eq!(ask("/readyz").await.status, 200);
    assert_eq!(ask("/metrics").await.problem(), "not_found");
    assert_eq!(ask("/docs").await.header("location"), Some("docs/"));
    let page = ask("/docs/").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html")));
    assert!(
        page.header("content-security-policy").unwrap().contains("script-src 'self'")
            || page.header("content-security-policy").unwrap().starts_with("default-src 'self'")
    );
    assert!(
        !String::from_utf8(page.bytes).unwrap().contains("https://"),
        "the page loads something from elsewhere"
    );
    assert_eq!(ask("/docs/nope.js").await.problem(), "not_found");
}

#[actix_web::test]
async fn the_page_can_be_switched_off() {
    let mut settings = settings();
    settings.docs = false;
    let world = world_with(settings).await;
    assert_eq!(world.send(TestRequest::get().uri("/docs/")).await.problem(), "not_found");
}

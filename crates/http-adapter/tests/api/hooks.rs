use std::time::Duration;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use futures_util::future::join;
use kairo_http::Quota;
use serde_json::{Value, json};

use crate::drawn::{active, draft, flow, hook, id_of, simple, token};
use crate::support::{Reply, Who, World, at, settings, world};

/// A delivery, as somebody else's server sends it.
fn delivery(token: &str) -> TestRequest {
    TestRequest::post().uri(&at(&format!("/hooks/{token}")))
}

/// A flow whose webhook is answered by the flow.
fn answering(nodes: &[(&str, &str, Value)], edges: &[&str]) -> Value {
    let first = [("hook", "trigger.webhook", json!({"respond": "node"}))];
    flow(&[&first, nodes].concat(), edges)
}

/// What a delivery is answered with while a worker is at work. Time has to stand still.
async fn answered(world: &World, request: TestRequest) -> Reply {
    let working = async {
        // The delivery is stored first, then the run is done.
        tokio::time::sleep(Duration::from_millis(5)).await;
        world.work().await;
    };
    join(world.send(request), working).await.0
}

#[actix_web::test]
async fn a_delivery_fires_a_run_with_what_was_sent() {
    let world = world().await;
    let automation = active(&world, Who::Team, simple()).await;
    let token = token(&world, Who::Team, &automation).await;
    world.keep_secret(&token);
    let request = TestRequest::post()
        .uri(&at(&format!("/hooks/{token}?kind=a&tag=1&tag=2")))
        .insert_header(("x-event", "paid"))
        .insert_header(("authorization", "Basic c2VjcmV0"))
        .insert_header(("cookie", "a=b"))
        .insert_header(("x-forwarded-for", "192.0.2.1"));
    let reply = world.send(request.set_json(json!({"amount": 7}))).await;
    assert_eq!(reply.status, 202);
    let run = world.get(&format!("/runs/{}", reply.text("/run")), Who::Team).await.json();
    assert_eq!(
        (&run["firedBy"], &run["trigger"], &run["automationId"]),
        (&json!("webhook"), &json!("hook"), &json!(automation))
    );
    let input = &run["input"];
    assert_eq!((&input["method"], &input["body"]), (&json!("POST"), &json!({"amount": 7})));
    assert_eq!(input["query"], json!({"kind": "a", "tag": ["1", "2"]}));
    assert_eq!(input["headers"]["x-event"], "paid");
    for name in ["authorization", "cookie", "x-forwarded-for"] {
        assert!(input["headers"].get(name).is_none(), "{name}");
    }
    for path in ["/automations", "/runs", &format!("/runs/{}/steps", reply.text("/run"))] {
        assert_eq!(world.get(path, Who::Team).await.status, 200);
    }
}

#[actix_web::test]
async fn a_named_delivery_fires_once() {
    let world = world().await;
    let token = hook(&world).await;
    let send = |name: &'static str, value: &'static str| {
        world.send(delivery(&token).insert_header((name, value)).set_json(json!({})))
    };
    let first = send("webhook-id", "msg_1").await;
    let second = send("webhook-id", "msg_1").await;
    assert_eq!((first.status, second.status, second.json()), (202, 202, json!({"duplicate": true})));
    assert!(send("idempotency-key", "msg_2").await.json()["run"].is_string());
    assert_eq!(world.get("/runs?count=exact", Who::Team).await.json()["page"]["total"], 2);
}

#[actix_web::test]
async fn a_name_that_cannot_be_used_is_refused_and_not_dropped() {
    let world = world().await;
    let token = hook(&world).await;
    let long = "m".repeat(256);
    for (header, name) in
        [("idempotency-key", "not a name"), ("webhook-id", "not a name"), ("webhook-id", long.as_str())]
    {
        let refused = world.send(delivery(&token).insert_header((header, name)).set_json(json!({}))).await;
        assert_eq!((refused.status, refused.problem().as_str()), (400, "malformed"), "{header}: {name}");
        assert_eq!(refused.faults(), [(format!("/headers/{header}"), "not_a_key".to_owned())]);
    }
    let twice = delivery(&token).insert_header(("webhook-id", "a")).append_header(("webhook-id", "b"));
    let refused = world.send(twice.set_json(json!({}))).await;
    assert_eq!(refused.faults(), [("/headers/webhook-id".to_owned(), "repeated".to_owned())]);
    let both = delivery(&token).insert_header(("webhook-id", "a")).insert_header(("idempotency-key", "b c"));
    assert_eq!(
        world.send(both.set_json(json!({}))).await.status,
        202,
        "what is not looked at may be anything"
    );
    assert_eq!(world.get("/runs?count=exact", Who::Team).await.json()["page"]["total"], 1);
}

#[actix_web::test]
async fn a_body_is_taken_whatever_it_is() {
    let world = world().await;
    let token = hook(&world).await;
    for (kind, bytes, taken) in [
        ("text/plain", &b"hello"[..], json!("hello")),
        ("application/x-www-form-urlencoded", b"a=1&b=2", json!("a=1&b=2")),
        ("application/octet-stream", &[0xff, 0xfe], json!({"base64": "//4="})),
        ("application/json", b"", Value::Null),
    ] {
        let request = delivery(&token).insert_header(("content-type", kind)).set_payload(bytes.to_vec());
        let reply = world.send(request).await;
        assert_eq!(reply.status, 202, "{kind}");
        let run = world.get(&format!("/runs/{}", reply.text("/run")), Who::Team).await.json();
        assert_eq!(run["input"]["body"], taken, "{kind}");
    }
    let json =
        |text: String| delivery(&token).insert_header(("content-type", "application/json")).set_payload(text);
    assert_eq!(world.send(json("{".to_owned())).await.problem(), "malformed");
    assert_eq!(world.send(json(format!("\"{}\"", "x".repeat(1 << 20)))).await.problem(), "too_large");
    let packed = delivery(&token).insert_header(("content-encoding", "gzip")).set_payload("x");
    assert_eq!(world.send(packed).await.problem(), "unsupported_media");
}

#[actix_web::test]
async fn what_no_run_could_take_in_is_refused_and_not_accepted() {
    let world = world().await;
    let token = hook(&world).await;
    let (octets, json) = ("application/octet-stream", "application/json");
    let nested = |levels: usize| [vec![b'['; levels], vec![b']'; levels]].concat();
    for (kind, bytes, is_taken) in [
        (octets, vec![0xff; 700_000], true),
        (octets, vec![0xff; 800_000], false),
        ("text/plain", vec![b'x'; (1 << 20) - 2_000], true),
        ("text/plain", vec![b'x'; 1 << 20], false),
        ("text/plain", vec![b'"'; 600_000], false),
        (json, nested(63), true),
        (json, nested(64), false),
    ] {
        let told = format!("{} bytes of {kind}", bytes.len());
        let request = delivery(&token).insert_header(("content-type", kind)).set_payload(bytes);
        let reply = world.send(request).await;
        if !is_taken {
            assert_eq!((reply.status, reply.problem().as_str()), (413, "too_large"), "{told}");
            continue;
        }
        assert_eq!(reply.status, 202, "{told}");
        world.work().await;
        let run = world.get(&format!("/runs/{}", reply.text("/run")), Who::Team).await.json();
        assert_eq!(run["phase"], "SUCCESS", "{told}");
    }
    assert_eq!(world.get("/runs?count=exact", Who::Team).await.json()["page"]["total"], 3);
}

#[actix_web::test]
async fn only_what_is_active_takes_deliveries() {
    let world = world().await;
    let id = id_of(&draft(&world, Who::Team, simple()).await);
    let token = token(&world, Who::Team, &id).await;
    let send = || world.send(delivery(&token).set_json(json!({})));
    assert_eq!(send().await.problem(), "not_found");
    world.write(Method::POST, &format!("/automations/{id}/activate"), Who::Team, json!({})).await;
    assert_eq!(send().await.status, 202);
    world.write(Method::POST, &format!("/automations/{id}/pause"), Who::Team, json!({})).await;
    assert_eq!(send().await.problem(), "not_found");
    assert_eq!(world.get(&format!("/hooks/{token}"), Who::Anonymous).await.problem(), "method_not_allowed");
}

#[actix_web::test]
async fn a_flow_answers_for_itself() {
    let world = world().await;
    tokio::time::pause();
    let say = json!({
        "status": 422,
        "headers": {"x-answer": "42", "set-cookie": "a=b"},
        "body": {"hello": "{{ trigger.body.name }}"},
    });
    let automation = active(&world, Who::Team, answering(&[("say", "respond", say)], &["hook>say"])).await;
    let token = token(&world, Who::Team, &automation).await;
    let reply = answered(&world, delivery(&token).set_json(json!({"name": "Ada"}))).await;
    assert_eq!((reply.status, reply.json()), (422, json!({"hello": "Ada"})));
    assert_eq!(
        (reply.header("x-answer"), reply.header("content-type")),
        (Some("42"), Some("application/json"))
    );
    assert!(reply.header("set-cookie").is_none());
    assert!(reply.header("content-security-policy").unwrap().contains("sandbox"));
    let repeated = delivery(&token).insert_header(("webhook-id", "a")).set_json(json!({"name": "Ada"}));
    assert_eq!(answered(&world, repeated).await.status, 422);
    let repeated = delivery(&token).insert_header(("webhook-id", "a")).set_json(json!({"name": "Ada"}));
    assert_eq!(world.send(repeated).await.json(), json!({"duplicate": true}));
}

#[actix_web::test]
async fn a_flow_that_says_nothing_is_answered_for() {
    let world = world().await;
    tokio::time::pause();
    let silent = answering(
        &[("is", "if", json!({"condition": "false"})), ("say", "respond", json!({"status": 200}))],
        &["hook>is"],
    );
    let mut silent = silent;
    silent["edges"]
        .as_array_mut()
        .unwrap()
        .push(json!({"id": "t", "source": "is", "sourceHandle": "true", "target": "say"}));
    let automation = active(&world, Who::Team, silent).await;
    let token_of = async |id: &str| token(&world, Who::Team, id).await;
    let reply = answered(&world, delivery(&token_of(&automation).await).set_json(json!({}))).await;
    assert_eq!((reply.status, reply.bytes.len()), (204, 0));
}

#[actix_web::test]
async fn a_run_that_fails_is_no_answer() {
    let world = world().await;
    tokio::time::pause();
    let nodes = [("end", "fail", json!({"message": "no good"}))];
    let automation = active(&world, Who::Team, answering(&nodes, &["hook>end"])).await;
    let token = token(&world, Who::Team, &automation).await;
    let reply = answered(&world, delivery(&token).set_json(json!({}))).await;
    assert_eq!((reply.status, reply.problem().as_str()), (500, "run_failed"));
    assert!(!reply.text("/detail").contains("no good"));
}

#[actix_web::test]
async fn whoever_waits_too_long_is_told_where_the_run_is() {
    let world = world().await;
    tokio::time::pause();
    let nodes = [("wait", "wait", json!({"minutes": 5})), ("say", "respond", json!({"status": 200}))];
    let automation = active(&world, Who::Team, answering(&nodes, &["hook>wait", "wait>say"])).await;
    let token = token(&world, Who::Team, &automation).await;
    let started = tokio::time::Instant::now();
    let reply = answered(&world, delivery(&token).set_json(json!({}))).await;
    assert!(reply.status == 202 && reply.json()["run"].is_string(), "{reply:?}");
    assert!((24..=25).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
}

#[actix_web::test]
async fn a_webhook_takes_only_so_many_deliveries_at_a_time() {
    let mut limited = settings();
    limited.rate_limits.hooks = Quota::new(2, Duration::from_secs(60));
    let world = world().await.behind(limited);
    let (one, other) = (hook(&world).await, hook(&world).await);
    let send = |token: &str| world.send(delivery(token).set_json(json!({})));
    for _ in 0..2 {
        assert_eq!(send(&one).await.status, 202);
    }
    let refused = send(&one).await;
    assert_eq!((refused.status, refused.problem().as_str()), (429, "rate_limited"));
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() <= 30);
    assert!(refused.header("ratelimit-policy").unwrap().contains("\"hooks\";q=2;w=60"));
    assert_eq!(send(&other).await.status, 202);
}

/// A delivery of an empty object from an address.
async fn deliver_from(world: &World, address: &str, token: &str) -> Reply {
    let from = format!("{address}:1234").parse().unwrap();
    world.send(delivery(token).peer_addr(from).set_json(json!({}))).await
}

async fn guessable() -> World {
    let mut limited = settings();
    limited.rate_limits.reads = Quota::new(3, Duration::from_secs(60));
    limited.rate_limits.hooks = Quota::new(9, Duration::from_secs(60));
    world().await.behind(limited)
}

#[actix_web::test]
async fn guessing_is_over_before_it_is_right() {
    let world = guessable().await;
    let (used, unused) = (hook(&world).await, hook(&world).await);
    assert_eq!(deliver_from(&world, "192.0.2.2", &used).await.status, 202);
    for number in 0..3 {
        assert_eq!(deliver_from(&world, "192.0.2.1", &format!("guess{number}")).await.status, 404);
    }
    for token in ["guess3", &unused, &used] {
        let refused = deliver_from(&world, "192.0.2.1", token).await;
        assert_eq!((refused.status, refused.problem().as_str()), (429, "rate_limited"), "{token}");
        assert_eq!(refused.header("retry-after"), Some("20"), "{token}");
    }
    assert_eq!(deliver_from(&world, "192.0.2.2", &unused).await.status, 202);
}

#[actix_web::test]
async fn a_guess_is_counted_by_its_address_and_by_no_webhook() {
    let world = guessable().await;
    let guessed = deliver_from(&world, "192.0.2.1", "guess").await;
    assert_eq!(guessed.header("ratelimit-policy"), Some("\"reads\";q=3;w=60"));
    let endless = deliver_from(&world, "192.0.2.1", &"x".repeat(4000)).await;
    assert_eq!((endless.status, endless.header("ratelimit")), (404, Some("\"reads\";r=1;t=20")));
}

#[actix_web::test]
async fn whoever_delivers_is_counted_by_the_webhook_alone() {
    let world = guessable().await;
    let automation = active(&world, Who::Team, simple()).await;
    let token = token(&world, Who::Team, &automation).await;
    for _ in 0..9 {
        assert_eq!(deliver_from(&world, "192.0.2.1", &token).await.status, 202);
    }
    let refused = deliver_from(&world, "192.0.2.1", &token).await;
    assert_eq!((refused.status, refused.header("ratelimit-policy")), (429, Some("\"hooks\";q=9;w=60")));
}

#[actix_web::test]
async fn a_webhook_that_is_gone_may_be_guessed_as_any_other() {
    let world = guessable().await;
    let automation = active(&world, Who::Team, simple()).await;
    let token = token(&world, Who::Team, &automation).await;
    assert_eq!(deliver_from(&world, "192.0.2.1", &token).await.status, 202);
    world.write(Method::POST, &format!("/automations/{automation}/pause"), Who::Team, json!({})).await;
    for policy in ["\"hooks\";q=9;w=60", "\"reads\";q=3;w=60"] {
        let reply = deliver_from(&world, "192.0.2.1", &token).await;
        assert_eq!((reply.status, reply.header("ratelimit-policy")), (404, Some(policy)));
    }
}

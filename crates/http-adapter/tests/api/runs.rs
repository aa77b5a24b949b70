use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::drawn::{active, draft, failed_run, failing, flow, id_of, open_run, run, simple};
use crate::support::{Reply, Who, World, at, world};

async fn act(world: &World, path: &str, who: Who) -> Reply {
    world.send(world.as_(who, TestRequest::post().uri(&at(path)))).await
}

#[actix_web::test]
async fn a_run_is_stored_before_it_is_begun_and_comes_to_its_end() {
    let world = world().await;
    let automation = active(&world, Who::Team, simple()).await;
    let started = world
        .post(&format!("/automations/{automation}/run"), Who::Team, json!({"input": {"name": "Ada"}}))
        .await;
    let id = id_of(&started.json());
    assert_eq!(started.header("location"), Some(format!("/api/v1/runs/{id}").as_str()));
    let seen =
        |reply: &Reply| ["status", "phase", "firedBy", "trigger"].map(|name| reply.json()[name].clone());
    assert_eq!(seen(&started), [json!("RUNNING"), json!("QUEUED"), json!("manual"), json!("go")]);
    world.work().await;
    let ended = world.get(&format!("/runs/{id}"), Who::Team).await;
    assert_eq!(seen(&ended), [json!("SUCCESS"), json!("SUCCESS"), json!("manual"), json!("go")]);
    let ended = ended.json();
    assert_eq!((&ended["input"], &ended["output"]), (&json!({"name": "Ada"}), &json!({"text": "hello"})));
    assert_eq!((&ended["automationId"], &ended["flowVersion"]), (&json!(automation), &json!(1)));
    assert_eq!((&ended["error"], &ended["durationMs"]), (&Value::Null, &json!(0)));
    let shown = world.get(&format!("/automations/{automation}"), Who::Team).await;
    assert_eq!(shown.json()["executionCount"], 1);
}

#[actix_web::test]
async fn without_a_body_the_first_trigger_is_run() {
    let world = world().await;
    let automation = active(&world, Who::Team, simple()).await;
    let path = format!("/automations/{automation}/run");
    let started = act(&world, &path, Who::Team).await;
    assert_eq!((started.status, started.json()["input"].clone()), (201, json!({})));
    let other = world.post(&path, Who::Team, json!({"trigger": "hook"})).await;
    assert_eq!(other.text("/trigger"), "hook");
    let refused = world.post(&path, Who::Team, json!({"trigger": "greet"})).await;
    assert_eq!(refused.faults(), [("/trigger".to_owned(), "not_a_trigger".to_owned())]);
}

#[actix_web::test]
async fn a_repeat_of_a_request_makes_no_second_run() {
    let world = world().await;
    let automation = active(&world, Who::Team, simple()).await;
    let path = format!("/automations/{automation}/run");
    let send = || {
        let request = TestRequest::post().uri(&at(&path)).insert_header(("idempotency-key", "k1"));
        world.send(world.as_(Who::Team, request.set_json(json!({"input": 1}))))
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, first.bytes), (second.status, second.bytes.clone()));
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    let runs = world.get(&format!("/automations/{automation}/runs?count=exact"), Who::Team).await.json();
    assert_eq!(runs["page"]["total"], 1);
}

#[actix_web::test]
async fn what_does_not_fire_is_not_run() {
    let world = world().await;
    let id = id_of(&draft(&world, Who::Team, simple()).await);
    let path = format!("/automations/{id}/run");
    assert_eq!(act(&world, &path, Who::Team).await.status, 201);
    world.write(Method::POST, &format!("/automations/{id}/archive"), Who::Team, json!({})).await;
    let refused = act(&world, &path, Who::Team).await;
    assert_eq!((refused.status, refused.problem().as_str()), (409, "not_active"));
    let empty = id_of(&draft(&world, Who::Team, json!({"nodes": [], "edges": []})).await);
    assert_eq!(
        act(&world, &format!("/automations/{empty}/run"), Who::Team).await.problem(),
        "flow_not_runnable"
    );
}

#[actix_web::test]
async fn lists_of_runs_are_cards_within_reach() {
    let world = world().await;
    let own = active(&world, Who::Client, simple()).await;
    let id = run(&world, Who::Client, &own, json!({"large": "x".repeat(1000)})).await;
    failed_run(&world).await;
    let listed = world.get("/runs", Who::Client).await.json();
    assert_eq!(listed["data"][0]["id"], id);
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
    assert!(listed["data"][0].get("input").is_none() && listed["data"][0].get("output").is_none());
    let failed = world.get("/runs?status=FAILED&count=exact", Who::Team).await.json();
    assert_eq!((&failed["page"]["total"], &failed["data"][0]["error"]["node"]), (&json!(1), &json!("end")));
    let of_own = world.get(&format!("/automations/{own}/runs?sort=startedAt"), Who::Team).await.json();
    assert_eq!(of_own["data"][0]["id"], id);
    assert_eq!(of_own["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.get(&format!("/automations/{own}/runs"), Who::Outsider).await.status, 404);
    assert_eq!(world.get(&format!("/runs/{id}"), Who::Outsider).await.status, 404);
}

/// A run of the team's that has ended after two steps.
async fn run_of_two_steps(world: &World) -> String {
    let nodes = [
        ("go", "trigger.manual", json!({})),
        ("first", "transform", json!({"value": 1})),
        ("greet", "transform", json!({"value": {"text": "hello"}})),
    ];
    let automation = active(world, Who::Team, flow(&nodes, &["go>first", "first>greet"])).await;
    let id = run(world, Who::Team, &automation, json!({})).await;
    world.work().await;
    id
}

#[actix_web::test]
async fn steps_tell_what_was_done_in_order() {
    let world = world().await;
    let id = run_of_two_steps(&world).await;
    let steps = world.get(&format!("/runs/{id}/steps"), Who::Team).await.json();
    let rows = steps["data"].as_array().unwrap();
    let last = rows.last().unwrap();
    let told = ["node", "kind", "attempt", "state", "port", "iteration", "error", "until"];
    let expected = [
        json!("greet"),
        json!("transform"),
        json!(1),
        json!("DONE"),
        json!("out"),
        json!([]),
        Value::Null,
        Value::Null,
    ];
    assert_eq!(told.map(|name| last[name].clone()), expected);
    assert_eq!(last["output"], json!({"text": "hello"}));
    let numbers: Vec<_> = rows.iter().map(|row| row["seq"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 2]);
    let first = world.get(&format!("/runs/{id}/steps?limit=1"), Who::Team).await.json();
    assert_eq!((first["data"].as_array().unwrap().len(), &first["nextAfter"]), (1, &json!(1)));
    let rest = world.get(&format!("/runs/{id}/steps?after=1"), Who::Team).await.json();
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["nextAfter"]), (rows.len() - 1, &Value::Null));
}

#[actix_web::test]
async fn a_full_page_with_nothing_after_it_is_the_last() {
    let world = world().await;
    let id = run_of_two_steps(&world).await;
    for (query, rows, next) in [
        ("limit=2", 2, Value::Null),
        ("limit=1", 1, json!(1)),
        ("limit=1&after=1", 1, Value::Null),
        ("limit=200&after=2", 0, Value::Null),
    ] {
        let page = world.get(&format!("/runs/{id}/steps?{query}"), Who::Team).await.json();
        assert_eq!((page["data"].as_array().unwrap().len(), &page["nextAfter"]), (rows, &next), "{query}");
    }
}

#[actix_web::test]
async fn what_is_large_is_shown_as_an_excerpt() {
    let world = world().await;
    let nodes =
        [("go", "trigger.manual", json!({})), ("echo", "transform", json!({"value": "{{ trigger }}"}))];
    let automation = active(&world, Who::Team, flow(&nodes, &["go>echo"])).await;
    let large = "x".repeat(100_000);
    let id = run(&world, Who::Team, &automation, json!(large)).await;
    world.work().await;
    let run = world.get(&format!("/runs/{id}"), Who::Team).await.json();
    for member in ["input", "output"] {
        assert_eq!(
            (&run[member]["truncated"], &run[member]["bytes"]),
            (&json!(true), &json!(100_002)),
            "{run}"
        );
        assert!(run[member]["start"].as_str().unwrap().starts_with("\"xxx"));
    }
}

#[actix_web::test]
async fn a_run_is_cancelled_once() {
    let world = world().await;
    let id = open_run(&world).await;
    let path = format!("/runs/{id}/cancel");
    assert_eq!(act(&world, &path, Who::Client).await.status, 404);
    let cancelled = act(&world, &path, Who::Team).await.json();
    assert_eq!((&cancelled["phase"], &cancelled["status"]), (&json!("CANCELLED"), &json!("FAILED")));
    assert_eq!(cancelled["error"]["code"], "cancelled");
    let refused = act(&world, &path, Who::Team).await;
    assert_eq!(
        (refused.problem(), refused.json()["from"].clone()),
        ("illegal_transition".to_owned(), json!("CANCELLED"))
    );
}

#[actix_web::test]
async fn a_repeat_of_a_cancellation_gets_its_answer() {
    let world = world().await;
    let path = format!("/runs/{}/cancel", open_run(&world).await);
    let send = || {
        let request = TestRequest::post().uri(&at(&path)).insert_header(("idempotency-key", "k1"));
        world.send(world.as_(Who::Team, request))
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, second.status, first.bytes), (200, 200, second.bytes.clone()));
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
}

#[actix_web::test]
async fn a_failed_run_is_done_again_on_the_flow_of_today() {
    let world = world().await;
    let automation = active(&world, Who::Team, failing()).await;
    let id = run(&world, Who::Team, &automation, json!({"a": 1})).await;
    let path = format!("/runs/{id}/retry");
    assert_eq!(act(&world, &path, Who::Team).await.problem(), "still_open");
    world.work().await;
    let better =
        flow(&[("go", "trigger.manual", json!({})), ("end", "transform", json!({"value": 1}))], &["go>end"]);
    world.write(Method::PUT, &format!("/automations/{automation}/flow"), Who::Team, better).await;
    let again = world.post(&path, Who::Team, json!({"on": "latest"})).await;
    assert_eq!(again.status, 201, "{}", again.json());
    let told = ["retryOf", "firedBy", "flowVersion", "input"].map(|name| again.json()[name].clone());
    assert_eq!(told, [json!(id), json!("retry"), json!(2), json!({"a": 1})]);
    world.work().await;
    let ended = world.get(again.header("location").unwrap(), Who::Team).await.json();
    assert_eq!((&ended["status"], &ended["output"]), (&json!("SUCCESS"), &json!(1)));
    let pinned = world.post(&path, Who::Team, json!({"from": "start"})).await.json();
    assert_eq!(pinned["flowVersion"], 1);
    let refused = world.post(&path, Who::Team, json!({"from": "nowhere"})).await;
    assert_eq!(refused.faults(), [("/from".to_owned(), "unknown_word".to_owned())]);
}

#[actix_web::test]
async fn figures_tell_how_the_runs_went() {
    let mut world = world().await;
    let automation = active(&world, Who::Team, simple()).await;
    run(&world, Who::Team, &automation, json!({})).await;
    world.clock.advance(TimeDelta::hours(30));
    world.sign_in_again().await;
    run(&world, Who::Team, &automation, json!({})).await;
    world.work().await;
    run(&world, Who::Team, &automation, json!({})).await;
    let figures =
        async |query: &str| world.get(&format!("/automations/{automation}/figures{query}"), Who::Team).await;
    let day = figures("").await.json();
    let told = ["hours", "open", "succeeded", "failed"].map(|name| day[name].as_u64().unwrap());
    assert_eq!(told, [24, 1, 1, 0]);
    assert_eq!(figures("?hours=48").await.json()["succeeded"], 2);
    assert_eq!(figures("?hours=0").await.faults(), [("/query/hours".to_owned(), "out_of_range".to_owned())]);
}

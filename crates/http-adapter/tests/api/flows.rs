use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::drawn::{active, draft, flow, id_of, simple};
use crate::support::{Who, at, world};

#[actix_web::test]
async fn a_flow_comes_back_as_it_was_drawn() {
    let world = world().await;
    let id = id_of(&draft(&world, Who::Team, simple()).await);
    let path = format!("/automations/{id}/flow");
    let mut other = simple();
    other["viewport"] = json!({"x": 1.5, "y": -2, "zoom": 0.75});
    other["nodes"][0]["mine"] = json!([null, {"deep": "ünï"}]);
    let before = world.get(&path, Who::Team).await;
    let request =
        TestRequest::put().uri(&at(&path)).insert_header(("if-match", before.header("etag").unwrap()));
    let drawn = world.send(world.as_(Who::Team, request.set_json(&other))).await;
    assert_eq!((drawn.status, drawn.json()["flowVersion"].clone()), (200, json!(2)));
    assert!(drawn.json().get("flow").is_none());
    let after = world.get(&path, Who::Team).await;
    assert_eq!(after.json(), other);
    assert!(after.header("etag").unwrap().starts_with("\"2."));
    let again =
        TestRequest::put().uri(&at(&path)).insert_header(("if-match", before.header("etag").unwrap()));
    assert_eq!(world.send(world.as_(Who::Team, again.set_json(simple()))).await.problem(), "stale");
}

#[actix_web::test]
async fn what_fires_takes_no_flow_with_faults() {
    let world = world().await;
    let id = active(&world, Who::Team, simple()).await;
    let path = format!("/automations/{id}/flow");
    let refused = world.write(Method::PUT, &path, Who::Team, json!({"nodes": [], "edges": []})).await;
    assert_eq!((refused.status, refused.problem().as_str()), (409, "flow_not_runnable"));
    assert_eq!(refused.json()["faults"][0]["code"], "no_trigger");
    assert_eq!(world.get(&path, Who::Team).await.json(), simple());
}

#[actix_web::test]
async fn a_body_that_is_no_flow_is_pointed_at() {
    let world = world().await;
    let path = format!("/automations/{}/flow", id_of(&draft(&world, Who::Team, simple()).await));
    let refused = world.write(Method::PUT, &path, Who::Team, json!({"nodes": 1, "edges": []})).await;
    assert_eq!(
        (refused.status, refused.faults()),
        (422, vec![("/nodes".to_owned(), "not_a_flow".to_owned())])
    );
}

#[actix_web::test]
async fn every_fault_is_found_beforehand() {
    let world = world().await;
    let fine = world.post("/automations/validate", Who::Client, simple()).await;
    assert_eq!(fine.json(), json!({"valid": true, "faults": []}));
    let faulty = flow(&[("a", "no.such.kind", json!({}))], &["a>b"]);
    let checked = world.post("/automations/validate", Who::Client, faulty).await.json();
    let codes: Vec<_> =
        checked["faults"].as_array().unwrap().iter().map(|fault| fault["code"].clone()).collect();
    assert_eq!(checked["valid"], false);
    for code in ["no_trigger", "unknown_kind", "dangling_edge"] {
        assert!(codes.contains(&json!(code)), "{codes:?}");
    }
}

#[actix_web::test]
async fn the_catalogue_says_what_there_is_to_draw_with() {
    let world = world().await;
    let reply = world.get("/automations/nodes", Who::Client).await;
    assert_eq!(reply.header("cache-control"), Some("private, max-age=3600"));
    let kinds = reply.json()["data"].as_array().unwrap().clone();
    let kind = |word: &str| kinds.iter().find(|kind| kind["kind"] == word).unwrap().clone();
    assert_eq!(kind("trigger.webhook")["isTrigger"], true);
    assert_eq!(kind("if")["ports"], json!(["true", "false"]));
    assert_eq!(kind("http.request")["params"]["type"], "object");
    let tag = reply.header("etag").unwrap();
    assert_eq!(world.get_with("/automations/nodes", Who::Client, ("if-none-match", tag)).await.status, 304);
}

#[actix_web::test]
async fn a_dry_run_shows_what_would_happen_and_does_nothing() {
    let world = world().await;
    let nodes = [
        ("go", "trigger.manual", json!({})),
        ("call", "http.request", json!({"method": "GET", "url": "https://api.example.com/{{ trigger.id }}"})),
        ("tell", "transform", json!({"value": {"said": "{{ steps.call.body.text }}"}})),
    ];
    let id = id_of(&draft(&world, Who::Team, flow(&nodes, &["go>call", "call>tell"])).await);
    let path = format!("/automations/{id}/dry-run");
    let body = json!({"input": {"id": 7}, "mocks": {"call": {"status": 200, "body": {"text": "hi"}}}});
    let dry = world.post(&path, Who::Team, body).await.json();
    assert_eq!(dry["outcome"]["status"], "SUCCESS");
    assert_eq!(dry["outcome"]["output"], json!({"said": "hi"}));
    let steps = dry["steps"].as_array().unwrap();
    let called = steps.iter().find(|step| step["node"] == "call").unwrap();
    assert_eq!(
        (&called["state"], &called["input"]["url"]),
        (&json!("DONE"), &json!("https://api.example.com/7"))
    );
    assert_eq!(world.get("/runs", Who::Team).await.json()["data"], json!([]));
    let other = world.post(&path, Who::Team, json!({"flow": simple(), "trigger": "hook"})).await.json();
    assert_eq!(other["outcome"]["output"], json!({"text": "hello"}));
    let refused = world.post(&path, Who::Team, json!({"trigger": "call"})).await;
    assert_eq!(refused.faults(), [("/trigger".to_owned(), "not_a_trigger".to_owned())]);
    let refused = world.post(&path, Who::Team, json!({"flow": {"nodes": [], "edges": []}})).await;
    assert_eq!(
        (refused.problem(), refused.json()["faults"].as_array().map(Vec::len)),
        ("flow_not_runnable".to_owned(), Some(1))
    );
}

#[actix_web::test]
async fn a_dry_run_that_would_fail_says_where() {
    let world = world().await;
    let id = id_of(&draft(&world, Who::Team, crate::drawn::failing()).await);
    let dry = world.post(&format!("/automations/{id}/dry-run"), Who::Team, json!({})).await.json();
    assert_eq!((&dry["outcome"]["status"], &dry["outcome"]["node"]), (&json!("FAILED"), &json!("end")));
    assert_eq!(dry["outcome"]["output"], Value::Null);
    assert_eq!(dry["outcome"]["error"]["message"], "no good");
}

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::drawn::{draft, flow, id_of, simple};
use crate::support::{Who, World, at, world};

fn numbered(number: u32) -> Value {
    let nodes = [("go", "trigger.manual", json!({})), ("say", "transform", json!({"value": number}))];
    flow(&nodes, &["go>say"])
}

/// An automation with as many versions of its flow.
async fn versions(world: &World, count: u32) -> String {
    let id = id_of(&draft(world, Who::Team, numbered(1)).await);
    for number in 2..=count {
        let path = format!("/automations/{id}/flow");
        assert_eq!(world.write(Method::PUT, &path, Who::Team, numbered(number)).await.status, 200);
    }
    id
}

#[actix_web::test]
async fn every_change_of_a_flow_is_kept() {
    let world = world().await;
    let id = versions(&world, 5).await;
    let list =
        async |query: &str| world.get(&format!("/automations/{id}/versions{query}"), Who::Admin).await.json();
    let numbers = |page: &Value| {
        let rows = page["data"].as_array().unwrap().iter();
        rows.map(|row| row["number"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    let first = list("?limit=2").await;
    assert_eq!((numbers(&first), &first["nextBefore"]), (vec![5, 4], &json!(4)));
    assert_eq!(first["data"][0]["drawnBy"], world.id(Who::Team).to_string());
    assert!(first["data"][0].get("flow").is_none());
    let rest = list("?before=4").await;
    assert_eq!((numbers(&rest), &rest["nextBefore"]), (vec![3, 2, 1], &Value::Null));
    let third = world.get(&format!("/automations/{id}/versions/3"), Who::Team).await.json();
    assert_eq!((&third["number"], &third["flow"]), (&json!(3), &numbered(3)));
    for number in ["0", "6", "x", "-1"] {
        let reply = world.get(&format!("/automations/{id}/versions/{number}"), Who::Team).await;
        assert_eq!(reply.status, 404, "{number}");
    }
}

#[actix_web::test]
async fn two_versions_are_compared() {
    let world = world().await;
    let id = versions(&world, 2).await;
    let path = format!("/automations/{id}/versions/compare");
    let changes = world.get(&format!("{path}?from=1&to=2"), Who::Team).await.json();
    assert_eq!(changes["nodes"]["changed"][0]["id"], "say");
    assert_eq!(changes["edges"], json!({"added": [], "removed": [], "changed": []}));
    let refused = world.get(&path, Who::Team).await;
    assert_eq!(refused.problem(), "malformed");
    let fault = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(refused.faults(), [fault("/query/from", "required"), fault("/query/to", "required")]);
}

#[actix_web::test]
async fn an_older_flow_comes_back_as_a_new_version() {
    let world = world().await;
    let id = versions(&world, 3).await;
    let path = format!("/automations/{id}/versions/1/restore");
    let restored = world.write(Method::POST, &path, Who::Team, json!({})).await;
    assert_eq!((restored.status, restored.json()["flowVersion"].clone()), (200, json!(4)));
    assert_eq!(restored.json()["flow"], numbered(1));
    assert_eq!(world.post(&path, Who::Team, json!({})).await.problem(), "version_required");
    let missing = world
        .write(Method::POST, &format!("/automations/{id}/versions/9/restore"), Who::Team, json!({}))
        .await;
    assert_eq!(missing.status, 404);
}

#[actix_web::test]
async fn a_repeat_of_a_restoration_gets_its_answer() {
    let world = world().await;
    let path = format!("/automations/{}/versions/1/restore", versions(&world, 2).await);
    let send = || {
        let headers = [("idempotency-key", "k1"), ("if-match", "*")];
        let request =
            headers.into_iter().fold(TestRequest::post().uri(&at(&path)), TestRequest::insert_header);
        world.send(world.as_(Who::Team, request))
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status, second.status, first.bytes.clone()), (200, 200, second.bytes.clone()));
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    assert_eq!(first.json()["flowVersion"], 3);
}

#[actix_web::test]
async fn what_fires_takes_no_older_flow_with_faults() {
    let world = world().await;
    let id = id_of(&draft(&world, Who::Team, json!({"nodes": [], "edges": []})).await);
    world.write(Method::PUT, &format!("/automations/{id}/flow"), Who::Team, simple()).await;
    world.write(Method::POST, &format!("/automations/{id}/activate"), Who::Team, json!({})).await;
    let path = format!("/automations/{id}/versions/1/restore");
    assert_eq!(world.write(Method::POST, &path, Who::Team, json!({})).await.problem(), "flow_not_runnable");
}

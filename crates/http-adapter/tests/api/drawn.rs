//! Automations that were drawn, and their runs.

use actix_web::http::Method;
use serde_json::{Value, json};

use crate::support::{Who, World};

/// A flow of nodes `(id, kind, params)` and edges such as `a>b`.
pub(crate) fn flow(nodes: &[(&str, &str, Value)], edges: &[&str]) -> Value {
    let node = |(id, kind, params): &(&str, &str, Value)| json!({"id": id, "type": kind, "position": {"x": 0, "y": 0}, "data": {"params": params}});
    let edge = |(at, edge): (usize, &&str)| {
        let (source, target) = edge.split_once('>').unwrap();
        json!({"id": format!("e{at}"), "source": source, "target": target})
    };
    json!({
        "nodes": nodes.iter().map(node).collect::<Value>(),
        "edges": edges.iter().enumerate().map(edge).collect::<Value>(),
    })
}

/// A flow that greets, by hand or by a webhook.
pub(crate) fn simple() -> Value {
    flow(
        &[
            ("go", "trigger.manual", json!({})),
            ("hook", "trigger.webhook", json!({})),
            ("greet", "transform", json!({"value": {"text": "hello"}})),
        ],
        &["go>greet", "hook>greet"],
    )
}

/// A flow that ends badly.
pub(crate) fn failing() -> Value {
    flow(&[("go", "trigger.manual", json!({})), ("end", "fail", json!({"message": "no good"}))], &["go>end"])
}

/// A draft of somebody's, as the answer shows it.
pub(crate) async fn draft(world: &World, who: Who, flow: Value) -> Value {
    let reply = world.post("/automations", who, json!({"title": "Welcome", "flow": flow})).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply.json()
}

/// The id of an active automation of somebody's.
pub(crate) async fn active(world: &World, who: Who, flow: Value) -> String {
    let id = id_of(&draft(world, who, flow).await);
    let reply = world.write(Method::POST, &format!("/automations/{id}/activate"), who, json!({})).await;
    assert_eq!(reply.status, 200, "{}", reply.json());
    id
}

pub(crate) fn id_of(value: &Value) -> String {
    value["id"].as_str().unwrap().to_owned()
}

/// The id of an automation of the team's that stands where this can be done to it.
pub(crate) async fn with_standing(world: &World, act: &str) -> String {
    if act == "pause" {
        return active(world, Who::Team, simple()).await;
    }
    let id = id_of(&draft(world, Who::Team, simple()).await);
    if act == "restore" {
        let archived =
            world.write(Method::POST, &format!("/automations/{id}/archive"), Who::Team, json!({})).await;
        assert_eq!(archived.status, 200, "{}", archived.json());
    }
    id
}

/// Runs an automation by hand; nothing is done yet.
pub(crate) async fn run(world: &World, who: Who, automation: &str, input: Value) -> String {
    let reply = world.post(&format!("/automations/{automation}/run"), who, json!({"input": input})).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    id_of(&reply.json())
}

/// A run of the team's that nobody has begun.
pub(crate) async fn open_run(world: &World) -> String {
    let automation = active(world, Who::Team, simple()).await;
    run(world, Who::Team, &automation, json!({})).await
}

/// A run of the team's that ended badly.
pub(crate) async fn failed_run(world: &World) -> String {
    let automation = active(world, Who::Team, failing()).await;
    let id = run(world, Who::Team, &automation, json!({})).await;
    world.work().await;
    id
}

/// The token of a webhook of the team's.
pub(crate) async fn hook(world: &World) -> String {
    let automation = active(world, Who::Team, simple()).await;
    token(world, Who::Team, &automation).await
}

/// The token of the webhook of an automation.
pub(crate) async fn token(world: &World, who: Who, automation: &str) -> String {
    let triggers = world.get(&format!("/automations/{automation}/triggers"), who).await.json();
    let url =
        triggers["data"].as_array().unwrap().iter().find_map(|trigger| trigger["url"].as_str()).unwrap();
    url.rsplit('/').next().unwrap().to_owned()
}

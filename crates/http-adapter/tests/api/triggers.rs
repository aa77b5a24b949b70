use actix_web::http::Method;
use serde_json::{Value, json};

use crate::drawn::{active, draft, flow, id_of, simple, token};
use crate::support::{Who, settings, world};

#[actix_web::test]
async fn triggers_say_what_they_wait_for() {
    let world = world().await;
    let nodes = [
        (
            "at",
            "trigger.schedule",
            json!({"cron": "0 9 * * *", "timezone": "Europe/Berlin", "missed": "all"}),
        ),
        ("lead", "trigger.event", json!({"event": "lead.created"})),
        ("go", "trigger.manual", json!({})),
        ("say", "transform", json!({"value": 1})),
    ];
    let id = active(&world, Who::Team, flow(&nodes, &["at>say", "lead>say", "go>say"])).await;
    let triggers = world.get(&format!("/automations/{id}/triggers"), Who::Team).await;
    assert_eq!(triggers.header("cache-control"), Some("no-store"));
    let triggers = triggers.json()["data"].as_array().unwrap().clone();
    assert_eq!(triggers.len(), 2, "{triggers:?}");
    let of = |node: &str| triggers.iter().find(|trigger| trigger["node"] == node).unwrap();
    let (schedule, event) = (of("at"), of("lead"));
    let told = ["kind", "cron", "timezone", "missed", "url"].map(|name| schedule[name].clone());
    assert_eq!(
        told,
        [json!("schedule"), json!("0 9 * * *"), json!("Europe/Berlin"), json!("all"), Value::Null]
    );
    assert!(schedule["nextAt"].as_str().is_some());
    assert_eq!((&event["kind"], &event["event"]), (&json!("event"), &json!("lead.created")));
}

#[actix_web::test]
async fn an_address_is_for_whoever_may_change_the_automation() {
    let world = world().await;
    let id = id_of(&draft(&world, Who::Client, simple()).await);
    let path = format!("/automations/{id}/triggers");
    let own = world.get(&path, Who::Client).await.text("/data/0/url");
    assert!(own.starts_with("/api/v1/hooks/"), "{own}");
    assert_eq!(world.get(&path, Who::Admin).await.text("/data/0/url"), own);
    assert_eq!(world.get(&path, Who::Team).await.json()["data"][0]["url"], Value::Null);
    let mut known = settings();
    known.public_url = Some("https://studio.example/".to_owned());
    let absolute = world.behind(known).get(&path, Who::Client).await.text("/data/0/url");
    assert_eq!(absolute, format!("https://studio.example{own}"));
}

#[actix_web::test]
async fn another_address_ends_the_old_one() {
    let world = world().await;
    let id = active(&world, Who::Team, simple()).await;
    let old = token(&world, Who::Team, &id).await;
    let rotated = world
        .write(Method::POST, &format!("/automations/{id}/triggers/hook/rotate"), Who::Team, json!({}))
        .await;
    assert_eq!((rotated.status, rotated.header("cache-control")), (200, Some("no-store")));
    let new = token(&world, Who::Team, &id).await;
    assert!(rotated.text("/url").ends_with(&new) && new != old);
    world.keep_secret(&old);
    world.keep_secret(&new);
    let deliver =
        async |token: &str| world.post(&format!("/hooks/{token}"), Who::Anonymous, json!({})).await.status;
    assert_eq!((deliver(&old).await, deliver(&new).await), (404, 202));
    for node in ["go", "nowhere"] {
        let path = format!("/automations/{id}/triggers/{node}/rotate");
        assert_eq!(world.write(Method::POST, &path, Who::Team, json!({})).await.status, 404, "{node}");
    }
}

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{PASSWORD, Reply, Who, World, at, world};

/// Signs Tess in from a device, and returns its access token.
async fn sign_in(world: &World, agent: &str) -> String {
    let body = json!({"email": "tess@studio.example", "password": PASSWORD});
    let request = TestRequest::post().uri(&at("/auth/login")).set_json(body);
    let request = request.insert_header(("user-agent", agent)).peer_addr("192.0.2.7:4711".parse().unwrap());
    world.send(request).await.text("/accessToken")
}

async fn get(world: &World, path: &str, token: &str) -> Reply {
    world.get_with(path, Who::Anonymous, ("authorization", format!("Bearer {token}"))).await
}

#[actix_web::test]
async fn the_own_devices_are_listed_the_latest_first() {
    let world = world().await;
    world.clock.advance(TimeDelta::seconds(1));
    let token = sign_in(&world, "Firefox on a Commodore").await;
    let listed = get(&world, "/me/sessions", &token).await;
    assert_eq!(listed.status, 200);
    insta::assert_json_snapshot!(listed.json(), {".data[].id" => "[id]"}, @r#"
    {
      "data": [
        {
          "createdAt": "2026-01-01T00:00:01Z",
          "current": true,
          "expiresAt": "2026-01-31T00:00:01Z",
          "id": "[id]",
          "ipAddress": "192.0.2.7",
          "lastUsedAt": null,
          "userAgent": "Firefox on a Commodore"
        },
        {
          "createdAt": "2026-01-01T00:00:00Z",
          "current": false,
          "expiresAt": "2026-01-31T00:00:00Z",
          "id": "[id]",
          "ipAddress": null,
          "lastUsedAt": null,
          "userAgent": null
        }
      ],
      "page": {
        "limit": 200,
        "nextCursor": null,
        "prevCursor": null
      }
    }
    "#);
    assert!(listed.header("etag").is_some());
}

#[actix_web::test]
async fn a_lost_device_is_signed_out() {
    let world = world().await;
    let lost = sign_in(&world, "lost").await;
    let sessions = world.get("/me/sessions", Who::Team).await.json()["data"].clone();
    let id =
        sessions.as_array().unwrap().iter().find(|session| session["userAgent"] == "lost").unwrap()["id"]
            .clone();
    let path = format!("/me/sessions/{}", id.as_str().unwrap());
    assert_eq!(world.delete(&path, Who::Team).await.status, 204);
    assert_eq!(get(&world, "/me", &lost).await.problem(), "unauthenticated");
    assert_eq!(world.get("/me/sessions", Who::Team).await.json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(world.delete(&path, Who::Team).await.problem(), "not_found");
}

#[actix_web::test]
async fn nobody_elses_session_is_there_not_even_for_administrators() {
    let world = world().await;
    let id = world.get("/me/sessions", Who::Team).await.text("/data/0/id");
    for who in [Who::Client, Who::Admin] {
        let reply = world.delete(&format!("/me/sessions/{id}"), who).await;
        assert_eq!((reply.status, reply.problem().as_str()), (404, "not_found"), "{who:?}");
        assert_eq!(world.get("/me/sessions", who).await.json()["data"].as_array().unwrap().len(), 1);
    }
    assert_eq!(world.get("/me", Who::Team).await.status, 200);
}

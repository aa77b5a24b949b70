use actix_web::http::Method;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Who, World, at, contact, world};

async fn create(world: &World, who: Who, scopes: &[&str]) -> Reply {
    let reply = world.post("/me/api-keys", who, json!({"name": "Nightly export", "scopes": scopes})).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply
}

/// Sends a request as a program that holds the key.
async fn with_key(world: &World, key: &Reply, method: Method, path: &str, body: Value) -> Reply {
    let request = TestRequest::default().method(method).uri(&at(path)).set_json(body);
    world.send(request.insert_header(("authorization", format!("Bearer {}", key.text("/secret"))))).await
}

async fn get(world: &World, key: &Reply, path: &str) -> Reply {
    with_key(world, key, Method::GET, path, Value::Null).await
}

fn fault(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

#[actix_web::test]
async fn a_key_is_shown_once() {
    let world = world().await;
    let made = create(&world, Who::Team, &["companies:read", "leads:read"]).await;
    assert_eq!((made.header("cache-control"), made.header("location")), (Some("no-store"), None));
    let secret = made.text("/secret");
    assert!(secret.starts_with("kairo_") && secret.starts_with(&made.text("/prefix")), "{secret}");
    let listed = world.get("/me/api-keys", Who::Team).await.json();
    insta::assert_json_snapshot!(listed, {".data[].id" => "[id]", ".data[].prefix" => "[prefix]"}, @r#"
    {
      "data": [
        {
          "createdAt": "2026-01-01T00:00:00Z",
          "expiresAt": "2026-04-01T00:00:00Z",
          "id": "[id]",
          "lastUsedAt": null,
          "name": "Nightly export",
          "prefix": "[prefix]",
          "scopes": [
            "companies:read",
            "leads:read"
          ]
        }
      ],
      "page": {
        "limit": 200,
        "nextCursor": null,
        "prevCursor": null
      }
    }
    "#);
    assert_eq!(world.get("/me/api-keys", Who::Admin).await.json()["data"], json!([]));
    let mails = world.deliver().await;
    assert_eq!(
        (mails.len(), mails[0].kind.as_str(), mails[0].to.as_str()),
        (1, "Notice", "tess@studio.example")
    );
}

#[actix_web::test]
async fn an_idempotency_key_repeats_no_secret() {
    let world = world().await;
    let create = async || {
        let body = json!({"name": "Nightly export", "scopes": ["leads:read"]});
        let request = TestRequest::post().uri(&at("/me/api-keys")).insert_header(("idempotency-key", "k"));
        world.send(world.as_(Who::Team, request.set_json(body))).await
    };
    let (first, second) = (create().await, create().await);
    assert_ne!(first.text("/secret"), second.text("/secret"));
    assert_eq!(second.header("idempotency-replayed"), None);
}

#[actix_web::test]
async fn a_key_does_what_its_scopes_say() {
    let world = world().await;
    let key = create(&world, Who::Team, &["leads:read"]).await;
    let id = world.lead("Ada").await["id"].as_str().unwrap().to_owned();
    let path = format!("/leads/{id}");
    assert_eq!(get(&world, &key, &path).await.text("/name"), "Ada");
    let refused = with_key(&world, &key, Method::PATCH, &path, json!({"name": "Eve"})).await;
    assert_eq!((refused.status, refused.problem().as_str()), (403, "forbidden"));
    world.clock.advance(TimeDelta::minutes(1));
    get(&world, &key, &path).await;
    let listed = world.get("/me/api-keys", Who::Team).await;
    assert_eq!(listed.text("/data/0/lastUsedAt"), "2026-01-01T00:01:00Z");
}

#[actix_web::test]
async fn a_key_does_no_more_than_its_owner() {
    let world = world().await;
    let key = create(&world, Who::Client, &["leads:read", "leads:write", "users:read"]).await;
    let id = world.lead("Ada").await["id"].as_str().unwrap().to_owned();
    assert_eq!(get(&world, &key, &format!("/leads/{id}")).await.problem(), "not_found");
    assert_eq!(get(&world, &key, "/me").await.text("/email"), "cleo@studio.example");
}

#[actix_web::test]
async fn whoever_holds_a_key_can_neither_stay_nor_take_over() {
    let world = world().await;
    let scopes: Vec<_> = kairo_domain::Scope::WORDS.to_vec();
    let key = create(&world, Who::Admin, &scopes).await;
    let id = world.get("/me/sessions", Who::Admin).await.text("/data/0/id");
    let proof = json!({"password": PASSWORD});
    for (method, path, body) in [
        (Method::POST, "/me/api-keys", json!({"name": "another", "scopes": ["leads:read"]})),
        (Method::DELETE, &*format!("/me/api-keys/{}", key.text("/id")), Value::Null),
        (Method::GET, "/me/api-keys", Value::Null),
        (Method::GET, "/me/sessions", Value::Null),
        (Method::DELETE, &*format!("/me/sessions/{id}"), Value::Null),
        (Method::POST, "/auth/logout", json!({"sessions": "all"})),
        (
            Method::PUT,
            "/me/password",
            json!({"currentPassword": PASSWORD, "newPassword": "nine looms weave algebra"}),
        ),
        (Method::PUT, "/me/email", json!({"email": "eve@example.com", "password": PASSWORD})),
        (Method::GET, "/me/two-factor", Value::Null),
        (Method::POST, "/me/two-factor", proof.clone()),
        (Method::POST, "/me/two-factor/confirm", json!({"code": "123456"})),
        (Method::POST, "/me/two-factor/recovery-codes", proof.clone()),
        (Method::POST, "/me/two-factor/remove", proof),
    ] {
        let reply = with_key(&world, &key, method.clone(), path, body).await;
        assert!(["forbidden", "not_found"].contains(&&*reply.problem()), "{method} {path}: {}", reply.json());
    }
    assert_eq!(world.get("/me", Who::Admin).await.status, 200);
    assert_eq!(world.get("/me/api-keys", Who::Admin).await.json()["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_revoked_key_holds_no_longer() {
    let world = world().await;
    let (key, other) =
        (create(&world, Who::Team, &["leads:read"]).await, create(&world, Who::Team, &["leads:read"]).await);
    let path = format!("/me/api-keys/{}", key.text("/id"));
    for who in [Who::Client, Who::Admin] {
        assert_eq!(world.delete(&path, who).await.problem(), "not_found", "{who:?}");
    }
    assert_eq!(world.delete(&path, Who::Team).await.status, 204);
    assert_eq!(get(&world, &key, "/leads").await.problem(), "unauthenticated");
    assert_eq!(get(&world, &other, "/leads").await.status, 200);
    assert_eq!(world.delete(&path, Who::Team).await.problem(), "not_found");
    assert_eq!(world.get("/me/api-keys", Who::Team).await.json()["data"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn a_key_ends_by_itself() {
    let world = world().await;
    let body = json!({"name": "brief", "scopes": ["leads:read"], "expiresAt": "2026-01-01T01:00:00+00:30"});
    let key = world.post("/me/api-keys", Who::Team, body).await;
    assert_eq!(key.text("/expiresAt"), "2026-01-01T00:30:00Z");
    assert_eq!(get(&world, &key, "/leads").await.status, 200);
    world.clock.advance(TimeDelta::minutes(30));
    assert_eq!(get(&world, &key, "/leads").await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn a_key_has_a_scope_and_an_end() {
    let world = world().await;
    for (member, value, pointer, code) in [
        ("scopes", json!([]), "/scopes", "empty"),
        ("scopes", json!(["leads:erase"]), "/scopes/0", "unknown_word"),
        ("expiresAt", json!("2025-12-31T00:00:00Z"), "/expiresAt", "out_of_range"),
        ("expiresAt", json!("2028-01-01T00:00:00Z"), "/expiresAt", "out_of_range"),
        ("expiresAt", json!("never"), "/expiresAt", "not_a_time"),
        ("name", json!(" "), "/name", "empty"),
        ("secret", json!("kairo_mine"), "/secret", "unknown_field"),
    ] {
        let mut body = json!({"name": "Nightly export", "scopes": ["leads:read"]});
        body[member] = value;
        let reply = world.post("/me/api-keys", Who::Team, body).await;
        assert_eq!((reply.status, reply.faults()), (422, fault(pointer, code)), "{member}");
    }
}

#[actix_web::test]
async fn a_key_of_somebody_suspended_holds_no_longer() {
    use kairo_domain::{Actor, Seen};
    use kairo_use_cases::MoveUser;

    let world = world().await;
    let key = create(&world, Who::Team, &["leads:write"]).await;
    let user = world.get("/me", Who::Team).await.text("/id").parse().unwrap();
    let order = MoveUser { user, seen: Seen::Anything };
    world.studio.users().suspend(&Actor::System, order, None).await.unwrap();
    let reply = with_key(&world, &key, Method::POST, "/leads", contact("Ada")).await;
    assert_eq!(reply.problem(), "unauthenticated");
}

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Reply, Who, World, at, world};

const TOKEN: &str = "a-token-of-the-crm";

fn crm() -> Value {
    json!({"name": "acme-crm", "secret": {"kind": "bearer", "token": TOKEN}})
}

async fn made(world: &World, who: Who) -> Reply {
    world.keep_secret(TOKEN);
    let made = world.post("/credentials", who, crm()).await;
    assert_eq!(made.status, 201, "{}", made.json());
    made
}

fn path_of(made: &Reply) -> String {
    format!("/credentials/{}", made.text("/id"))
}

async fn with_header(world: &World, request: TestRequest, header: (&'static str, String)) -> Reply {
    world.send(world.as_(Who::Client, request.insert_header(header))).await
}

#[actix_web::test]
async fn a_credential_goes_its_way_and_never_shows_its_secret() {
    let world = world().await;
    let made = made(&world, Who::Client).await;
    let path = path_of(&made);
    assert_eq!(made.header("location"), Some(at(&path).as_str()));
    let shown = json!({
        "id": made.text("/id"), "ownerId": world.id(Who::Client), "name": "acme-crm", "kind": "bearer",
        "version": 1, "createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z",
        "lastUsedAt": null
    });
    assert_eq!(made.json(), shown);
    let read = world.get(&path, Who::Client).await;
    assert_eq!((read.json(), read.header("etag")), (shown.clone(), made.header("etag")));
    assert_eq!(world.get("/credentials", Who::Client).await.json()["data"], json!([shown]));

    let renamed = world.patch(&path, Who::Client, json!({"name": "acme-crm-2"})).await;
    assert_eq!((renamed.text("/name").as_str(), &renamed.json()["version"]), ("acme-crm-2", &json!(2)));
    world.keep_secret("another-token");
    let secret = json!({"kind": "bearer", "token": "another-token"});
    let replaced = world.put(&format!("{path}/secret"), Who::Client, secret).await;
    assert_eq!((replaced.status, &replaced.json()["version"]), (200, &json!(3)));
    assert_eq!(world.delete(&path, Who::Client).await.status, 204);
    assert_eq!(world.get(&path, Who::Client).await.problem(), "not_found");
}

#[actix_web::test]
async fn every_fault_is_told_at_once_and_no_secret_with_them() {
    let world = world().await;
    world.keep_secret("hunter2");
    let secret = json!({"kind": "basic", "username": "a:b", "password": "hunter2", "token": "x"});
    let reply = world.post("/credentials", Who::Team, json!({"name": "Acme CRM", "secret": secret})).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let faults = [
        ("/name", "not_a_credential_name"),
        ("/secret/password", "too_short"),
        ("/secret/token", "unknown_field"),
        ("/secret/username", "colon"),
    ];
    assert_eq!(reply.faults(), faults.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
}

#[actix_web::test]
async fn a_name_is_taken_once_by_each_owner() {
    let world = world().await;
    let first = made(&world, Who::Client).await;
    let again = world.post("/credentials", Who::Client, crm()).await;
    assert_eq!((again.status, again.problem().as_str()), (409, "taken"));
    made(&world, Who::Team).await;
    let secret = json!({"kind": "secret", "secret": "whsec_MTIzNDU2Nzg5MA=="});
    let other = world.post("/credentials", Who::Client, json!({"name": "hooks", "secret": secret})).await;
    let renamed = world.patch(&path_of(&other), Who::Client, json!({"name": first.text("/name")})).await;
    assert_eq!((renamed.status, renamed.problem().as_str()), (409, "taken"));
}

#[actix_web::test]
async fn a_repeat_with_an_idempotency_key_is_no_replay() {
    let world = world().await;
    let key = ("idempotency-key", "of-the-crm".to_owned());
    let statuses = [(); 2].map(|()| TestRequest::post().uri(&at("/credentials")).set_json(crm()));
    let [first, second] = statuses;
    assert_eq!(with_header(&world, first, key.clone()).await.status, 201);
    let repeated = with_header(&world, second, key).await;
    assert_eq!((repeated.status, repeated.header("idempotency-replayed")), (409, None));
}

#[actix_web::test]
async fn whoever_saw_an_older_version_is_told() {
    let world = world().await;
    let made = made(&world, Who::Client).await;
    let (path, tag) = (path_of(&made), made.header("etag").unwrap().to_owned());
    assert_eq!(world.patch(&path, Who::Client, json!({"name": "crm"})).await.status, 200);
    let secret = json!({"kind": "bearer", "token": "another-token"});
    for request in [
        TestRequest::patch().uri(&at(&path)).set_json(json!({"name": "crm-2"})),
        TestRequest::put().uri(&at(&format!("{path}/secret"))).set_json(secret),
        TestRequest::delete().uri(&at(&path)),
    ] {
        let reply = with_header(&world, request, ("if-match", tag.clone())).await;
        assert_eq!((reply.status, reply.problem().as_str()), (412, "stale"));
    }
    assert_eq!(world.get(&path, Who::Client).await.json()["version"], 2);
}

#[actix_web::test]
async fn a_secret_is_replaced_by_one_of_its_kind() {
    let world = world().await;
    let path = format!("{}/secret", path_of(&made(&world, Who::Client).await));
    let basic = json!({"kind": "basic", "username": "ada", "password": "eight or more"});
    let reply = world.put(&path, Who::Client, basic).await;
    assert_eq!(reply.faults(), [("/kind".to_owned(), "another_kind".to_owned())]);
    let unknown = world.put(&path, Who::Client, json!({"kind": "oauth"})).await;
    assert_eq!(unknown.faults(), [("/kind".to_owned(), "unknown_word".to_owned())]);
}

#[actix_web::test]
async fn credentials_are_listed_by_name_and_filtered() {
    let world = world().await;
    for (name, secret) in [
        ("stripe", json!({"kind": "bearer", "token": "12345678"})),
        ("erp", json!({"kind": "header", "name": "X-Key", "value": "12345678"})),
        ("maps", json!({"kind": "query", "name": "key", "value": "12345678"})),
    ] {
        let reply = world.post("/credentials", Who::Team, json!({"name": name, "secret": secret})).await;
        assert_eq!(reply.status, 201, "{}", reply.json());
    }
    made(&world, Who::Client).await;
    let names = async |query: &str, who| {
        let reply = world.get(&format!("/credentials{query}"), who).await;
        let rows = reply.json()["data"].as_array().cloned().unwrap();
        rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names("", Who::Team).await, ["erp", "maps", "stripe"]);
    assert_eq!(names("?kind=header", Who::Team).await, ["erp"]);
    assert_eq!(names("?filter[kind][nin]=header,query", Who::Admin).await, ["acme-crm", "stripe"]);
    let of_client = format!("?ownerId={}", world.id(Who::Client));
    assert_eq!(names(&of_client, Who::Admin).await, ["acme-crm"]);
    assert!(names(&of_client, Who::Team).await.is_empty());
    assert_eq!(names("?sort=-name&name=erp", Who::Team).await, ["erp"]);
}

#[actix_web::test]
async fn an_api_key_reaches_no_credential() {
    let world = world().await;
    let path = path_of(&made(&world, Who::Admin).await);
    let scopes = json!(["automations:read", "automations:write", "users:write"]);
    let body = json!({"name": "Everything", "scopes": scopes});
    let key = world.post("/me/api-keys", Who::Admin, body).await.text("/secret");
    let ask = async |request: TestRequest| {
        world.send(request.insert_header(("authorization", format!("Bearer {key}")))).await.status
    };
    assert_eq!(ask(TestRequest::get().uri(&at("/credentials"))).await, 403);
    assert_eq!(ask(TestRequest::post().uri(&at("/credentials")).set_json(crm())).await, 403);
    for request in [TestRequest::get(), TestRequest::delete()] {
        assert_eq!(ask(request.uri(&at(&path))).await, 404);
    }
    assert_eq!(world.get(&path, Who::Admin).await.status, 200);
}

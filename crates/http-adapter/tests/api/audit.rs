use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Reply, Who, World, at, world};

fn events(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.json());
    let rows = reply.json()["data"].as_array().unwrap().clone();
    rows.iter().map(|row| row["event"].as_str().unwrap().to_owned()).collect()
}

/// Suspends the client, and returns the name of the request.
async fn suspend(world: &World) -> String {
    let path = format!("/users/{}/suspend", world.id(Who::Client));
    let request = TestRequest::post().uri(&at(&path)).peer_addr("192.0.2.7:4711".parse().unwrap());
    let reply = world.send(world.as_(Who::Admin, request.insert_header(("user-agent", "test/1")))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.header("x-request-id").unwrap().to_owned()
}

#[actix_web::test]
async fn an_entry_says_who_did_what_and_from_where() {
    let world = world().await;
    let request = suspend(&world).await;
    let entry = world.get("/audit?event=user.suspended", Who::Admin).await.json()["data"][0].clone();
    assert_eq!(entry["actorId"], json!(world.id(Who::Admin)));
    assert_eq!(entry["subject"], json!(world.id(Who::Client)));
    assert_eq!(entry["companyId"], json!(world.company));
    assert_eq!(entry["requestId"], json!(request));
    insta::assert_json_snapshot!(
        entry,
        {".seq" => "[seq]", ".actorId" => "[user]", ".subject" => "[user]", ".companyId" => "[company]", ".requestId" => "[request]"},
        @r#"
    {
      "actor": "user",
      "actorId": "[user]",
      "address": "192.0.2.7",
      "agent": "test/1",
      "at": "2026-01-01T00:00:00Z",
      "body": {},
      "companyId": "[company]",
      "event": "user.suspended",
      "requestId": "[request]",
      "resource": "user",
      "role": "ADMIN",
      "seq": "[seq]",
      "subject": "[user]",
      "verb": "change role"
    }
    "#
    );
}

#[actix_web::test]
async fn what_was_refused_is_kept_too() {
    let world = world().await;
    let path = format!("/users/{}", world.id(Who::Client));
    assert_eq!(world.put(&format!("{path}/role"), Who::Team, json!({"role": "ADMIN"})).await.status, 403);
    let entry = world.get("/audit?limit=1", Who::Admin).await.json()["data"][0].clone();
    assert_eq!((&entry["event"], &entry["verb"]), (&json!("user.refused"), &json!("change role")));
    assert_eq!(
        (&entry["actorId"], &entry["body"]),
        (&json!(world.id(Who::Team)), &json!({"why": "forbidden"}))
    );
}

#[actix_web::test]
async fn administrators_see_everything_and_others_what_they_did() {
    let world = world().await;
    suspend(&world).await;
    let all = events(&world.get("/audit", Who::Admin).await);
    assert!(
        all.contains(&"company.created".to_owned()) && all.contains(&"user.suspended".to_owned()),
        "{all:?}"
    );
    for who in [Who::Outsider, Who::Team] {
        let reply = world.get("/audit", who).await;
        assert_eq!(events(&reply), ["session.opened"], "{who:?}");
        assert_eq!(reply.json()["data"][0]["actorId"], json!(world.id(who)));
    }
    let path = format!("/audit?actorId={}", world.id(Who::Admin));
    assert_eq!(events(&world.get(&path, Who::Team).await), Vec::<String>::new());
}

#[actix_web::test]
async fn the_log_is_filtered_by_what_happened() {
    let world = world().await;
    suspend(&world).await;
    let (admin, client) = (world.id(Who::Admin), world.id(Who::Client));
    for (query, expected) in [
        (format!("actorId={admin}"), vec!["session.revoked", "user.suspended", "session.opened"]),
        (format!("subject={client}"), vec!["user.suspended", "user.created"]),
        (format!("subject={client}&sort=seq"), vec!["user.created", "user.suspended"]),
        ("resource=company&actor=system".to_owned(), vec!["company.created", "company.created"]),
        ("event=user.suspended".to_owned(), vec!["user.suspended"]),
        (
            format!("companyId={}&filter[event][in]=user.suspended,lead.created", world.company),
            vec!["user.suspended"],
        ),
        ("filter[at][lt]=2026-01-01T00:00:00Z".to_owned(), vec![]),
    ] {
        assert_eq!(events(&world.get(&format!("/audit?{query}"), Who::Admin).await), expected, "{query}");
    }
}

#[actix_web::test]
async fn the_log_is_walked_by_number() {
    let world = world().await;
    let all = world.get("/audit?fields=seq", Who::Admin).await.json()["data"].clone();
    let (mut met, mut cursor) = (Vec::new(), String::new());
    loop {
        let reply = world.get(&format!("/audit?fields=seq&limit=3{cursor}"), Who::Admin).await.json();
        met.extend(reply["data"].as_array().unwrap().clone());
        let Some(next) = reply["page"]["nextCursor"].as_str() else { break };
        cursor = format!("&after={next}");
    }
    assert_eq!(Value::from(met.clone()), all);
    let numbers: Vec<_> = met.iter().map(|row| row["seq"].as_i64().unwrap()).collect();
    assert!(numbers.is_sorted_by(|earlier, later| earlier > later), "{numbers:?}");
    let path = format!("/audit?fields=seq&filter[seq][gt]={}", numbers[1]);
    assert_eq!(world.get(&path, Who::Admin).await.json()["data"], json!([met[0]]));
}

#[actix_web::test]
async fn the_log_is_not_searched_by_words() {
    let world = world().await;
    for query in ["q=suspended", "verb=read", "sort=at"] {
        let reply = world.get(&format!("/audit?{query}"), Who::Admin).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{query}");
    }
    let document: Value = serde_json::from_str(&kairo_http::openapi_json()).unwrap();
    let takes = |path: &str| {
        let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap();
        parameters.iter().any(|parameter| parameter["name"] == "q")
    };
    assert!(!takes("/audit") && !takes("/invitations") && takes("/users") && takes("/companies"));
}

//! The first minutes of somebody who tries the program.

use reqwest::StatusCode;
use serde_json::json;

use crate::program::{Place, body, contact_form};

#[tokio::test]
async fn a_visitors_lead_goes_in_and_the_team_works_it() {
    let place = Place::new();
    let program = place.serve(&["--demo"]).await;
    let team = program.demo_token("TEAM").await;
    let client = program.demo_token("CLIENT").await;
    program.demo_token("ADMIN").await;

    let captured = program.capture("Ada Lovelace").await;
    assert_eq!(captured.status(), StatusCode::CREATED);
    assert!(captured.headers().get("location").is_none());
    let receipt = body(captured).await;
    assert!(receipt["receipt"].is_string() && receipt.get("email").is_none());
    let id = receipt["id"].as_str().unwrap();

    let list = body(program.get("/leads", &team).await).await;
    assert_eq!(list["data"][0]["id"], id);
    assert_eq!(list["data"][0]["status"], "NEW");

    for to in ["CONTACTED", "QUALIFIED"] {
        let moved = program.move_lead(id, to, &team).await;
        assert_eq!(moved.status(), StatusCode::OK);
        assert_eq!(body(moved).await["status"], to);
    }
    let refused = program.move_lead(id, "NEW", &team).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let problem = body(refused).await;
    assert_eq!(problem["code"], "illegal_transition");
    assert_eq!(problem["allowed"], json!(["CONTACTED", "LOST"]));

    let path = format!("/leads/{id}");
    assert_eq!(program.get(&path, &client).await.status(), StatusCode::NOT_FOUND);
    let anonymous = program.http.get(program.api(&path)).send().await.unwrap();
    assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);

    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn a_second_start_finds_everything_as_it_was() {
    let place = Place::new();
    let program = place.serve(&["--demo"]).await;
    let accounts = program.demo_account("TEAM");
    let id = body(program.capture("Grace Hopper").await).await["id"].clone();
    assert_eq!(program.stop().await, Some(0));

    let program = place.serve(&["--demo"]).await;
    assert_eq!(program.demo_account("TEAM"), accounts);
    let team = program.demo_token("TEAM").await;
    let list = body(program.get("/leads?count=exact", &team).await).await;
    assert_eq!(list["data"][0]["id"], id);
    assert_eq!(list["page"]["total"], 11, "ten leads of the demo and one more");
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn operations_pages_answer() {
    let place = Place::new();
    let program = place.serve(&["--demo"]).await;
    for path in ["/healthz", "/readyz", "/metrics", "/docs/", "/api/v1/openapi.json"] {
        let answer = program.http.get(format!("{}{path}", program.url)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert!(!answer.text().await.unwrap().is_empty(), "{path}");
    }
    assert_eq!(program.stop().await, Some(0));
}

#[tokio::test]
async fn two_requests_at_once_with_one_key_make_one_lead() {
    let place = Place::new();
    let program = place.serve(&["--demo"]).await;
    let send = || {
        let request = program.http.post(program.api("/leads")).header("idempotency-key", "form-7");
        request.json(&contact_form("Twice Sent")).send()
    };
    let (first, second) = tokio::join!(send(), send());
    let mut statuses = [first.unwrap().status(), second.unwrap().status()];
    statuses.sort();
    // The later one is told the first answer, or that the first is still under way.
    assert_eq!(statuses[0], StatusCode::CREATED);
    assert!([StatusCode::CREATED, StatusCode::CONFLICT].contains(&statuses[1]));
    let team = program.demo_token("TEAM").await;
    let list = body(program.get("/leads?q=twice&count=exact", &team).await).await;
    assert_eq!(list["page"]["total"], 1);
    assert_eq!(program.stop().await, Some(0));
}

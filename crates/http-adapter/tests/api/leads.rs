use serde_json::json;

use crate::support::{Who, contact, world};

#[actix_web::test]
async fn a_lead_goes_its_way_from_form_to_end() {
    let world = world().await;
    let form = world.post("/leads", Who::Anonymous, contact("Ada")).await;
    assert_eq!((form.status, form.header("location")), (201, None));
    let receipt = form.text("/receipt");
    assert!(receipt.starts_with("KR-"), "{receipt}");
    assert_eq!(form.json().as_object().unwrap().keys().count(), 3);

    let path = format!("/leads/{}", form.text("/id"));
    let shown = world.get(&path, Who::Team).await;
    assert_eq!((shown.status, shown.text("/status").as_str()), (200, "NEW"));
    let moved = world.post(&format!("{path}/status"), Who::Team, json!({"to": "CONTACTED"})).await;
    assert_eq!((moved.status, moved.text("/status").as_str()), (200, "CONTACTED"));
    assert!(moved.header("etag").unwrap().starts_with("\"2."));
    let edited = world.patch(&path, Who::Team, json!({"company": "Engines", "utmSource": null})).await;
    assert_eq!((edited.status, edited.text("/company").as_str()), (200, "Engines"));
    let body = json!({"to": "LOST", "reason": "no budget"});
    let lost = world.post(&format!("{path}/status"), Who::Admin, body).await;
    assert_eq!((lost.text("/status").as_str(), lost.text("/statusReason").as_str()), ("LOST", "no budget"));

    let gone = world.delete(&path, Who::Team).await;
    assert_eq!((gone.status, gone.bytes.len()), (204, 0));
    assert_eq!(world.get(&path, Who::Admin).await.problem(), "not_found");
}

#[actix_web::test]
async fn staff_get_what_they_captured() {
    let world = world().await;
    let reply = world.post("/leads", Who::Team, contact("Ada")).await;
    let location = reply.header("location").unwrap().to_owned();
    assert_eq!(location, format!("/api/v1/leads/{}", reply.text("/id")));
    let shown = world.get(&location, Who::Team).await;
    assert_eq!((shown.bytes, shown.headers.get("etag")), (reply.bytes.clone(), reply.headers.get("etag")));
    insta::assert_json_snapshot!(reply.json(), {".id" => "[id]"}, @r#"
    {
      "company": null,
      "createdAt": "2026-01-01T00:00:00Z",
      "email": "ada@example.com",
      "id": "[id]",
      "message": "A website with a robot, please.",
      "metadata": null,
      "name": "Ada",
      "phone": null,
      "source": null,
      "status": "NEW",
      "statusReason": null,
      "updatedAt": "2026-01-01T00:00:00Z",
      "utmCampaign": null,
      "utmMedium": null,
      "utmSource": null,
      "version": 1
    }
    "#);
}

#[actix_web::test]
async fn a_client_submits_and_sees_nothing() {
    let world = world().await;
    let form = world.post("/leads", Who::Client, contact("Cleo")).await;
    assert_eq!(form.status, 201);
    assert!(form.text("/receipt").starts_with("KR-"));
    let path = format!("/leads/{}", form.text("/id"));
    assert_eq!(world.get(&path, Who::Client).await.problem(), "not_found");
    assert_eq!(world.get("/leads", Who::Client).await.problem(), "not_found");
    assert_eq!(world.get(&path, Who::Anonymous).await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn an_illegal_step_names_the_legal_ones() {
    let world = world().await;
    let path = format!("/leads/{}/status", world.lead("Ada").await["id"].as_str().unwrap());
    let reply = world.post(&path, Who::Team, json!({"to": "CONVERTED"})).await;
    assert_eq!((reply.status, reply.problem().as_str()), (409, "illegal_transition"));
    let body = reply.json();
    assert_eq!((&body["from"], &body["to"]), (&json!("NEW"), &json!("CONVERTED")));
    assert_eq!(body["allowed"], json!(["CONTACTED", "QUALIFIED", "LOST"]));
}

#[actix_web::test]
async fn losing_a_lead_needs_a_reason() {
    let world = world().await;
    let path = format!("/leads/{}/status", world.lead("Ada").await["id"].as_str().unwrap());
    let reply = world.post(&path, Who::Team, json!({"to": "LOST"})).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    assert_eq!(reply.faults(), [("/reason".to_owned(), "required".to_owned())]);
}

#[actix_web::test]
async fn a_patch_with_a_status_says_where_to_go() {
    let world = world().await;
    let path = format!("/leads/{}", world.lead("Ada").await["id"].as_str().unwrap());
    let reply = world.patch(&path, Who::Team, json!({"status": "LOST"})).await;
    assert_eq!(reply.faults(), [("/status".to_owned(), "unknown_field".to_owned())]);
    assert!(reply.text("/errors/0/message").contains("/leads/{id}/status"));
}

#[actix_web::test]
async fn an_id_has_one_spelling_in_either_case() {
    let world = world().await;
    let id = world.lead("Ada").await["id"].as_str().unwrap().to_owned();
    for id in [id.clone(), id.to_uppercase()] {
        assert_eq!(world.get(&format!("/leads/{id}"), Who::Team).await.status, 200, "{id}");
    }
    for id in [id.replace('-', ""), format!("%7B{id}%7D"), format!("urn:uuid:{id}")] {
        assert_eq!(world.get(&format!("/leads/{id}"), Who::Team).await.problem(), "not_found", "{id}");
    }
}

#[actix_web::test]
async fn what_is_no_id_names_nothing() {
    let world = world().await;
    for path in ["/leads/7", "/leads/7/status", "/leads/00000000-0000-7000-8000-00000000ffff"] {
        let reply = match path.ends_with("status") {
            true => world.post(path, Who::Team, json!({"to": "LOST"})).await,
            false => world.get(path, Who::Team).await,
        };
        assert_eq!((reply.status, reply.problem().as_str()), (404, "not_found"), "{path}");
    }
}

use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Reply, Who, at, world};

fn names(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()["data"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect()
}

#[actix_web::test]
async fn a_company_goes_its_way_from_making_to_end() {
    let world = world().await;
    let body = json!({"name": "Engines", "website": "https://engines.example", "metadata": {"rooms": 3}});
    let made = world.post("/companies", Who::Team, body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(path, format!("/api/v1/companies/{}", made.text("/id")));
    insta::assert_json_snapshot!(made.json(), {".id" => "[id]"}, @r#"
    {
      "createdAt": "2026-01-01T00:00:00Z",
      "id": "[id]",
      "industry": null,
      "logoUrl": null,
      "metadata": {
        "rooms": 3
      },
      "name": "Engines",
      "updatedAt": "2026-01-01T00:00:00Z",
      "version": 1,
      "website": "https://engines.example"
    }
    "#);
    let shown = world.get(&path, Who::Team).await;
    assert_eq!((&shown.bytes, shown.header("etag")), (&made.bytes, made.header("etag")));
    let edited = world.patch(&path, Who::Team, json!({"industry": "Looms", "website": null})).await;
    assert_eq!((edited.status, edited.text("/industry").as_str()), (200, "Looms"));
    assert_eq!((&edited.json()["website"], &edited.json()["version"]), (&Value::Null, &json!(2)));

    let request = TestRequest::delete().uri(&at(&path)).insert_header(("if-match", "\"1.x\""));
    assert_eq!(world.send(world.as_(Who::Admin, request)).await.problem(), "stale");
    let gone = world.delete(&path, Who::Admin).await;
    assert_eq!((gone.status, gone.bytes.len()), (204, 0));
    assert_eq!(world.get(&path, Who::Admin).await.problem(), "not_found");
}

#[actix_web::test]
async fn a_repeat_makes_no_second_company() {
    let world = world().await;
    let make = async |name: &str| {
        let request = TestRequest::post().uri(&at("/companies")).insert_header(("idempotency-key", "k"));
        world.send(world.as_(Who::Team, request.set_json(json!({"name": name})))).await
    };
    let (first, again) = (make("Engines").await, make("Engines").await);
    assert_eq!((first.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!((&first.bytes, first.header("location")), (&again.bytes, again.header("location")));
    assert_eq!(make("Looms").await.problem(), "key_reused");
    assert_eq!(names(&world.get("/companies?q=engines", Who::Team).await).len(), 1);
}

#[actix_web::test]
async fn a_client_sees_the_own_company_and_changes_nothing() {
    let world = world().await;
    let (own, other) = (format!("/companies/{}", world.company), format!("/companies/{}", world.elsewhere));
    assert_eq!(names(&world.get("/companies", Who::Client).await), ["Acme"]);
    assert_eq!(world.get(&own, Who::Client).await.status, 200);
    assert_eq!(world.get(&other, Who::Client).await.problem(), "not_found");
    assert_eq!(world.patch(&own, Who::Client, json!({"name": "X"})).await.problem(), "forbidden");
    assert_eq!(world.patch(&other, Who::Client, json!({"name": "X"})).await.problem(), "not_found");
    assert_eq!(world.delete(&own, Who::Client).await.problem(), "forbidden");
    assert_eq!(world.delete(&other, Who::Client).await.problem(), "not_found");
}

#[actix_web::test]
async fn companies_come_by_name_unless_told() {
    let world = world().await;
    world.clock.advance(chrono::TimeDelta::minutes(1));
    let body = json!({"name": "Looms", "industry": "Textiles"});
    assert_eq!(world.post("/companies", Who::Team, body).await.status, 201);
    for (query, expected) in [
        ("", vec!["Acme", "Looms", "Umbrella"]),
        ("sort=-name&limit=2", vec!["Umbrella", "Looms"]),
        ("industry=Textiles", vec!["Looms"]),
        ("filter[name][startsWith]=umb", vec!["Umbrella"]),
        ("filter[createdAt][gt]=2026-01-01T00:00:00Z", vec!["Looms"]),
        ("q=acme", vec!["Acme"]),
    ] {
        assert_eq!(names(&world.get(&format!("/companies?{query}"), Who::Team).await), expected, "{query}");
    }
    assert_eq!(world.get("/companies?website=x", Who::Team).await.faults()[0].1, "unknown_parameter");
}

#[actix_web::test]
async fn users_of_a_deleted_company_stay_and_see_nothing_of_it() {
    let world = world().await;
    assert_eq!(world.delete(&format!("/companies/{}", world.company), Who::Admin).await.status, 204);
    assert_eq!(world.get("/me", Who::Client).await.status, 200);
    assert_eq!(names(&world.get("/companies", Who::Client).await), Vec::<Value>::new());
}

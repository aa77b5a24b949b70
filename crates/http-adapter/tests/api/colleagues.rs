use kairo_domain::Role;
use serde_json::{Value, json};

use crate::support::{Reply, Who, world};

fn names(reply: &Reply) -> Vec<Value> {
    assert_eq!(reply.status, 200, "{}", reply.json());
    reply.json()["data"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect()
}

#[actix_web::test]
async fn a_client_knows_the_own_company_by_name() {
    let world = world().await;
    world.user("bea", Role::Client, Some(world.company)).await;
    let reply = world.get("/colleagues", Who::Client).await;
    assert_eq!(names(&reply), ["bea", "cleo"]);
    assert_eq!(reply.json()["page"], json!({"limit": 200, "nextCursor": null, "prevCursor": null}));
    assert!(reply.header("etag").is_some());
    assert_eq!(names(&world.get("/colleagues", Who::Outsider).await), ["otto"]);
    assert_eq!(names(&world.get("/colleagues", Who::Team).await), ["ada", "bea", "cleo", "otto", "tess"]);
}

#[actix_web::test]
async fn nothing_but_a_name_and_a_picture_is_told_of_a_colleague() {
    let world = world().await;
    let bea = world.user("bea", Role::Client, Some(world.company)).await;
    let row = world.get("/colleagues", Who::Client).await.json()["data"][0].clone();
    assert_eq!(row, json!({"id": bea, "name": "bea", "avatarUrl": null}));
    assert_eq!(world.get(&format!("/users/{bea}"), Who::Client).await.problem(), "not_found");
}

#[actix_web::test]
async fn who_belongs_nowhere_has_no_colleagues() {
    let world = world().await;
    let path = format!("/users/{}/company", world.id(Who::Client));
    assert_eq!(world.put(&path, Who::Admin, json!({"companyId": null})).await.status, 200);
    world.user("bea", Role::Client, None).await;
    let token = world.sign_in("cleo").await;
    let request = actix_web::test::TestRequest::get().uri("/api/v1/colleagues");
    let reply = world.send(request.insert_header(("authorization", format!("Bearer {token}")))).await;
    assert_eq!(names(&reply), ["cleo"]);
}

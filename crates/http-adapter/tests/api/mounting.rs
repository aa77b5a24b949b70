use actix_web::test::TestRequest;
use actix_web::web::{self, ServiceConfig};

use crate::support::{Reply, Who, World, contact, send, world};

/// A foreign app that has the API below a path of its own.
async fn sent(world: &World, request: TestRequest) -> Reply {
    let studio = web::scope("/studio").configure(|config| world.api.configure_operations(config));
    let studio = studio.service(world.api.scope());
    let services = |config: &mut ServiceConfig| {
        config.route("/", web::get().to(async || "mine")).service(studio);
    };
    send(services, world.as_(Who::Team, request)).await
}

#[actix_web::test]
async fn links_stay_below_the_mount() {
    let world = world().await;
    let post = || TestRequest::post().uri("/studio/api/v1/leads").set_json(contact("Ada"));
    let made = sent(&world, post()).await;
    let location = made.header("location").unwrap().to_owned();
    assert_eq!(location, format!("/studio/api/v1/leads/{}", made.text("/id")));
    assert_eq!(sent(&world, TestRequest::get().uri(&location)).await.status, 200);
    sent(&world, post()).await;
    let page = sent(&world, TestRequest::get().uri("/studio/api/v1/leads?limit=1")).await;
    assert!(page.header("link").unwrap().starts_with("</studio/api/v1/leads?limit=1&after="));
}

#[actix_web::test]
async fn the_document_names_the_mount() {
    let world = world().await;
    let document = sent(&world, TestRequest::get().uri("/studio/api/v1/openapi.json")).await;
    assert_eq!(document.text("/servers/0/url"), "/studio/api/v1");
    let page = sent(&world, TestRequest::get().uri("/studio/docs/swagger-initializer.js")).await;
    assert!(String::from_utf8(page.bytes).unwrap().contains("../api/v1/openapi.json"));
}

#[actix_web::test]
async fn the_app_around_it_keeps_its_own_paths() {
    let world = world().await;
    assert_eq!(sent(&world, TestRequest::get().uri("/")).await.bytes, b"mine");
    let unknown = sent(&world, TestRequest::get().uri("/studio/api/v1/nope")).await;
    assert_eq!(unknown.problem(), "not_found");
    assert_eq!(sent(&world, TestRequest::get().uri("/elsewhere")).await.bytes, b"");
}

#[actix_web::test]
async fn a_scope_can_be_had_in_one_call() {
    let world = world().await;
    let scope = kairo_http::scope(world.studio.clone(), crate::support::settings());
    let services = |config: &mut ServiceConfig| {
        config.service(scope);
    };
    let reply = send(services, TestRequest::post().uri("/api/v1/leads").set_json(contact("Ada"))).await;
    assert_eq!(reply.status, 201);
}

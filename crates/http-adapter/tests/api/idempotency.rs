use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Reply, Who, World, at, contact, world};

async fn post_once(world: &World, path: &str, who: Who, key: &str, body: Value) -> Reply {
    let request = TestRequest::post().uri(&at(path)).insert_header(("idempotency-key", key));
    world.send(world.as_(who, request.set_json(body))).await
}

async fn count(world: &World) -> Value {
    world.get("/leads?count=exact", Who::Team).await.json()["page"]["total"].clone()
}

#[actix_web::test]
async fn a_repeat_takes_no_effect_and_gets_the_first_answer() {
    let world = world().await;
    for who in [Who::Anonymous, Who::Team] {
        let before = count(&world).await.as_u64().unwrap();
        let first = post_once(&world, "/leads", who, "k-1", contact("Ada")).await;
        let again = post_once(&world, "/leads", who, "k-1", contact("Ada")).await;
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!(
            (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
            (None, Some("true"))
        );
        assert_eq!(first.bytes, again.bytes);
        assert_eq!(first.header("location"), again.header("location"));
        assert_eq!(first.header("etag"), again.header("etag"));
        assert_eq!(count(&world).await, before + 1);
    }
}

#[actix_web::test]
async fn a_key_is_good_for_one_body() {
    let world = world().await;
    post_once(&world, "/leads", Who::Team, "k-1", contact("Ada")).await;
    let other = post_once(&world, "/leads", Who::Team, "k-1", contact("Eve")).await;
    assert_eq!((other.status, other.problem().as_str()), (422, "key_reused"));
    assert_eq!(count(&world).await, 1);
}

#[actix_web::test]
async fn visitors_cannot_block_each_others_keys() {
    let world = world().await;
    for name in ["Ada", "Eve"] {
        assert_eq!(post_once(&world, "/leads", Who::Anonymous, "1", contact(name)).await.status, 201);
    }
    assert_eq!(count(&world).await, 2);
}

#[actix_web::test]
async fn actors_and_routes_have_their_own_keys() {
    let world = world().await;
    for who in [Who::Team, Who::Admin, Who::Client] {
        let reply = post_once(&world, "/leads", who, "k", contact("Ada")).await;
        assert_eq!(reply.header("idempotency-replayed"), None, "{who:?}");
    }
    let (ada, eve) = (world.lead("Ada").await, world.lead("Eve").await);
    for lead in [&ada, &eve] {
        let path = format!("/leads/{}/status", lead["id"].as_str().unwrap());
        let moved = post_once(&world, &path, Who::Team, "k", json!({"to": "CONTACTED"})).await;
        assert_eq!((moved.status, moved.text("/id").as_str()), (200, lead["id"].as_str().unwrap()));
        let again = post_once(&world, &path, Who::Team, "k", json!({"to": "CONTACTED"})).await;
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(again.bytes, moved.bytes);
    }
}

#[actix_web::test]
async fn a_key_is_good_for_one_precondition() {
    let world = world().await;
    let path = format!("/leads/{}/status", world.lead("Ada").await["id"].as_str().unwrap());
    let move_if = async |seen: Option<&str>| {
        let request = TestRequest::post().uri(&at(&path)).insert_header(("idempotency-key", "k"));
        let request = match seen {
            Some(seen) => request.insert_header(("if-match", seen)),
            None => request,
        };
        world.send(world.as_(Who::Team, request.set_json(json!({"to": "CONTACTED"})))).await
    };
    let first = move_if(Some("\"1.x\"")).await;
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, None));
    let again = move_if(Some("\"1.x\"")).await;
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")));
    for other in [None, Some("\"9.x\""), Some("*")] {
        let reply = move_if(other).await;
        assert_eq!((reply.status, reply.problem().as_str()), (422, "key_reused"), "{other:?}");
    }
}

#[actix_web::test]
async fn another_spelling_of_the_path_is_the_same_request() {
    let world = world().await;
    // Ids are numbered: sixteen in a row have one with a letter.
    let mut lower = String::new();
    for _ in 0..16 {
        let id = world.lead("Ada").await["id"].as_str().unwrap().to_owned();
        lower = if id == id.to_uppercase() { lower } else { id };
    }
    assert_ne!(lower, lower.to_uppercase());
    let moved = async |id: &str| {
        let path = format!("/leads/{id}/status");
        post_once(&world, &path, Who::Team, "k", json!({"to": "CONTACTED"})).await
    };
    assert_eq!(moved(&lower).await.header("idempotency-replayed"), None);
    for id in [lower.to_uppercase(), lower.replacen('-', "%2D", 1)] {
        let again = moved(&id).await;
        assert_eq!((again.status, again.header("idempotency-replayed")), (200, Some("true")), "{id}");
    }
}

#[actix_web::test]
async fn a_key_is_short_and_visible() {
    let world = world().await;
    for key in ["", "a b", &"k".repeat(256)] {
        let reply = post_once(&world, "/leads", Who::Anonymous, key, contact("Ada")).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{key}");
        assert_eq!(reply.faults(), [("/headers/Idempotency-Key".to_owned(), "not_a_key".to_owned())]);
    }
}

//! Who sends a request, and from where.

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use kairo_domain::Session;
use kairo_http::{ForwardedHeader, Settings};
use serde_json::json;

use crate::support::{PASSWORD, Reply, Who, World, at, contact, settings, world};

async fn api_key(world: &World, scopes: &[&str]) -> String {
    let reply = world.post("/me/api-keys", Who::Team, json!({"name": "Importer", "scopes": scopes})).await;
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply.text("/secret")
}

async fn get_with_key(world: &World, path: &str, key: &str) -> Reply {
    world.get_with(path, Who::Anonymous, ("authorization", format!("Bearer {key}"))).await
}

/// The session of a sign-in that came like this.
async fn session_of(settings: Settings, request: TestRequest) -> Session {
    let world = world().await.behind(settings);
    let body = json!({"email": "tess@studio.example", "password": PASSWORD});
    let reply = world.send(request.uri(&at("/auth/login")).set_json(body)).await;
    let actor = world.studio.sessions().authenticate(&reply.text("/accessToken")).unwrap();
    let sessions = world.studio.sessions().list(&actor, actor.user().unwrap()).await.unwrap();
    sessions.into_iter().find(|session| Some(session.id) == actor.session()).unwrap()
}

fn address(session: &Session) -> Option<&str> {
    session.ip_address.as_ref().map(|address| address.expose().as_str())
}

#[actix_web::test]
async fn an_api_key_stands_for_its_owner_within_its_scopes() {
    let world = world().await;
    let key = api_key(&world, &["leads:read"]).await;
    assert!(key.starts_with("kairo_"), "{key}");
    assert_eq!(get_with_key(&world, "/leads", &key).await.status, 200);
    assert_eq!(get_with_key(&world, "/companies", &key).await.problem(), "forbidden");
    let post = TestRequest::post().uri(&at("/leads")).set_json(contact("Ada"));
    let post = world.send(post.insert_header(("authorization", format!("Bearer {key}")))).await;
    assert_eq!((post.status, post.problem().as_str()), (403, "forbidden"));
}

#[actix_web::test]
async fn a_key_that_is_not_for_users_is_known_all_the_same() {
    let world = world().await;
    let key = api_key(&world, &["leads:read"]).await;
    let shown = get_with_key(&world, "/me", &key).await;
    assert_eq!((shown.status, shown.problem().as_str()), (403, "forbidden"));
    let edit = TestRequest::patch().uri(&at("/me")).set_json(json!({"name": "Eve"}));
    let edited = world.send(edit.insert_header(("authorization", format!("Bearer {key}")))).await;
    assert_eq!((edited.status, edited.problem().as_str()), (404, "not_found"));
}

#[actix_web::test]
async fn a_key_that_does_not_hold_is_refused_everywhere() {
    let world = world().await;
    let key = api_key(&world, &["leads:read"]).await;
    for wrong in ["kairo_", "kairo_nonsense", &format!("{key}x"), &key[..key.len() - 1]] {
        for path in ["/leads", "/me"] {
            let reply = get_with_key(&world, path, wrong).await;
            assert_eq!(
                (reply.problem().as_str(), reply.header("www-authenticate")),
                ("unauthenticated", Some("Bearer"))
            );
        }
    }
    world.clock.advance(TimeDelta::days(91));
    assert_eq!(get_with_key(&world, "/leads", &key).await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn a_session_knows_where_it_came_from() {
    let request = TestRequest::post().peer_addr("192.0.2.1:4711".parse().unwrap());
    let request =
        request.insert_header(("user-agent", "curl/8.9")).insert_header(("x-forwarded-for", "192.0.2.7"));
    let session = session_of(settings(), request).await;
    assert_eq!(address(&session), Some("192.0.2.1"));
    assert_eq!(session.user_agent.as_ref().map(|agent| agent.expose().as_str()), Some("curl/8.9"));
}

#[actix_web::test]
async fn a_trusted_proxy_is_believed_in_the_header_it_writes() {
    let mut settings = settings();
    settings.trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
    settings.forwarded_header = ForwardedHeader::Forwarded;
    let request = TestRequest::post().peer_addr("10.0.0.1:4711".parse().unwrap());
    let request =
        request.insert_header(("forwarded", "for=203.0.113.9, for=\"[2001:db8::7]:4711\";proto=https"));
    let session = session_of(settings, request.insert_header(("x-forwarded-for", "203.0.113.10"))).await;
    assert_eq!(address(&session), Some("2001:db8::7"));
}

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{PASSWORD, Who, at, world};

#[actix_web::test]
async fn a_password_buys_a_token() {
    let world = world().await;
    let body = json!({"email": "TESS@studio.example", "password": PASSWORD});
    let reply = world.post("/auth/login", Who::Anonymous, body).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
    insta::assert_json_snapshot!(reply.json(), {".accessToken" => "[token]", ".user.id" => "[id]"}, @r#"
    {
      "accessToken": "[token]",
      "expiresIn": 600,
      "tokenType": "Bearer",
      "user": {
        "avatarUrl": null,
        "companyId": null,
        "createdAt": "2026-01-01T00:00:00Z",
        "email": "tess@studio.example",
        "id": "[id]",
        "name": "tess",
        "role": "TEAM",
        "updatedAt": "2026-01-01T00:00:00Z"
      }
    }
    "#);
    let me = world.get("/me", Who::Team).await;
    assert_eq!(me.json(), reply.json()["user"]);
    assert!(!world.get("/me", Who::Client).await.text("/companyId").is_empty());
}

#[actix_web::test]
async fn every_wrong_sign_in_sounds_the_same() {
    let world = world().await;
    let mut answers = Vec::new();
    for (email, password) in
        [("tess@studio.example", "wrong"), ("nobody@studio.example", PASSWORD), ("tess@studio.example", "")]
    {
        let reply =
            world.post("/auth/login", Who::Anonymous, json!({"email": email, "password": password})).await;
        assert_eq!((reply.status, reply.problem().as_str()), (401, "unauthenticated"));
        assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        answers.push(reply.text("/detail"));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[actix_web::test]
async fn two_credentials_are_refused_and_never_guessed() {
    let world = world().await;
    let (team, admin) = (world.token(Who::Team).unwrap(), world.token(Who::Admin).unwrap());
    for (first, second) in [(team, admin), (team, team), (team, "nonsense"), ("nonsense", team)] {
        let request = TestRequest::get().uri(&at("/me"));
        let request = request.append_header(("authorization", format!("Bearer {first}")));
        let reply = world.send(request.append_header(("authorization", format!("Bearer {second}")))).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"));
        assert_eq!(reply.faults(), [("/headers/Authorization".to_owned(), "repeated".to_owned())]);
    }
}

#[actix_web::test]
async fn bad_credentials_are_refused_even_where_none_are_needed() {
    let world = world().await;
    for credentials in ["Bearer nonsense", "Basic dTpw", "Bearer", ""] {
        for path in ["/leads", "/me"] {
            let reply = world.get_with(path, Who::Anonymous, ("authorization", credentials)).await;
            assert_eq!(reply.problem(), "unauthenticated", "{path} {credentials:?}");
        }
    }
    world.clock.advance(TimeDelta::minutes(10));
    assert_eq!(world.get("/me", Who::Team).await.text("/detail"), "the access token has expired");
    assert_eq!(world.post("/leads", Who::Team, crate::support::contact("Ada")).await.status, 401);
}

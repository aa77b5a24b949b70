//! Invitations, as those see them who are invited.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Reply, Who, World, world};

const NEW_PASSWORD: &str = "nine looms weave algebra";

/// Invites somebody to Acme, and returns the id and the token that was mailed.
async fn invite(world: &World, email: &str) -> (String, String) {
    let body = json!({"email": email, "companyId": world.company.to_string()});
    let made = world.post("/invitations", Who::Admin, body).await;
    assert_eq!(made.status, 201, "{}", made.json());
    (made.text("/id"), mailed(world).await)
}

async fn mailed(world: &World) -> String {
    let mails = world.deliver().await;
    let mail = mails.iter().find(|mail| mail.kind == "Invitation").unwrap();
    mail.token.clone()
}

async fn show(world: &World, token: &str) -> Reply {
    world.post("/auth/invitations/show", Who::Anonymous, json!({"token": token})).await
}

async fn accept(world: &World, token: &str) -> Reply {
    let body = json!({"token": token, "name": "Eve", "password": NEW_PASSWORD});
    world.post("/auth/invitations/accept", Who::Anonymous, body).await
}

async fn sign_in(world: &World, email: &str) -> Reply {
    let body = json!({"email": email, "password": NEW_PASSWORD});
    world.post("/auth/login", Who::Anonymous, body).await
}

fn assert_token_invalid(reply: &Reply) {
    assert_eq!((reply.status, reply.problem().as_str()), (422, "token_invalid"));
}

#[actix_web::test]
async fn whoever_is_invited_sees_what_to_and_accepts() {
    let world = world().await;
    let (_, token) = invite(&world, "eve@example.com").await;
    let shown = show(&world, &token).await;
    assert_eq!(shown.status, 200);
    insta::assert_json_snapshot!(shown.json(), {".expiresAt" => "[time]"}, @r#"
    {
      "companyName": "Acme",
      "email": "eve@example.com",
      "expiresAt": "[time]",
      "role": "CLIENT"
    }
    "#);
    let accepted = accept(&world, &token).await;
    assert_eq!((accepted.status, accepted.header("location")), (201, None));
    let belongs = (accepted.text("/role"), accepted.text("/companyId"));
    assert_eq!(belongs, ("CLIENT".to_owned(), world.company.to_string()));
    let signed_in = sign_in(&world, "eve@example.com").await;
    assert_eq!((signed_in.status, signed_in.json()["user"].clone()), (200, accepted.json()));
}

#[actix_web::test]
async fn an_invitation_is_accepted_once() {
    let world = world().await;
    let (_, token) = invite(&world, "eve@example.com").await;
    assert_eq!(accept(&world, &token).await.status, 201);
    assert_token_invalid(&show(&world, &token).await);
    assert_token_invalid(&accept(&world, &token).await);
}

#[actix_web::test]
async fn an_invitation_that_ended_looks_like_none() {
    let world = world().await;
    let (id, revoked) = invite(&world, "eve@example.com").await;
    assert_eq!(world.delete(&format!("/invitations/{id}"), Who::Admin).await.status, 204);
    let (_, expired) = invite(&world, "mallory@example.com").await;
    world.clock.advance(TimeDelta::days(31));
    let mut answers = Vec::new();
    for token in [revoked.as_str(), expired.as_str(), "nonsense"] {
        let reply = show(&world, token).await;
        assert_token_invalid(&reply);
        assert_token_invalid(&accept(&world, token).await);
        answers.push(reply.text("/detail"));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
}

#[actix_web::test]
async fn who_has_got_an_account_meanwhile_is_told_nothing() {
    let world = world().await;
    let (_, token) = invite(&world, "eve@example.com").await;
    let body = json!({"email": "eve@example.com", "password": NEW_PASSWORD});
    assert_eq!(world.post("/auth/signup", Who::Anonymous, body).await.status, 202);
    let proof = world.deliver().await.remove(0).token;
    let proof = json!({"token": proof, "password": NEW_PASSWORD});
    assert_eq!(world.post("/auth/email/verify", Who::Anonymous, proof).await.status, 200);
    assert_token_invalid(&accept(&world, &token).await);
    let user = sign_in(&world, "eve@example.com").await.json()["user"].clone();
    assert_eq!(user["companyId"], Value::Null, "the account is still the one that was signed up for");
}

#[actix_web::test]
async fn nobody_accepts_more_than_the_invitation_says() {
    let world = world().await;
    let (_, token) = invite(&world, "eve@example.com").await;
    let body = json!({"token": token, "password": NEW_PASSWORD, "role": "ADMIN", "email": "x@example.com"});
    let reply = world.post("/auth/invitations/accept", Who::Anonymous, body).await;
    let fault = |pointer: &str| (pointer.to_owned(), "unknown_field".to_owned());
    assert_eq!((reply.status, reply.faults()), (422, vec![fault("/email"), fault("/role")]));
}

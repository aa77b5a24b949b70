use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Who, World, world};

const NEW_PASSWORD: &str = "nine looms weave algebra";

async fn post(world: &World, path: &str, body: Value) -> Reply {
    world.post(path, Who::Anonymous, body).await
}

async fn sign_in(world: &World, email: &str, password: &str) -> Reply {
    post(world, "/auth/login", json!({"email": email, "password": password})).await
}

async fn sign_up(world: &World, email: &str) -> Reply {
    post(world, "/auth/signup", json!({"email": email, "name": "Eve", "password": NEW_PASSWORD})).await
}

/// The token of the one mail that is owed.
async fn mailed(world: &World, kind: &str, to: &str) -> String {
    let mails = world.deliver().await;
    let shown: Vec<_> = mails.iter().map(|mail| (mail.kind.as_str(), mail.to.as_str())).collect();
    assert_eq!(shown, [(kind, to)]);
    mails[0].token.clone()
}

fn assert_token_invalid(reply: &Reply) {
    assert_eq!((reply.status, reply.problem().as_str()), (422, "token_invalid"));
}

#[actix_web::test]
async fn an_account_is_made_by_proving_an_address() {
    let world = world().await;
    let asked = sign_up(&world, "eve@example.com").await;
    assert_eq!((asked.status, asked.json().as_object().unwrap().len()), (202, 1));
    assert_eq!(sign_in(&world, "eve@example.com", NEW_PASSWORD).await.status, 401);
    let token = mailed(&world, "VerifyAddress", "eve@example.com").await;
    for (given, code) in [(json!({}), "required"), (json!({"password": PASSWORD}), "wrong")] {
        let mut body = given;
        body["token"] = json!(token);
        let refused = post(&world, "/auth/email/verify", body).await;
        assert_eq!(refused.faults(), [("/password".to_owned(), code.to_owned())]);
    }
    let proof = json!({"token": token, "password": NEW_PASSWORD});
    let verified = post(&world, "/auth/email/verify", proof.clone()).await;
    assert_eq!((verified.status, verified.json()), (200, json!({"outcome": "ACCOUNT_MADE"})));
    let user = sign_in(&world, "eve@example.com", NEW_PASSWORD).await.json()["user"].clone();
    assert_eq!(
        (&user["role"], &user["companyId"], &user["name"]),
        (&json!("CLIENT"), &json!(null), &json!("Eve"))
    );
    assert!(user["emailVerifiedAt"].is_string());
    assert_token_invalid(&post(&world, "/auth/email/verify", proof).await);
}

#[actix_web::test]
async fn a_sign_up_does_not_tell_who_has_an_account() {
    let world = world().await;
    let (known, unknown) =
        (sign_up(&world, "tess@studio.example").await, sign_up(&world, "eve@example.com").await);
    assert_eq!((known.status, &known.bytes), (unknown.status, &unknown.bytes));
    let names = |reply: &Reply| reply.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&known), names(&unknown));
    let mails = world.deliver().await;
    let kinds: Vec<_> = mails.iter().map(|mail| (mail.kind.as_str(), mail.to.as_str())).collect();
    assert_eq!(kinds, [("AlreadyRegistered", "tess@studio.example"), ("VerifyAddress", "eve@example.com")]);
    assert_eq!(sign_in(&world, "tess@studio.example", NEW_PASSWORD).await.status, 401);
    assert_eq!(sign_in(&world, "tess@studio.example", PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn nobody_signs_up_with_a_role() {
    let world = world().await;
    let body =
        json!({"email": "eve@example.com", "password": "password1234", "role": "ADMIN", "companyId": null});
    let reply = post(&world, "/auth/signup", body).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let fault = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let expected = [
        fault("/companyId", "unknown_field"),
        fault("/password", "too_common"),
        fault("/role", "unknown_field"),
    ];
    assert_eq!(reply.faults(), expected);
    assert_eq!(world.deliver().await, []);
}

#[actix_web::test]
async fn a_link_holds_for_its_time_and_its_purpose() {
    let world = world().await;
    sign_up(&world, "eve@example.com").await;
    let token = mailed(&world, "VerifyAddress", "eve@example.com").await;
    let reset = json!({"token": token, "password": NEW_PASSWORD});
    for (path, body) in [
        ("/auth/password/reset", reset.clone()),
        ("/auth/invitations/show", json!({"token": token})),
        ("/auth/invitations/accept", reset),
        ("/auth/email/verify", json!({"token": "nonsense"})),
    ] {
        assert_token_invalid(&post(&world, path, body).await);
    }
    world.clock.advance(TimeDelta::days(31));
    assert_token_invalid(&post(&world, "/auth/email/verify", json!({"token": token})).await);
}

#[actix_web::test]
async fn a_forgotten_password_is_replaced_by_mail() {
    let world = world().await;
    let asked = post(&world, "/auth/password/forgot", json!({"email": "TESS@studio.example"})).await;
    assert_eq!(asked.status, 202);
    let token = mailed(&world, "ResetPassword", "tess@studio.example").await;
    let weak = post(&world, "/auth/password/reset", json!({"token": token, "password": "short"})).await;
    assert_eq!(weak.faults(), [("/password".to_owned(), "too_short".to_owned())]);
    let reset = json!({"token": token, "password": NEW_PASSWORD});
    let done = post(&world, "/auth/password/reset", reset.clone()).await;
    assert_eq!((done.status, done.bytes.len()), (204, 0));
    assert_eq!(world.get("/me", Who::Team).await.status, 401, "all sessions have ended");
    assert_eq!(sign_in(&world, "tess@studio.example", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&world, "tess@studio.example", NEW_PASSWORD).await.status, 200);
    mailed(&world, "Notice", "tess@studio.example").await;
    assert_token_invalid(&post(&world, "/auth/password/reset", reset).await);
}

#[actix_web::test]
async fn a_forgotten_password_does_not_tell_who_has_an_account() {
    let world = world().await;
    let forgot = async |email: &str| post(&world, "/auth/password/forgot", json!({"email": email})).await;
    let (known, unknown) = (forgot("tess@studio.example").await, forgot("nobody@studio.example").await);
    assert_eq!((known.status, &known.bytes), (unknown.status, &unknown.bytes));
    mailed(&world, "ResetPassword", "tess@studio.example").await;
}

use actix_web::test::TestRequest;
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Reply, Who, World, at, world};

const IDA: &str = "ida@example.com";

async fn invite(world: &World, who: Who, role: &str) -> Reply {
    world.post("/invitations", who, json!({"email": IDA, "role": role, "companyId": world.company})).await
}

async fn accept(world: &World, token: &str) -> Reply {
    let body = json!({"token": token, "name": "Ida", "password": "nine looms weave algebra"});
    world.post("/auth/invitations/accept", Who::Anonymous, body).await
}

#[actix_web::test]
async fn an_invitation_becomes_a_user() {
    let world = world().await;
    let made = invite(&world, Who::Team, "CLIENT").await;
    assert_eq!(made.status, 201, "{made:?}");
    let path = made.header("location").unwrap().to_owned();
    assert_eq!(path, format!("/api/v1/invitations/{}", made.text("/id")));
    let redacted = [".id", ".companyId", ".invitedBy"];
    assert!(redacted.iter().all(|name| made.text(&name.replace('.', "/")).len() == 36));
    insta::assert_json_snapshot!(
        made.json(),
        {".id" => "[id]", ".companyId" => "[company]", ".invitedBy" => "[user]"},
        @r#"
    {
      "acceptedAt": null,
      "companyId": "[company]",
      "createdAt": "2026-01-01T00:00:00Z",
      "email": "ida@example.com",
      "expiresAt": "2026-01-08T00:00:00Z",
      "id": "[id]",
      "invitedBy": "[user]",
      "revokedAt": null,
      "role": "CLIENT",
      "status": "PENDING"
    }
    "#
    );
    assert_eq!(world.get(&path, Who::Team).await.bytes, made.bytes);

    let mails = world.deliver().await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((mail.kind.as_str(), mail.to.as_str()), ("Invitation", IDA));
    let accepted = accept(&world, &mail.token).await;
    assert_eq!((accepted.status, accepted.text("/role").as_str()), (201, "CLIENT"), "{accepted:?}");
    assert_eq!(accepted.json()["companyId"], json!(world.company));
    assert_eq!(accept(&world, &mail.token).await.problem(), "token_invalid");
    assert_eq!(world.get(&path, Who::Team).await.text("/status"), "ACCEPTED");
    for reply in [
        world.delete(&path, Who::Team).await,
        world.post(&format!("{path}/resend"), Who::Team, json!({})).await,
    ] {
        assert_eq!((reply.status, reply.problem().as_str()), (409, "illegal_transition"));
    }
}

#[actix_web::test]
async fn an_invitation_can_be_taken_back() {
    let world = world().await;
    let path = format!("/invitations/{}", invite(&world, Who::Admin, "TEAM").await.text("/id"));
    let token = world.deliver().await[0].token.clone();
    let gone = world.delete(&path, Who::Admin).await;
    assert_eq!((gone.status, gone.bytes.len()), (204, 0));
    assert_eq!(accept(&world, &token).await.problem(), "token_invalid");
    let shown = world.get(&path, Who::Admin).await.json();
    assert_eq!((&shown["status"], &shown["revokedAt"]), (&json!("REVOKED"), &json!("2026-01-01T00:00:00Z")));
    assert_eq!(world.delete(&path, Who::Admin).await.problem(), "illegal_transition");
    assert_eq!(invite(&world, Who::Admin, "CLIENT").await.status, 201);
}

#[actix_web::test]
async fn an_invitation_that_is_sent_again_has_its_time_anew() {
    let world = world().await;
    let path = format!("/invitations/{}", invite(&world, Who::Team, "CLIENT").await.text("/id"));
    let first = world.deliver().await[0].token.clone();
    world.clock.advance(TimeDelta::days(7));
    let token = world.sign_in("tess").await;
    let as_tess = |request: TestRequest| request.insert_header(("authorization", format!("Bearer {token}")));
    let shown = world.send(as_tess(TestRequest::get().uri(&at(&path)))).await;
    assert_eq!(shown.text("/status"), "EXPIRED");
    let resend = async || {
        let request = TestRequest::post().uri(&at(&format!("{path}/resend")));
        world.send(as_tess(request.insert_header(("idempotency-key", "k")))).await
    };
    let (sent, again) = (resend().await, resend().await);
    assert_eq!((sent.status, sent.text("/status").as_str()), (200, "PENDING"));
    assert_eq!(sent.text("/expiresAt"), "2026-01-15T00:00:00Z");
    assert_eq!((again.header("idempotency-replayed"), &again.bytes), (Some("true"), &sent.bytes));
    let mails = world.deliver().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(accept(&world, &first).await.problem(), "token_invalid");
    assert_eq!(accept(&world, &mails[0].token).await.status, 201);
}

#[actix_web::test]
async fn the_team_invites_clients_only() {
    let world = world().await;
    for role in ["TEAM", "ADMIN"] {
        let reply = invite(&world, Who::Team, role).await;
        assert_eq!((reply.status, reply.problem().as_str()), (403, "forbidden"), "{role}");
    }
    assert_eq!(invite(&world, Who::Client, "CLIENT").await.problem(), "not_found");
    assert!(world.deliver().await.is_empty());
    let of_staff = invite(&world, Who::Admin, "TEAM").await.text("/id");
    let path = format!("/invitations/{of_staff}");
    assert_eq!(world.get(&path, Who::Team).await.problem(), "not_found");
    assert_eq!(world.delete(&path, Who::Team).await.problem(), "not_found");
    assert_eq!(world.post(&format!("{path}/resend"), Who::Team, json!({})).await.problem(), "not_found");
    assert_eq!(world.get("/invitations", Who::Team).await.json()["data"], json!([]));
    let events = world.get("/audit?event=staff_invitation.refused", Who::Admin).await.json();
    assert_eq!(events["data"].as_array().unwrap().len(), 2);
}

#[actix_web::test]
async fn nobody_is_invited_twice() {
    let world = world().await;
    assert_eq!(invite(&world, Who::Team, "CLIENT").await.status, 201);
    for email in [IDA, "IDA@example.com", "cleo@studio.example"] {
        let reply = world.post("/invitations", Who::Team, json!({"email": email})).await;
        assert_eq!((reply.status, reply.problem().as_str()), (409, "taken"), "{email}");
    }
    let reply = world
        .post(
            "/invitations",
            Who::Team,
            json!({"email": "a@b.example", "companyId": world.id(Who::Team).uuid()}),
        )
        .await;
    assert_eq!(reply.faults(), [("/companyId".to_owned(), "unknown_reference".to_owned())]);
}

#[actix_web::test]
async fn a_repeat_invites_nobody_twice() {
    let world = world().await;
    let once = async |role: &str| {
        let request = TestRequest::post().uri(&at("/invitations")).insert_header(("idempotency-key", "k"));
        world.send(world.as_(Who::Admin, request.set_json(json!({"email": IDA, "role": role})))).await
    };
    let (first, again) = (once("CLIENT").await, once("CLIENT").await);
    assert_eq!((first.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!((&first.bytes, first.header("location")), (&again.bytes, again.header("location")));
    assert_eq!(once("TEAM").await.problem(), "key_reused");
    assert_eq!(world.deliver().await.len(), 1);
}

#[actix_web::test]
async fn lists_show_how_each_invitation_stands() {
    let world = world().await;
    invite(&world, Who::Team, "CLIENT").await;
    world.clock.advance(TimeDelta::minutes(5));
    world.post("/invitations", Who::Admin, json!({"email": "eve@example.com", "role": "TEAM"})).await;
    let list = async |query: &str| {
        let reply = world.get(&format!("/invitations?fields=email,status&{query}"), Who::Admin).await;
        assert_eq!(reply.status, 200, "{}", reply.json());
        reply.json()["data"].clone()
    };
    let ida = json!({"email": IDA, "status": "PENDING"});
    let eve = json!({"email": "eve@example.com", "status": "PENDING"});
    assert_eq!(list("").await, json!([eve, ida]));
    assert_eq!(list("sort=createdAt").await, json!([ida, eve]));
    assert_eq!(list("role=CLIENT").await, json!([ida]));
    assert_eq!(list("email=EVE@example.com").await, json!([eve]));
    assert_eq!(list("filter[companyId][null]=true").await, json!([eve]));
    let reply = world.get("/invitations?q=ida", Who::Admin).await;
    assert_eq!(reply.faults(), [("/query/q".to_owned(), "unknown_parameter".to_owned())]);
}

#[actix_web::test]
async fn no_token_is_shown_but_in_the_mail() {
    let world = world().await;
    let made = invite(&world, Who::Team, "CLIENT").await;
    let members = made.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(members.iter().all(|name| !name.to_lowercase().contains("token")), "{members:?}");
    let token = world.deliver().await[0].token.clone();
    let list = world.get("/invitations", Who::Admin).await;
    let audit = world.get("/audit", Who::Admin).await;
    for reply in [made, list, audit] {
        assert!(!String::from_utf8_lossy(&reply.bytes).contains(&token), "{}", reply.json());
    }
}

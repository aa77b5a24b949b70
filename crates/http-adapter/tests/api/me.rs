use actix_web::test::TestRequest;
use kairo_domain::{Actor, Seen, UserId};
use kairo_use_cases::MoveUser;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Who, World, at, world};

const NEW_PASSWORD: &str = "nine looms weave algebra";

async fn sign_in(world: &World, email: &str, password: &str) -> Reply {
    world.post("/auth/login", Who::Anonymous, json!({"email": email, "password": password})).await
}

async fn change_password(world: &World, current: &str, new: &str) -> Reply {
    world.put("/me/password", Who::Team, json!({"currentPassword": current, "newPassword": new})).await
}

async fn change_email(world: &World, email: &str, password: &str) -> Reply {
    world.put("/me/email", Who::Team, json!({"email": email, "password": password})).await
}

async fn verify(world: &World, token: &str) -> Reply {
    world.post("/auth/email/verify", Who::Anonymous, json!({"token": token})).await
}

fn fault(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

#[actix_web::test]
async fn everybody_sees_and_edits_their_own_profile() {
    let world = world().await;
    for who in [Who::Client, Who::Team, Who::Admin] {
        let before = world.get("/me", who).await;
        assert!(before.header("etag").unwrap().starts_with("\"1."));
        let patch = json!({"name": "Somebody", "avatarUrl": "https://example.com/face.png"});
        let edited = world.patch("/me", who, patch).await;
        assert_eq!((edited.status, edited.text("/name").as_str()), (200, "Somebody"));
        assert!(edited.header("etag").unwrap().starts_with("\"2."));
        let cleared = world.patch("/me", who, json!({"name": null})).await;
        assert_eq!((&cleared.json()["name"], &cleared.json()["version"]), (&Value::Null, &json!(3)));
        assert_eq!(world.get("/me", who).await.bytes, cleared.bytes);
        let unchanged = world.get_with("/me", who, ("if-none-match", cleared.header("etag").unwrap())).await;
        assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));
    }
}

#[actix_web::test]
async fn an_edit_of_an_old_version_is_stale() {
    let world = world().await;
    let edit = async |tag: &str| {
        let request = TestRequest::patch().uri(&at("/me")).insert_header(("if-match", tag));
        world.send(world.as_(Who::Team, request.set_json(json!({"name": "Eve"})))).await
    };
    let tag = world.get("/me", Who::Team).await.header("etag").unwrap().to_owned();
    assert_eq!(edit(&tag).await.status, 200);
    let stale = edit(&tag).await;
    assert_eq!((stale.status, stale.problem().as_str(), &stale.json()["current"]), (412, "stale", &json!(2)));
}

#[actix_web::test]
async fn a_profile_is_name_and_picture_and_nothing_else() {
    let world = world().await;
    for member in ["role", "companyId", "email", "password", "suspendedAt", "id"] {
        let reply = world.patch("/me", Who::Client, json!({member: "ADMIN"})).await;
        assert_eq!((reply.status, reply.faults()), (422, fault(&format!("/{member}"), "unknown_field")));
    }
    assert_eq!(world.get("/me", Who::Client).await.text("/role"), "CLIENT");
}

#[actix_web::test]
async fn a_changed_password_ends_the_other_sessions() {
    let world = world().await;
    let other = sign_in(&world, "tess@studio.example", PASSWORD).await.text("/accessToken");
    let done = change_password(&world, PASSWORD, NEW_PASSWORD).await;
    assert_eq!((done.status, done.bytes.len()), (204, 0));
    assert_eq!(world.get("/me", Who::Team).await.status, 200, "the session that asked goes on");
    let bearer = ("authorization", format!("Bearer {other}"));
    assert_eq!(world.get_with("/me", Who::Anonymous, bearer).await.problem(), "unauthenticated");
    assert_eq!(sign_in(&world, "tess@studio.example", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&world, "tess@studio.example", NEW_PASSWORD).await.status, 200);
    let mails = world.deliver().await;
    assert_eq!(
        (mails.len(), mails[0].kind.as_str(), mails[0].to.as_str()),
        (1, "Notice", "tess@studio.example")
    );
}

#[actix_web::test]
async fn a_password_is_changed_by_whoever_knows_it() {
    let world = world().await;
    let wrong = change_password(&world, "wrong", NEW_PASSWORD).await;
    assert_eq!((wrong.status, wrong.faults()), (422, fault("/currentPassword", "wrong")));
    let short = change_password(&world, PASSWORD, "short").await;
    assert_eq!((short.status, short.faults()), (422, fault("/newPassword", "too_short")));
    for _ in 0..3 {
        change_password(&world, "wrong", NEW_PASSWORD).await;
    }
    let waits = change_password(&world, PASSWORD, NEW_PASSWORD).await;
    assert_eq!((waits.problem().as_str(), waits.header("retry-after")), ("rate_limited", Some("1")));
}

#[actix_web::test]
async fn an_address_is_changed_once_both_have_confirmed() {
    let world = world().await;
    assert_eq!(change_email(&world, "tess@example.com", PASSWORD).await.status, 202);
    let mails = world.deliver().await;
    let kinds: Vec<_> = mails.iter().map(|mail| (mail.kind.as_str(), mail.to.as_str())).collect();
    assert_eq!(
        kinds,
        [("ConfirmOldAddress", "tess@studio.example"), ("ConfirmNewAddress", "tess@example.com")]
    );
    let one = verify(&world, &mails[1].token).await;
    assert_eq!((one.status, one.json()), (200, json!({"outcome": "ONE_SIDE_CONFIRMED"})));
    assert_eq!(world.get("/me", Who::Team).await.text("/email"), "tess@studio.example");
    let both = verify(&world, &mails[0].token).await;
    assert_eq!((both.status, both.json()), (200, json!({"outcome": "ADDRESS_CHANGED"})));
    assert_eq!(world.get("/me", Who::Team).await.text("/email"), "tess@example.com");
    assert_eq!(sign_in(&world, "tess@studio.example", PASSWORD).await.status, 401);
    assert_eq!(sign_in(&world, "tess@example.com", PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn a_change_of_address_does_not_tell_who_has_an_account() {
    let world = world().await;
    let taken = change_email(&world, "ada@studio.example", PASSWORD).await;
    let free = change_email(&world, "tess@example.com", PASSWORD).await;
    assert_eq!((taken.status, taken.bytes), (free.status, free.bytes));
    let wrong = change_email(&world, "tess@example.com", "wrong").await;
    assert_eq!((wrong.status, wrong.faults()), (422, fault("/password", "wrong")));
}

#[actix_web::test]
async fn who_is_suspended_is_out_at_once() {
    let world = world().await;
    let user: UserId = world.get("/me", Who::Team).await.text("/id").parse().unwrap();
    let order = MoveUser { user, seen: Seen::Anything };
    world.studio.users().suspend(&Actor::System, order, None).await.unwrap();
    assert_eq!(world.get("/me", Who::Team).await.problem(), "unauthenticated");
    assert_eq!(sign_in(&world, "tess@studio.example", PASSWORD).await.problem(), "unauthenticated");
}

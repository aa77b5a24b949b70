use chrono::{TimeDelta, Utc};
use kairo_testkit::fakes::{PlainCodes, START};
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Who, World, world};

fn code_at(seconds: i64) -> String {
    let now: chrono::DateTime<Utc> = START + TimeDelta::seconds(seconds);
    PlainCodes::code_at(now)
}

async fn begin(world: &World) -> Reply {
    world.post("/me/two-factor", Who::Team, json!({"password": PASSWORD})).await
}

async fn confirm(world: &World, code: &str) -> Reply {
    world.post("/me/two-factor/confirm", Who::Team, json!({"code": code})).await
}

async fn status(world: &World) -> Value {
    world.get("/me/two-factor", Who::Team).await.json()
}

async fn sign_in(world: &World, code: Option<&str>) -> Reply {
    let mut body = json!({"email": "tess@studio.example", "password": PASSWORD});
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    world.post("/auth/login", Who::Anonymous, body).await
}

fn codes(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.json());
    let codes = reply.json()["recoveryCodes"].as_array().cloned().unwrap();
    codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// Tess with a second factor, set up with the code of the first half minute, and her recovery codes.
async fn world_with_factor() -> (World, Vec<String>) {
    let world = world().await;
    assert_eq!(begin(&world).await.status, 200);
    let codes = codes(&confirm(&world, &code_at(0)).await);
    (world, codes)
}

fn fault(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.to_owned(), code.to_owned())]
}

#[actix_web::test]
async fn how_it_stands_has_a_tag() {
    let world = world().await;
    let tag = world.get("/me/two-factor", Who::Team).await.header("etag").unwrap().to_owned();
    let unchanged = world.get_with("/me/two-factor", Who::Team, ("if-none-match", tag.clone())).await;
    assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));
    begin(&world).await;
    assert_eq!(confirm(&world, &code_at(0)).await.status, 200);
    assert_ne!(world.get("/me/two-factor", Who::Team).await.header("etag"), Some(&*tag));
}

#[actix_web::test]
async fn a_second_factor_is_on_once_a_code_was_confirmed() {
    let world = world().await;
    let off = json!({"enabled": false, "recoveryCodesLeft": 0});
    assert_eq!(status(&world).await, off);
    let begun = begin(&world).await;
    assert_eq!((begun.status, begun.header("cache-control")), (200, Some("no-store")));
    assert!(
        begun.text("/url").starts_with("otpauth://totp/")
            && begun.text("/url").contains(&begun.text("/secret"))
    );
    assert_eq!((status(&world).await, sign_in(&world, None).await.status), (off, 200));
    let wrong = confirm(&world, "000000").await;
    assert_eq!((wrong.status, wrong.faults()), (422, fault("/code", "wrong")));
    let confirmed = confirm(&world, &code_at(0)).await;
    assert_eq!((confirmed.header("cache-control"), codes(&confirmed).len()), (Some("no-store"), 10));
    assert_eq!(status(&world).await, json!({"enabled": true, "recoveryCodesLeft": 10}));
    let mails = world.deliver().await;
    assert_eq!(
        (mails.len(), mails[0].kind.as_str(), mails[0].to.as_str()),
        (1, "Notice", "tess@studio.example")
    );
}

#[actix_web::test]
async fn signing_in_asks_for_a_code_that_is_good_once() {
    let (world, _) = world_with_factor().await;
    let asked = sign_in(&world, None).await;
    assert_eq!((asked.status, asked.problem().as_str()), (401, "second_factor_required"));
    assert_eq!(
        sign_in(&world, Some(&code_at(0))).await.problem(),
        "unauthenticated",
        "it was used to confirm"
    );
    world.clock.advance(TimeDelta::seconds(30));
    assert_eq!(sign_in(&world, Some(&code_at(30))).await.status, 200);
    assert_eq!(sign_in(&world, Some(&code_at(30))).await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn nobody_learns_of_a_second_factor_without_the_password() {
    let (world, _) = world_with_factor().await;
    let body = json!({"email": "tess@studio.example", "password": "wrong"});
    let reply = world.post("/auth/login", Who::Anonymous, body).await;
    let unknown = json!({"email": "nobody@studio.example", "password": "wrong"});
    let unknown = world.post("/auth/login", Who::Anonymous, unknown).await;
    assert_eq!((reply.status, reply.text("/detail")), (401, unknown.text("/detail")));
}

#[actix_web::test]
async fn a_recovery_code_is_good_once_however_it_is_typed() {
    let (world, codes) = world_with_factor().await;
    assert_eq!(sign_in(&world, Some(&codes[3].to_uppercase().replace('-', " "))).await.status, 200);
    assert_eq!(sign_in(&world, Some(&codes[3])).await.problem(), "unauthenticated");
    assert_eq!(status(&world).await["recoveryCodesLeft"], 9);
}

#[actix_web::test]
async fn guessing_codes_takes_longer_and_longer() {
    let (world, _) = world_with_factor().await;
    for guess in ["111111", "222222", "333333", "444444"] {
        assert_eq!(sign_in(&world, Some(guess)).await.problem(), "unauthenticated");
    }
    assert_eq!(sign_in(&world, Some("555555")).await.problem(), "rate_limited");
}

#[actix_web::test]
async fn new_recovery_codes_void_the_old_ones() {
    let (world, old) = world_with_factor().await;
    let path = "/me/two-factor/recovery-codes";
    let wrong = world.post(path, Who::Team, json!({"password": "wrong"})).await;
    assert_eq!((wrong.status, wrong.faults()), (422, fault("/password", "wrong")));
    let renewed = world.post(path, Who::Team, json!({"password": PASSWORD})).await;
    assert_eq!(renewed.header("cache-control"), Some("no-store"));
    let new = codes(&renewed);
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
    assert_eq!(sign_in(&world, Some(&old[0])).await.problem(), "unauthenticated");
    assert_eq!(sign_in(&world, Some(&new[0])).await.status, 200);
}

#[actix_web::test]
async fn a_second_factor_is_removed_by_whoever_knows_the_password() {
    let (world, _) = world_with_factor().await;
    assert_eq!(begin(&world).await.problem(), "taken");
    let path = "/me/two-factor/remove";
    let wrong = world.post(path, Who::Team, json!({"password": "wrong"})).await;
    assert_eq!((wrong.status, wrong.faults()), (422, fault("/password", "wrong")));
    assert_eq!(world.post(path, Who::Team, json!({"password": PASSWORD})).await.status, 204);
    assert_eq!(sign_in(&world, None).await.status, 200);
    assert_eq!(status(&world).await, json!({"enabled": false, "recoveryCodesLeft": 0}));
    let again = world.post(path, Who::Team, json!({"password": PASSWORD})).await;
    assert_eq!((again.status, again.problem().as_str()), (404, "not_found"));
}

#[actix_web::test]
async fn what_was_not_begun_cannot_be_confirmed_or_renewed() {
    let world = world().await;
    assert_eq!(confirm(&world, &code_at(0)).await.problem(), "not_found");
    let renewed = world.post("/me/two-factor/recovery-codes", Who::Team, json!({"password": PASSWORD})).await;
    assert_eq!(renewed.problem(), "not_found");
    let wrong = world.post("/me/two-factor", Who::Team, json!({"password": "wrong"})).await;
    assert_eq!((wrong.status, wrong.faults()), (422, fault("/password", "wrong")));
}

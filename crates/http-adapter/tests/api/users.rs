use actix_web::test::TestRequest;
use kairo_domain::Role;
use serde_json::{Value, json};

use crate::support::{PASSWORD, Reply, Who, World, at, world};
use crate::things::{api_key, session};

/// The path of somebody in the world.
fn path_of(world: &World, who: Who) -> String {
    format!("/users/{}", world.id(who))
}

/// Sends a request with another access token than those of the world.
async fn get_as(world: &World, path: &str, token: &str) -> Reply {
    let request = TestRequest::get().uri(&at(path));
    world.send(request.insert_header(("authorization", format!("Bearer {token}")))).await
}

async fn log_in(world: &World, email: &str, password: &str) -> Reply {
    world.post("/auth/login", Who::Anonymous, json!({"email": email, "password": password})).await
}

fn emails(reply: &Reply) -> Vec<String> {
    assert_eq!(reply.status, 200, "{}", reply.json());
    let rows = reply.json()["data"].as_array().unwrap().clone();
    rows.iter().map(|row| row["email"].as_str().unwrap().replace("@studio.example", "")).collect()
}

#[actix_web::test]
async fn an_added_user_chooses_a_password_by_mail() {
    let world = world().await;
    let body = json!({"email": "nia@studio.example", "name": "Nia", "companyId": world.company});
    let added = world.post("/users", Who::Admin, body).await;
    assert_eq!(added.status, 201, "{added:?}");
    assert_eq!(added.header("location"), Some(format!("/api/v1/users/{}", added.text("/id")).as_str()));
    assert!(added.header("etag").unwrap().starts_with("\"1."));
    insta::assert_json_snapshot!(added.json(), {".id" => "[id]", ".companyId" => "[company]"}, @r#"
    {
      "avatarUrl": null,
      "companyId": "[company]",
      "createdAt": "2026-01-01T00:00:00Z",
      "email": "nia@studio.example",
      "emailVerifiedAt": "2026-01-01T00:00:00Z",
      "id": "[id]",
      "name": "Nia",
      "role": "CLIENT",
      "suspendedAt": null,
      "updatedAt": "2026-01-01T00:00:00Z",
      "version": 1
    }
    "#);
    let shown = world.get(added.header("location").unwrap(), Who::Admin).await;
    assert_eq!((&shown.bytes, shown.header("etag")), (&added.bytes, added.header("etag")));

    let mails = world.deliver().await;
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((mail.kind.as_str(), mail.to.as_str()), ("Welcome", "nia@studio.example"));
    assert_eq!(log_in(&world, &mail.to, "nine looms weave algebra").await.status, 401);
    let body = json!({"token": mail.token, "password": "nine looms weave algebra"});
    assert_eq!(world.post("/auth/password/reset", Who::Anonymous, body).await.status, 204);
    assert_eq!(log_in(&world, &mail.to, "nine looms weave algebra").await.status, 200);
}

#[actix_web::test]
async fn an_address_is_somebodys_once() {
    let world = world().await;
    for email in ["cleo@studio.example", "CLEO@Studio.Example"] {
        let reply = world.post("/users", Who::Admin, json!({"email": email})).await;
        assert_eq!((reply.status, reply.problem().as_str()), (409, "taken"), "{email}");
    }
    assert!(world.deliver().await.is_empty());
}

#[actix_web::test]
async fn a_user_belongs_to_a_company_that_exists() {
    let world = world().await;
    let nowhere = "00000000-0000-7000-8000-00000000ffff";
    let body = json!({"email": "nia@studio.example", "companyId": nowhere});
    let added = world.post("/users", Who::Admin, body).await;
    let path = format!("{}/company", path_of(&world, Who::Client));
    let moved = world.put(&path, Who::Admin, json!({"companyId": nowhere})).await;
    for reply in [added, moved] {
        assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
        assert_eq!(reply.faults(), [("/companyId".to_owned(), "unknown_reference".to_owned())]);
    }
}

#[actix_web::test]
async fn a_repeat_adds_no_second_user() {
    let world = world().await;
    let add = async |email: &str| {
        let request = TestRequest::post().uri(&at("/users")).insert_header(("idempotency-key", "k"));
        world.send(world.as_(Who::Admin, request.set_json(json!({"email": email})))).await
    };
    let (first, again) = (add("nia@studio.example").await, add("nia@studio.example").await);
    assert_eq!((first.status, again.header("idempotency-replayed")), (201, Some("true")));
    assert_eq!((&first.bytes, first.header("location")), (&again.bytes, again.header("location")));
    assert_eq!(add("noa@studio.example").await.problem(), "key_reused");
    assert_eq!(world.deliver().await.len(), 1);
}

#[actix_web::test]
async fn users_edit_themselves_and_administrators_everybody() {
    let world = world().await;
    let path = path_of(&world, Who::Client);
    let avatar = "https://pictures.example/cleo.png";
    let edited = world.patch(&path, Who::Client, json!({"avatarUrl": avatar})).await;
    assert_eq!((edited.status, edited.text("/avatarUrl").as_str()), (200, avatar));
    assert!(edited.header("etag").unwrap().starts_with("\"2."));
    let edited = world.patch(&path, Who::Admin, json!({"name": null, "avatarUrl": null})).await;
    assert_eq!(
        (edited.status, &edited.json()["name"], &edited.json()["version"]),
        (200, &json!(null), &json!(3))
    );
    assert_eq!(world.patch(&path, Who::Admin, json!({})).await.json()["version"], 3);

    let request = TestRequest::patch().uri(&at(&path)).insert_header(("if-match", "\"2.x\""));
    let stale = world.send(world.as_(Who::Client, request.set_json(json!({"name": "C"})))).await;
    assert_eq!((stale.status, stale.problem().as_str(), &stale.json()["current"]), (412, "stale", &json!(3)));
    assert_eq!(world.patch(&path, Who::Team, json!({"name": "C"})).await.problem(), "forbidden");
    assert_eq!(world.patch(&path, Who::Outsider, json!({"name": "C"})).await.problem(), "not_found");
}

#[actix_web::test]
async fn a_profile_gives_no_rights() {
    let world = world().await;
    let body = json!({"role": "ADMIN", "companyId": world.elsewhere, "email": "c@studio.example"});
    let reply = world.patch(&path_of(&world, Who::Client), Who::Client, body).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let pointers: Vec<_> = reply.faults().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/companyId", "/email", "/role"]);
}

#[actix_web::test]
async fn tokens_of_another_role_or_company_hold_no_more() {
    let world = world().await;
    for (change, body) in [("role", json!({"role": "TEAM"})), ("company", json!({"companyId": null}))] {
        let token = world.sign_in("cleo").await;
        assert_eq!(get_as(&world, "/me", &token).await.status, 200);
        let path = format!("{}/{change}", path_of(&world, Who::Client));
        let changed = world.put(&path, Who::Admin, body.clone()).await;
        assert_eq!((changed.status, changed.header("etag").is_some()), (200, true), "{changed:?}");
        assert_eq!(get_as(&world, "/me", &token).await.problem(), "unauthenticated");
        let again = world.put(&path, Who::Admin, body).await;
        assert_eq!(again.bytes, changed.bytes);
    }
    let token = world.sign_in("cleo").await;
    let user = get_as(&world, "/me", &token).await.json();
    assert_eq!((&user["role"], &user["companyId"]), (&json!("TEAM"), &Value::Null));
}

#[actix_web::test]
async fn nobody_decides_about_themselves() {
    let world = world().await;
    for who in [Who::Client, Who::Team, Who::Admin] {
        let path = path_of(&world, who);
        let role = world.put(&format!("{path}/role"), who, json!({"role": "ADMIN"})).await;
        let company = world.put(&format!("{path}/company"), who, json!({"companyId": null})).await;
        let suspended = world.post(&format!("{path}/suspend"), who, json!({})).await;
        let reset = world.delete(&format!("{path}/two-factor"), who).await;
        for reply in [role, company, suspended, reset] {
            assert_eq!((reply.status, reply.problem().as_str()), (403, "forbidden"), "{who:?} {reply:?}");
        }
        assert_eq!(world.get("/me", who).await.json()["version"], 1);
    }
}

#[actix_web::test]
async fn the_last_administrator_stays() {
    let world = world().await;
    let path = path_of(&world, Who::Admin);
    let refused = world.delete(&path, Who::Admin).await;
    assert_eq!((refused.status, refused.problem().as_str()), (409, "last_admin"));
    world.user("abe", Role::Admin, None).await;
    assert_eq!(world.delete(&path, Who::Admin).await.status, 204);
    assert_eq!(world.get("/me", Who::Admin).await.problem(), "unauthenticated");
}

#[actix_web::test]
async fn a_suspended_user_is_signed_out_until_reactivated() {
    let world = world().await;
    let (path, cleo) = (path_of(&world, Who::Client), "cleo@studio.example");
    let suspended = world.post(&format!("{path}/suspend"), Who::Admin, json!({})).await;
    assert_eq!((suspended.status, suspended.text("/suspendedAt").as_str()), (200, "2026-01-01T00:00:00Z"));
    assert_eq!(world.get("/me", Who::Client).await.problem(), "unauthenticated");
    assert_eq!(log_in(&world, cleo, PASSWORD).await.problem(), "unauthenticated");
    let again = world.post(&format!("{path}/suspend"), Who::Admin, json!({})).await;
    assert_eq!(again.bytes, suspended.bytes);
    let reactivated = world.post(&format!("{path}/reactivate"), Who::Admin, json!({})).await;
    assert_eq!((reactivated.status, &reactivated.json()["suspendedAt"]), (200, &Value::Null));
    assert_eq!(log_in(&world, cleo, PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn a_repeat_suspends_nobody_again() {
    let world = world().await;
    let path = path_of(&world, Who::Client);
    let suspend = async || {
        let request = TestRequest::post().uri(&at(&format!("{path}/suspend")));
        world.send(world.as_(Who::Admin, request.insert_header(("idempotency-key", "k")))).await
    };
    let first = suspend().await;
    assert_eq!(world.post(&format!("{path}/reactivate"), Who::Admin, json!({})).await.status, 200);
    let again = suspend().await;
    assert_eq!((again.header("idempotency-replayed"), &again.bytes), (Some("true"), &first.bytes));
    assert_eq!(world.get(&path, Who::Admin).await.json()["suspendedAt"], Value::Null);
}

#[actix_web::test]
async fn a_deleted_user_is_out_of_sight_and_the_address_free() {
    let world = world().await;
    let path = path_of(&world, Who::Client);
    let gone = world.delete(&path, Who::Admin).await;
    assert_eq!((gone.status, gone.bytes.len()), (204, 0));
    assert_eq!(world.get(&path, Who::Admin).await.problem(), "not_found");
    assert_eq!(world.delete(&path, Who::Admin).await.problem(), "not_found");
    assert_eq!(world.get("/me", Who::Client).await.problem(), "unauthenticated");
    assert_eq!(emails(&world.get("/users?sort=email", Who::Admin).await), ["ada", "otto", "tess"]);
    assert_eq!(world.post("/users", Who::Admin, json!({"email": "cleo@studio.example"})).await.status, 201);
}

#[actix_web::test]
async fn clients_see_themselves_and_staff_everybody() {
    let world = world().await;
    assert_eq!(emails(&world.get("/users", Who::Client).await), ["cleo"]);
    for (query, expected) in [
        ("sort=email", vec!["ada", "cleo", "otto", "tess"]),
        ("sort=-email&role=CLIENT", vec!["otto", "cleo"]),
        ("filter[role][neq]=CLIENT&sort=email", vec!["ada", "tess"]),
        ("filter[companyId][null]=true&sort=email", vec!["ada", "tess"]),
        (&format!("companyId={}", world.elsewhere), vec!["otto"]),
        ("email=OTTO@studio.example", vec!["otto"]),
        ("filter[suspendedAt][null]=false", vec![]),
        ("q=tess", vec!["tess"]),
    ] {
        assert_eq!(emails(&world.get(&format!("/users?{query}"), Who::Team).await), expected, "{query}");
    }
    let first = world.get("/users?sort=email&limit=3&count=exact", Who::Team).await;
    assert_eq!(first.json()["page"]["total"], 4);
    let cursor = first.text("/page/nextCursor");
    let rest = world.get(&format!("/users?sort=email&limit=3&after={cursor}"), Who::Team).await;
    assert_eq!(emails(&rest), ["tess"]);
    let reply = world.get("/users?companyId=7&password=x", Who::Team).await;
    let faults = reply.faults().into_iter().map(|(_, code)| code).collect::<Vec<_>>();
    assert_eq!(
        (reply.problem().as_str(), faults),
        ("malformed", vec!["not_an_id".to_owned(), "unknown_parameter".to_owned()])
    );
}

#[actix_web::test]
async fn an_administrator_ends_what_others_are_signed_in_with() {
    let world = world().await;
    let (path, client) = (path_of(&world, Who::Client), world.id(Who::Client));
    let sessions = world.get(&format!("{path}/sessions"), Who::Admin).await;
    assert_eq!(sessions.json()["page"], json!({"limit": 200, "nextCursor": null, "prevCursor": null}));
    assert_eq!(sessions.json()["data"][0]["current"], false);
    assert_eq!(world.get(&format!("{path}/sessions"), Who::Client).await.json()["data"][0]["current"], true);
    let ended = world.delete(&format!("{path}/sessions/{}", session(&world, client).await), Who::Admin).await;
    assert_eq!((ended.status, ended.bytes.len()), (204, 0));
    assert_eq!(world.get("/me", Who::Client).await.problem(), "unauthenticated");
    assert_eq!(world.get(&format!("{path}/sessions"), Who::Admin).await.json()["data"], json!([]));

    let key = api_key(&world, client).await;
    let keys = world.get(&format!("{path}/api-keys"), Who::Admin).await;
    assert_eq!((keys.text("/data/0/id"), keys.text("/data/0/name")), (key.clone(), "Export".to_owned()));
    let key = format!("{path}/api-keys/{key}");
    assert_eq!(world.delete(&key, Who::Admin).await.status, 204);
    assert_eq!(world.delete(&key, Who::Admin).await.problem(), "not_found");
    assert_eq!(world.get(&format!("{path}/api-keys"), Who::Admin).await.json()["data"], json!([]));
}

#[actix_web::test]
async fn what_belongs_to_another_user_is_not_there() {
    let world = world().await;
    let (client, path) = (world.id(Who::Client), path_of(&world, Who::Team));
    let (session, key) = (session(&world, client).await, api_key(&world, client).await);
    for path in [
        format!("{path}/sessions/{session}"),
        format!("{path}/api-keys/{key}"),
        format!("{path}/sessions/nonsense"),
        format!("/users/nonsense/sessions/{session}"),
        format!("/users/{client}/sessions/{key}"),
    ] {
        assert_eq!(world.delete(&path, Who::Admin).await.problem(), "not_found", "{path}");
    }
    assert_eq!(world.get("/me", Who::Client).await.status, 200);
}

#[actix_web::test]
async fn an_administrator_resets_a_second_factor() {
    let world = world().await;
    let (path, cleo) = (format!("{}/two-factor", path_of(&world, Who::Client)), "cleo@studio.example");
    assert_eq!(world.delete(&path, Who::Admin).await.problem(), "not_found");
    assert_eq!(world.post("/me/two-factor", Who::Client, json!({"password": PASSWORD})).await.status, 200);
    let code = kairo_testkit::fakes::PlainCodes::code_at(kairo_testkit::fakes::START);
    assert_eq!(world.post("/me/two-factor/confirm", Who::Client, json!({"code": code})).await.status, 200);
    assert_eq!(log_in(&world, cleo, PASSWORD).await.problem(), "second_factor_required");
    assert_eq!(world.delete(&path, Who::Team).await.problem(), "forbidden");
    assert_eq!(world.delete(&path, Who::Admin).await.status, 204);
    assert_eq!(log_in(&world, cleo, PASSWORD).await.status, 200);
    let mails = world.deliver().await;
    assert!(mails.iter().all(|mail| (mail.kind.as_str(), mail.to.as_str()) == ("Notice", cleo)), "{mails:?}");
    assert_eq!(mails.len(), 2);
}

#[actix_web::test]
async fn a_key_does_what_its_scopes_say() {
    let world = world().await;
    let body = json!({"name": "Directory", "scopes": ["users:read"]});
    let secret = world.post("/me/api-keys", Who::Admin, body).await.text("/secret");
    assert_eq!(emails(&get_as(&world, "/users?sort=email", &secret).await).len(), 4);
    assert_eq!(get_as(&world, "/companies", &secret).await.problem(), "forbidden");
    let request = TestRequest::delete().uri(&at(&path_of(&world, Who::Client)));
    let reply = world.send(request.insert_header(("authorization", format!("Bearer {secret}")))).await;
    assert_eq!((reply.status, reply.problem().as_str()), (403, "forbidden"));
}

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::drawn::{active, draft, flow, id_of, simple};
use crate::support::{Who, at, world};

#[actix_web::test]
async fn a_draft_is_made_and_found_again() {
    let world = world().await;
    let body = json!({"title": "Welcome", "description": "Greets", "flow": simple(), "settings": {"retentionDays": 90}});
    let made = world.post("/automations", Who::Client, body).await;
    let id = id_of(&made.json());
    assert_eq!(made.header("location"), Some(format!("/api/v1/automations/{id}").as_str()));
    let shown = world.get(&format!("/automations/{id}"), Who::Client).await;
    assert_eq!((shown.json(), shown.header("etag")), (made.json(), made.header("etag")));
    let automation = shown.json();
    assert_eq!(automation["userId"], world.id(Who::Client).to_string());
    assert_eq!(automation["flow"], simple());
    let standing = ["status", "flowVersion", "executionCount", "lastExecutedAt", "version"];
    assert_eq!(
        standing.map(|name| automation[name].clone()),
        [json!("DRAFT"), json!(1), json!(0), Value::Null, json!(1)]
    );
    let settings =
        json!({"runTimeoutSeconds": 3600, "maxConcurrentRuns": null, "retentionDays": 90, "vars": {}});
    assert_eq!(automation["settings"], settings);
}

#[actix_web::test]
async fn a_list_shows_no_flows_and_only_what_is_within_reach() {
    let world = world().await;
    let own = draft(&world, Who::Client, simple()).await;
    draft(&world, Who::Outsider, simple()).await;
    let listed = world.get("/automations", Who::Client).await.json();
    let mut card = own.clone();
    card.as_object_mut().unwrap().remove("flow");
    assert_eq!(listed["data"], json!([card]));
    let all = world.get("/automations?status=DRAFT&count=exact", Who::Team).await.json();
    assert_eq!(all["page"]["total"], 2);
    let path = format!("/automations/{}", id_of(&own));
    assert_eq!(world.get(&path, Who::Outsider).await.problem(), "not_found");
}

#[actix_web::test]
async fn an_edit_needs_the_version_that_was_seen() {
    let world = world().await;
    let made = world.post("/automations", Who::Team, json!({"title": "Welcome"})).await;
    let path = at(&format!("/automations/{}", id_of(&made.json())));
    let patch = |tag: Option<&str>, title: &str| {
        let request = TestRequest::patch().uri(&path).set_json(json!({"title": title}));
        let request = match tag {
            Some(tag) => request.insert_header(("if-match", tag)),
            None => request,
        };
        world.send(world.as_(Who::Team, request))
    };
    assert_eq!(patch(None, "Again").await.problem(), "version_required");
    let edited = patch(made.header("etag"), "Again").await;
    assert_eq!((edited.status, edited.text("/title")), (200, "Again".to_owned()));
    let stale = patch(made.header("etag"), "Once more").await;
    assert_eq!((stale.problem(), stale.json()["current"].clone()), ("stale".to_owned(), json!(2)));
}

#[actix_web::test]
async fn a_patch_draws_and_moves_nothing() {
    let world = world().await;
    let path = format!("/automations/{}", id_of(&draft(&world, Who::Team, simple()).await));
    let body = json!({"flow": simple(), "status": "ACTIVE", "settings": {"retentionDays": 0}});
    let reply = world.write(Method::PATCH, &path, Who::Team, body).await;
    assert_eq!((reply.status, reply.problem().as_str()), (422, "invalid"));
    let fault = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    assert_eq!(
        reply.faults(),
        [
            fault("/flow", "unknown_field"),
            fault("/settings/maxConcurrentRuns", "required"),
            fault("/settings/retentionDays", "out_of_range"),
            fault("/settings/runTimeoutSeconds", "required"),
            fault("/settings/vars", "required"),
            fault("/status", "unknown_field"),
        ]
    );
}

#[actix_web::test]
async fn settings_are_replaced_as_a_whole_and_within_bounds() {
    let world = world().await;
    let path = format!("/automations/{}", id_of(&draft(&world, Who::Team, simple()).await));
    let settings =
        json!({"runTimeoutSeconds": 60, "maxConcurrentRuns": 2, "retentionDays": 7, "vars": {"to": "ada"}});
    let edited = world.write(Method::PATCH, &path, Who::Team, json!({"settings": settings})).await;
    assert_eq!(edited.json()["settings"], settings);
    let beyond = json!({"runTimeoutSeconds": 0, "maxConcurrentRuns": 2, "retentionDays": 7, "vars": {"a": "x".repeat(20_000)}});
    let refused = world.write(Method::PATCH, &path, Who::Team, json!({"settings": beyond})).await;
    let fault = |pointer: &str, code: &str| (pointer.to_owned(), code.to_owned());
    let expected =
        [fault("/settings/runTimeoutSeconds", "out_of_range"), fault("/settings/vars", "too_large")];
    assert_eq!(refused.faults(), expected);
}

#[actix_web::test]
async fn every_setting_has_two_bounds_wherever_it_is_given() {
    let world = world().await;
    let path = format!("/automations/{}", id_of(&draft(&world, Who::Team, simple()).await));
    let with = |name: &str, value: Value| {
        let mut settings =
            json!({"runTimeoutSeconds": 60, "maxConcurrentRuns": null, "retentionDays": 7, "vars": {}});
        settings[name] = value;
        settings
    };
    let send = async |settings: &Value| {
        let file = json!({"kairo": "automation", "formatVersion": 1, "title": "a", "flow": simple(), "settings": settings});
        [
            world.post("/automations", Who::Team, json!({"title": "a", "settings": settings})).await,
            world.write(Method::PATCH, &path, Who::Team, json!({"settings": settings})).await,
            world.post("/automations/import", Who::Team, file).await,
        ]
    };
    for (name, least, most) in
        [("runTimeoutSeconds", 1, 604_800), ("maxConcurrentRuns", 1, 1_000), ("retentionDays", 1, 3_650)]
    {
        for value in [least, most] {
            for reply in send(&with(name, json!(value))).await {
                assert!(reply.status < 300, "{name} {value}: {}", reply.json());
                assert_eq!(reply.json()["settings"][name], value);
            }
        }
        for value in [least - 1, most + 1] {
            for reply in send(&with(name, json!(value))).await {
                let faults = [(format!("/settings/{name}"), "out_of_range".to_owned())];
                assert_eq!((reply.status, reply.faults()), (422, faults.to_vec()), "{name} {value}");
            }
        }
    }
    // With the eight bytes of `{"a":""}` it is 16 KiB to the byte.
    let largest = "x".repeat(16 * 1024 - 8);
    for reply in send(&with("vars", json!({"a": largest}))).await {
        assert!(reply.status < 300, "{}", reply.json());
    }
    for (vars, code) in [
        (json!({"a": format!("{largest}x")}), "too_large"),
        (json!("x"), "wrong_type"),
        (json!({"a": "\0"}), "control_character"),
    ] {
        for reply in send(&with("vars", vars)).await {
            assert_eq!(reply.faults(), [("/settings/vars".to_owned(), code.to_owned())]);
        }
    }
}

#[actix_web::test]
async fn a_body_with_a_flow_may_be_larger_than_others() {
    let world = world().await;
    let of = |bytes: usize| {
        let mut flow = simple();
        flow["notes"] = json!("x".repeat(bytes));
        flow
    };
    let large = world.post("/automations", Who::Team, json!({"title": "Large", "flow": of(5 << 18)})).await;
    assert_eq!(large.status, 201);
    let larger = world.post("/automations", Who::Team, json!({"title": "Larger", "flow": of(4 << 20)})).await;
    assert_eq!((larger.status, larger.problem().as_str()), (413, "too_large"));
    let path = format!("/automations/{}", id_of(&large.json()));
    let patch = json!({"description": "x".repeat(1 << 20)});
    assert_eq!(world.write(Method::PATCH, &path, Who::Team, patch).await.status, 413);
}

#[actix_web::test]
async fn a_flow_that_is_none_is_pointed_at() {
    let world = world().await;
    for (flow, pointer, code) in [
        (json!([]), "/flow", "not_a_flow"),
        (json!({"nodes": []}), "/flow/edges", "not_a_flow"),
        (json!({"nodes": [{"id": "a"}], "edges": []}), "/flow/nodes/0/type", "not_a_flow"),
        (json!({"nodes": [], "edges": [], "a": "x\0"}), "/flow", "control_character"),
    ] {
        let reply = world.post("/automations", Who::Team, json!({"title": "Welcome", "flow": flow})).await;
        assert_eq!(reply.status, 422, "{flow}");
        assert_eq!(reply.faults(), [(pointer.to_owned(), code.to_owned())]);
    }
}

#[actix_web::test]
async fn a_flow_with_faults_is_not_activated_and_says_why() {
    let world = world().await;
    let faulty = flow(&[("a", "trigger.manual", json!({})), ("b", "no.such.kind", json!({}))], &["a>c"]);
    let id = id_of(&draft(&world, Who::Team, faulty).await);
    let path = format!("/automations/{id}/activate");
    let refused = world.write(Method::POST, &path, Who::Team, json!({})).await;
    assert_eq!((refused.status, refused.problem().as_str()), (409, "flow_not_runnable"));
    let faults = refused.json()["faults"].as_array().unwrap().clone();
    let codes: Vec<_> = faults.iter().map(|fault| fault["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"unknown_kind") && codes.contains(&"dangling_edge"), "{codes:?}");
    for fault in faults {
        assert!(fault["pointer"].as_str().unwrap().starts_with('/'), "{fault}");
        assert!(fault["message"].is_string() && fault.get("id").is_some(), "{fault}");
    }
    assert_eq!(world.get(&format!("/automations/{id}"), Who::Team).await.text("/status"), "DRAFT");
}

#[actix_web::test]
async fn an_automation_goes_along_its_machine() {
    let world = world().await;
    let id = active(&world, Who::Team, simple()).await;
    for (act, status) in
        [("pause", "PAUSED"), ("activate", "ACTIVE"), ("archive", "ARCHIVED"), ("restore", "DRAFT")]
    {
        let moved =
            world.write(Method::POST, &format!("/automations/{id}/{act}"), Who::Team, json!({})).await;
        assert_eq!((moved.status, moved.text("/status")), (200, status.to_owned()));
        assert!(moved.json().get("flow").is_none());
    }
    let refused = world.write(Method::POST, &format!("/automations/{id}/pause"), Who::Team, json!({})).await;
    assert_eq!((refused.status, refused.problem().as_str()), (409, "illegal_transition"));
    assert_eq!(refused.json()["allowed"], json!(["ACTIVE", "ARCHIVED"]));
}

#[actix_web::test]
async fn a_repeat_of_a_request_makes_and_moves_nothing() {
    let world = world().await;
    let send = |path: String, body: Value| {
        let request = TestRequest::post().uri(&at(&path)).insert_header(("idempotency-key", "k1"));
        world.send(world.as_(Who::Team, request.set_json(body)))
    };
    let body = json!({"title": "Welcome", "flow": simple()});
    let (first, second) =
        (send("/automations".into(), body.clone()).await, send("/automations".into(), body).await);
    assert_eq!((first.status, first.bytes.clone()), (second.status, second.bytes.clone()));
    assert_eq!(second.header("idempotency-replayed"), Some("true"));
    let id = id_of(&first.json());
    let activate = format!("/automations/{id}/activate");
    let post = || {
        let request = TestRequest::post().uri(&at(&activate)).insert_header(("idempotency-key", "k1"));
        world.send(world.as_(Who::Team, request))
    };
    let (first, second) = (post().await, post().await);
    assert_eq!((first.status, second.status, first.bytes), (200, 200, second.bytes));
}

#[actix_web::test]
async fn what_was_deleted_is_out_of_sight() {
    let world = world().await;
    let path = format!("/automations/{}", id_of(&draft(&world, Who::Team, simple()).await));
    let deleted = world.write(Method::DELETE, &path, Who::Team, json!({})).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(world.get(&path, Who::Team).await.status, 404);
}

#[actix_web::test]
async fn an_automation_goes_as_a_file_from_one_to_another() {
    let world = world().await;
    let body = json!({"title": "Welcome", "description": "Greets", "flow": simple(), "settings": {"vars": {"a": 1}}});
    let id = id_of(&world.post("/automations", Who::Team, body).await.json());
    let file = world.get(&format!("/automations/{id}/export"), Who::Team).await;
    let name = format!("attachment; filename=\"automation-{id}.json\"");
    assert_eq!(file.header("content-disposition"), Some(name.as_str()));
    let imported = world.post("/automations/import", Who::Client, file.json()).await;
    assert_eq!(imported.status, 201, "{}", imported.json());
    let (file, made) = (file.json(), imported.json());
    for member in ["title", "description", "flow", "settings"] {
        assert_eq!(file[member], made[member], "{member}");
    }
    assert_eq!(made["userId"], world.id(Who::Client).to_string());
    let mut other = file.clone();
    other["formatVersion"] = json!(2);
    let refused = world.post("/automations/import", Who::Client, other).await;
    assert_eq!(refused.faults(), [("/formatVersion".to_owned(), "unknown_format".to_owned())]);
}

#[actix_web::test]
async fn a_copy_has_its_own_title_and_addresses() {
    let world = world().await;
    let id = active(&world, Who::Team, simple()).await;
    let path = format!("/automations/{id}/duplicate");
    let copy = world.send(world.as_(Who::Admin, TestRequest::post().uri(&at(&path)))).await;
    let copy = copy.json();
    assert_eq!((copy["title"].clone(), copy["status"].clone()), (json!("Welcome (copy)"), json!("DRAFT")));
    assert_eq!(copy["userId"], world.id(Who::Admin).to_string());
    let named = world.post(&path, Who::Team, json!({"title": "Another"})).await;
    assert_eq!(named.text("/title"), "Another");
    let address = async |id: &str| {
        world.get(&format!("/automations/{id}/triggers"), Who::Admin).await.text("/data/0/url")
    };
    assert_ne!(address(&id).await, address(&id_of(&copy)).await);
}

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::drawn::failed_run;
use crate::proofs::proven;
use crate::support::{PASSWORD, Who, World, at, world};
use crate::things::{api_key, credential, filled, invitation};

fn document() -> Value {
    serde_json::from_str(&kairo_http::openapi_json()).unwrap()
}

/// Each operation with its method and path.
fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let items = document["paths"].as_object().unwrap().iter();
    let operations = items.flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(|(method, operation)| (method.clone(), path.clone(), operation.clone()))
    });
    operations.collect()
}

#[test]
fn the_document_is_openapi_3_1_and_always_the_same() {
    assert!(document()["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(kairo_http::openapi_json(), kairo_http::openapi_json());
}

#[test]
fn every_operation_is_described() {
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations() {
        for member in ["operationId", "summary"] {
            assert!(
                operation[member].as_str().is_some_and(|text| !text.is_empty()),
                "{method} {path}: {member}"
            );
        }
        assert!(operation["description"].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}");
        assert!(ids.insert(operation["operationId"].to_string()), "{path}: an id twice");
        assert!(operation["security"].is_array(), "{method} {path}: security");
    }
}

#[test]
fn every_refusal_has_the_schema_of_a_problem() {
    for (method, path, operation) in operations() {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let is_error = status.starts_with('4') || status.starts_with('5');
            let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
            assert_eq!(is_error, schema == "#/components/schemas/Problem", "{method} {path} {status}");
        }
    }
}

#[test]
fn whoever_can_send_a_token_can_send_a_cookie() {
    let schemes = document()["components"]["securitySchemes"].clone();
    assert_eq!((&schemes["cookie"]["type"], &schemes["cookie"]["in"]), (&json!("apiKey"), &json!("cookie")));
    assert_eq!(schemes["bearer"]["scheme"], "bearer");
    for (method, path, operation) in operations() {
        let ways = operation["security"].as_array().unwrap();
        let takes = |name: &str| ways.iter().any(|way| way.get(name).is_some());
        assert_eq!(takes("bearer"), takes("cookie"), "{method} {path}");
    }
}

#[test]
fn whatever_a_cookie_may_change_takes_the_proof() {
    for (method, path, operation) in operations() {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let proofs = parameters.iter().filter(|parameter| parameter["name"] == "X-CSRF-Token");
        let proofs: Vec<_> = proofs.map(|proof| (&proof["in"], &proof["required"])).collect();
        let by_cookie =
            operation["security"].as_array().unwrap().iter().any(|way| way.get("cookie").is_some());
        let expected = usize::from((by_cookie && method != "get") || path == "/auth/refresh");
        assert_eq!(proofs, vec![(&json!("header"), &json!(false)); expected], "{method} {path}");
    }
}

#[actix_web::test]
async fn what_takes_no_parameters_refuses_every_one() {
    let in_query = |operation: &Value| {
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        parameters.iter().any(|parameter| parameter["in"] == "query")
    };
    // The document itself is for tools, which may add a parameter to get past a cache.
    let takes_none = |(method, path, operation): &(String, String, Value)| {
        method == "get" && path != "/openapi.json" && !in_query(operation)
    };
    for (_, path, _) in operations().into_iter().filter(takes_none) {
        let world = world().await;
        let path = filled(&world, Who::Admin, &path).await;
        assert_eq!(world.get(&path, Who::Admin).await.status, 200, "{path}");
        let reply = world.get(&format!("{path}?frob=1"), Who::Admin).await;
        assert_eq!((reply.status, reply.problem().as_str()), (400, "malformed"), "{path}");
        assert_eq!(reply.faults(), [("/query/frob".to_owned(), "unknown_parameter".to_owned())], "{path}");
    }
}

#[test]
fn what_is_counted_says_so() {
    for (method, path, operation) in operations() {
        let responses = &operation["responses"];
        let headers = |status: &str| {
            let headers = responses[status]["headers"].as_object().cloned().unwrap_or_default();
            headers.keys().filter(|name| name.starts_with("R")).cloned().collect::<Vec<_>>()
        };
        assert_eq!(headers("429"), ["RateLimit", "RateLimit-Policy", "Retry-After"], "{method} {path}");
        let granted = responses.as_object().unwrap().keys().find(|status| status.starts_with('2')).unwrap();
        assert_eq!(headers(granted), ["RateLimit", "RateLimit-Policy"], "{method} {path}");
    }
}

/// Follows every `$ref`, and fails at one that leads nowhere.
fn resolve(value: &Value, document: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let pointer = reference.strip_prefix('#').unwrap();
                assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
            }
            members.values().for_each(|member| resolve(member, document));
        }
        Value::Array(items) => items.iter().for_each(|item| resolve(item, document)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_reference_leads_nowhere() {
    resolve(&document(), &document());
}

#[test]
fn the_list_documents_its_filters() {
    let document = document();
    let parameters = document["paths"]["/leads"]["get"]["parameters"].as_array().unwrap();
    let names: BTreeSet<_> = parameters.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
    for name in ["limit", "after", "sort", "q", "filter[status][in]", "filter[createdAt][between]"] {
        assert!(names.contains(name), "{name} is missing in {names:?}");
    }
    assert!(!names.contains("filter[message][eq]"));
    for name in ["filter[name][contains]", "filter[name][startsWith]"] {
        let parameter = parameters.iter().find(|parameter| parameter["name"] == name).unwrap();
        assert_eq!(parameter["schema"]["minLength"], 3, "{name}");
        assert!(parameter["description"].as_str().unwrap().contains("of 3 characters or more"), "{name}");
    }
}

#[actix_web::test]
async fn every_request_example_is_true() {
    let document = document();
    for (method, path, operation) in operations() {
        let Some(content) = operation["requestBody"]["content"].as_object() else { continue };
        for (media, content) in content {
            let reference = content["schema"]["$ref"].as_str().unwrap().strip_prefix('#').unwrap();
            let example = document.pointer(&format!("{reference}/example"));
            let example = example.unwrap_or_else(|| panic!("{reference} has no example"));
            let world = world().await;
            let example = proven(&world, &path, example).await;
            let request = TestRequest::default()
                .method(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap())
                .uri(&at(&filled(&world, Who::Admin, &path).await))
                .insert_header(("content-type", media.as_str()))
                .insert_header(("if-match", "*"))
                .set_payload(example.to_string());
            let reply = world.send(world.as_(Who::Admin, request)).await;
            assert!(reply.status < 300, "{method} {path}: {}", reply.json());
        }
    }
}

async fn signed_in(world: &World, transport: &str) -> Value {
    let body = json!({"email": "ada@studio.example", "password": PASSWORD, "transport": transport});
    world.post("/auth/login", Who::Anonymous, body).await.json()
}

#[actix_web::test]
async fn answers_have_the_members_of_their_schema() {
    let (world, document) = (world().await, document());
    let refusal = world.get("/me", Who::Anonymous).await.json();
    let first = async |path: &str| world.get(path, Who::Admin).await.json()["data"][0].clone();
    invitation(&world).await;
    failed_run(&world).await;
    api_key(&world, world.id(Who::Admin)).await;
    credential(&world, world.id(Who::Admin)).await;
    for (schema, answer) in [
        ("Lead", world.lead("Ada").await),
        ("User", first("/users").await),
        ("Session", first(&format!("/users/{}/sessions", world.id(Who::Team))).await),
        ("Colleague", first("/colleagues").await),
        ("Company", first("/companies").await),
        ("Credential", first("/credentials").await),
        ("Invitation", first("/invitations").await),
        ("AuditEntry", first("/audit").await),
        ("AutomationCard", first("/automations").await),
        ("RunCard", first("/runs").await),
        ("NodeKind", first("/automations/nodes").await),
        ("ApiKey", first("/me/api-keys").await),
        ("TwoFactor", world.get("/me/two-factor", Who::Admin).await.json()),
        ("Tokens", signed_in(&world, "bearer").await),
        ("SignedInBrowser", signed_in(&world, "cookie").await),
        ("Problem", refusal),
    ] {
        let schema = &document["components"]["schemas"][schema];
        let known: BTreeSet<_> = schema["properties"].as_object().unwrap().keys().collect();
        let shown: BTreeSet<_> = answer.as_object().unwrap().keys().collect();
        assert!(shown.is_subset(&known), "{shown:?}");
        let required = schema["required"].as_array().unwrap();
        assert!(
            required.iter().all(|name| answer.get(name.as_str().unwrap()).is_some()),
            "{required:?} {answer}"
        );
    }
}

#[actix_web::test]
async fn the_served_document_is_the_checked_one() {
    let served = world().await.get("/openapi.json", Who::Anonymous).await.json();
    assert_eq!(served, document());
}

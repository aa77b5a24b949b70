//! Every operation of the OpenAPI document, tried as every kind of caller and compared with the policy.

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH};
use actix_web::http::{Method, StatusCode};
use actix_web::{App, test};
use kairo::domain::{Actor, ActorRole, Facts, Lead, Relation, Resource, Verb, reach};
use kairo::http::{Api, Settings};
use kairo::use_cases::{CaptureLead, Outcome};
use kairo_testkit::builders::lead;
use serde_json::Value;

use crate::world::{PASSWORD, World};

/// What an operation does, in the policy's words.
struct Operation {
    method: Method,
    path: &'static str,
    /// `None`: everybody may.
    asks: Option<(Resource, Verb, Relation)>,
    body: Option<&'static str>,
}

const FORM: &str = r#"{"name": "Ada", "email": "ada@example.com", "message": "Hello"}"#;

fn operations() -> Vec<Operation> {
    let lead = |method, path, verb, body| Operation {
        method,
        path,
        asks: Some((Resource::Lead, verb, Relation::Foreign)),
        body,
    };
    let open = |method, path, body| Operation { method, path, asks: None, body };
    vec![
        open(Method::POST, "/auth/login", Some(LOGIN)),
        open(Method::GET, "/openapi.json", None),
        Operation {
            method: Method::GET,
            path: "/me",
            asks: Some((Resource::User, Verb::Read, Relation::Own)),
            body: None,
        },
        lead(Method::GET, "/leads", Verb::Read, None),
        lead(Method::POST, "/leads", Verb::Create, Some(FORM)),
        lead(Method::GET, "/leads/{id}", Verb::Read, None),
        lead(Method::PATCH, "/leads/{id}", Verb::Update, Some(r#"{"name": "Grace"}"#)),
        lead(Method::DELETE, "/leads/{id}", Verb::Delete, None),
        lead(Method::POST, "/leads/{id}/status", Verb::Move, Some(r#"{"to": "CONTACTED"}"#)),
    ]
}

const LOGIN: &str = r#"{"email": "team@example.com", "password": "correct horse battery"}"#;
const CALLERS: [ActorRole; 4] = [ActorRole::Admin, ActorRole::Team, ActorRole::Client, ActorRole::Anonymous];

/// Tries every operation as every caller and returns how many attempts there were.
pub(crate) async fn compare(world: &World) -> usize {
    assert!(LOGIN.contains(PASSWORD));
    let studio = world.studio().await;
    let api = Api::new(studio.clone(), Settings::new([7; 32]));
    let server = test::init_service(App::new().configure(|app| api.configure(app))).await;
    let operations = operations();
    covers_the_document(&operations);
    let mut callers = Vec::new();
    for role in CALLERS {
        callers.push((role, world.token(&studio, role).await));
    }
    let mut tried = 0;
    for operation in &operations {
        for (role, token) in &callers {
            let lead = captured(&studio).await;
            let path = format!("/api/v1{}", operation.path.replace("{id}", &lead.id.to_string()));
            let mut request = test::TestRequest::with_uri(&path).method(operation.method.clone());
            if let Some(token) = token {
                request = request.insert_header((AUTHORIZATION, format!("Bearer {token}")));
            }
            if let Some(body) = operation.body {
                request = request.insert_header((CONTENT_TYPE, "application/json")).set_payload(body);
            }
            let request = request.insert_header((IF_MATCH, "*"));
            let status = test::call_service(&server, request.to_request()).await.status();
            let expected = expectation(operation, *role);
            let (method, role) = (&operation.method, role.as_str());
            assert!(
                fits(status, expected),
                "{method} {} as {role}: {status}, not {expected:?}",
                operation.path
            );
            tried += 1;
        }
    }
    tried
}

/// Success, or the one status that says no.
fn expectation(operation: &Operation, role: ActorRole) -> Option<StatusCode> {
    let (resource, verb, relation) = operation.asks?;
    if reach(role, resource, verb).includes(relation) {
        return None;
    }
    if role == ActorRole::Anonymous {
        return Some(StatusCode::UNAUTHORIZED);
    }
    let visible = reach(role, resource, Verb::Read).includes(relation);
    Some(if visible { StatusCode::FORBIDDEN } else { StatusCode::NOT_FOUND })
}

fn fits(status: StatusCode, expected: Option<StatusCode>) -> bool {
    expected.map_or(status.is_success(), |refusal| status == refusal)
}

fn covers_the_document(operations: &[Operation]) {
    let document: Value = serde_json::from_str(&kairo::http::openapi_json()).unwrap();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let known = operations.iter().any(|operation| {
                operation.path == path && operation.method.as_str().eq_ignore_ascii_case(method)
            });
            assert!(known, "{method} {path} is in the OpenAPI document, and not in the table of this test");
        }
    }
}

async fn captured(studio: &kairo::Studio) -> Lead {
    let details = lead("Ada").build().details.clone();
    let captured = studio.leads().capture(&Actor::Visitor, CaptureLead { details }, None).await.unwrap();
    let Outcome::Done(lead) = captured else { panic!("{captured:?}") };
    assert_eq!(Actor::Visitor.relation_to(&Facts::of(Resource::Lead, lead.id.uuid())), Relation::Foreign);
    lead
}

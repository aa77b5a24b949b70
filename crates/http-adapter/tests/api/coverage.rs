//! Every operation of the OpenAPI document, tried as everybody. A new operation fails here until it has its row.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::drawn::simple;
use crate::support::{PASSWORD, Who, at, contact, world};
use crate::things::filled;

/// An operation, what to send to it, and what anonymous, client, team and admin get.
struct Row {
    method: &'static str,
    path: &'static str,
    body: Option<fn() -> Value>,
    expected: [u16; 4],
}

const EVERYBODY: [Who; 4] = [Who::Anonymous, Who::Client, Who::Team, Who::Admin];

const ROWS: &[Row] = &[
    row("GET", "/openapi.json", None, [200, 200, 200, 200]),
    row("POST", "/auth/signup", Some(sign_up), [202, 202, 202, 202]),
    row("POST", "/auth/email/verify", Some(token), [422, 422, 422, 422]),
    row("POST", "/auth/login", Some(login), [200, 200, 200, 200]),
    row("POST", "/auth/refresh", Some(refresh), [401, 401, 401, 401]),
    row("POST", "/auth/logout", None, [401, 204, 204, 204]),
    row("POST", "/auth/password/forgot", Some(newcomer), [202, 202, 202, 202]),
    row("POST", "/auth/password/reset", Some(token_and_password), [422, 422, 422, 422]),
    row("POST", "/auth/invitations/show", Some(token), [422, 422, 422, 422]),
    row("POST", "/auth/invitations/accept", Some(token_and_password), [422, 422, 422, 422]),
    row("GET", "/me", None, [401, 200, 200, 200]),
    row("PATCH", "/me", Some(edit), [401, 200, 200, 200]),
    row("PUT", "/me/password", Some(new_password), [401, 204, 204, 204]),
    row("PUT", "/me/email", Some(new_email), [401, 202, 202, 202]),
    row("GET", "/me/sessions", None, [401, 200, 200, 200]),
    row("DELETE", "/me/sessions/{id}", None, [401, 204, 204, 204]),
    row("GET", "/me/api-keys", None, [401, 200, 200, 200]),
    row("POST", "/me/api-keys", Some(api_key), [401, 201, 201, 201]),
    row("DELETE", "/me/api-keys/{id}", None, [401, 204, 204, 204]),
    row("GET", "/me/two-factor", None, [401, 200, 200, 200]),
    row("POST", "/me/two-factor", Some(proof), [401, 200, 200, 200]),
    row("POST", "/me/two-factor/confirm", Some(code), [401, 404, 404, 404]),
    row("POST", "/me/two-factor/recovery-codes", Some(proof), [401, 404, 404, 404]),
    row("POST", "/me/two-factor/remove", Some(proof), [401, 404, 404, 404]),
    row("GET", "/users", None, [401, 200, 200, 200]),
    row("POST", "/users", Some(newcomer), [401, 403, 403, 201]),
    row("GET", "/users/{id}", None, [401, 404, 200, 200]),
    row("PATCH", "/users/{id}", Some(edit), [401, 404, 403, 200]),
    row("DELETE", "/users/{id}", None, [401, 404, 403, 204]),
    row("PUT", "/users/{id}/role", Some(role), [401, 404, 403, 200]),
    row("PUT", "/users/{id}/company", Some(no_company), [401, 404, 403, 200]),
    row("POST", "/users/{id}/suspend", None, [401, 404, 403, 200]),
    row("POST", "/users/{id}/reactivate", None, [401, 404, 403, 200]),
    row("GET", "/users/{id}/sessions", None, [401, 404, 404, 200]),
    row("DELETE", "/users/{id}/sessions/{session}", None, [401, 404, 404, 204]),
    row("GET", "/users/{id}/api-keys", None, [401, 404, 404, 200]),
    row("DELETE", "/users/{id}/api-keys/{key}", None, [401, 404, 404, 204]),
    row("DELETE", "/users/{id}/two-factor", None, [401, 404, 403, 204]),
    row("GET", "/colleagues", None, [401, 200, 200, 200]),
    row("GET", "/companies", None, [401, 200, 200, 200]),
    row("POST", "/companies", Some(company), [401, 403, 201, 201]),
    row("GET", "/companies/{id}", None, [401, 404, 200, 200]),
    row("PATCH", "/companies/{id}", Some(edit), [401, 404, 200, 200]),
    row("DELETE", "/companies/{id}", None, [401, 404, 403, 204]),
    row("GET", "/credentials", None, [401, 200, 200, 200]),
    row("POST", "/credentials", Some(credential), [401, 201, 201, 201]),
    row("GET", "/credentials/{id}", None, [401, 200, 200, 200]),
    row("PATCH", "/credentials/{id}", Some(rename), [401, 200, 200, 200]),
    row("PUT", "/credentials/{id}/secret", Some(bearer), [401, 200, 200, 200]),
    row("DELETE", "/credentials/{id}", None, [401, 204, 204, 204]),
    row("GET", "/invitations", None, [401, 404, 200, 200]),
    row("POST", "/invitations", Some(newcomer), [401, 404, 201, 201]),
    row("GET", "/invitations/{id}", None, [401, 404, 200, 200]),
    row("DELETE", "/invitations/{id}", None, [401, 404, 204, 204]),
    row("POST", "/invitations/{id}/resend", None, [401, 404, 200, 200]),
    row("GET", "/audit", None, [401, 200, 200, 200]),
    row("GET", "/automations", None, [401, 200, 200, 200]),
    row("POST", "/automations", Some(automation), [401, 201, 201, 201]),
    row("GET", "/automations/nodes", None, [401, 200, 200, 200]),
    row("POST", "/automations/validate", Some(flow), [401, 200, 200, 200]),
    row("POST", "/automations/import", Some(file), [401, 201, 201, 201]),
    row("GET", "/automations/{id}", None, [401, 404, 200, 200]),
    row("PATCH", "/automations/{id}", Some(titled), [401, 404, 200, 200]),
    row("DELETE", "/automations/{id}", None, [401, 404, 204, 204]),
    row("GET", "/automations/{id}/flow", None, [401, 404, 200, 200]),
    row("PUT", "/automations/{id}/flow", Some(flow), [401, 404, 200, 200]),
    row("GET", "/automations/{id}/versions", None, [401, 404, 200, 200]),
    row("GET", "/automations/{id}/versions/compare", None, [401, 404, 200, 200]),
    row("GET", "/automations/{id}/versions/{number}", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/versions/{number}/restore", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/activate", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/pause", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/archive", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/restore", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/duplicate", None, [401, 404, 201, 201]),
    row("GET", "/automations/{id}/export", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/dry-run", Some(nothing), [401, 404, 200, 200]),
    row("GET", "/automations/{id}/triggers", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/triggers/{node}/rotate", None, [401, 404, 200, 200]),
    row("POST", "/automations/{id}/run", None, [401, 404, 201, 201]),
    row("GET", "/automations/{id}/runs", None, [401, 404, 200, 200]),
    row("GET", "/automations/{id}/figures", None, [401, 404, 200, 200]),
    row("GET", "/runs", None, [401, 200, 200, 200]),
    row("GET", "/runs/{id}", None, [401, 404, 200, 200]),
    row("GET", "/runs/{id}/steps", None, [401, 404, 200, 200]),
    row("GET", "/runs/{id}/events", None, [401, 404, 200, 200]),
    row("POST", "/runs/{id}/cancel", None, [401, 404, 200, 200]),
    row("POST", "/runs/{id}/retry", None, [401, 404, 201, 201]),
    row("POST", "/hooks/{token}", Some(nothing), [202, 202, 202, 202]),
    row("POST", "/leads", Some(form), [201, 201, 201, 201]),
    row("GET", "/leads", None, [401, 404, 200, 200]),
    row("GET", "/leads/{id}", None, [401, 404, 200, 200]),
    row("PATCH", "/leads/{id}", Some(edit), [401, 404, 200, 200]),
    row("POST", "/leads/{id}/status", Some(step), [401, 404, 200, 200]),
    row("DELETE", "/leads/{id}", None, [401, 404, 204, 204]),
    row("GET", "/leads/{id}/notes", None, [401, 404, 200, 200]),
    row("POST", "/leads/{id}/notes", Some(note), [401, 404, 201, 201]),
    row("GET", "/leads/{id}/timeline", None, [401, 404, 200, 200]),
];

const fn row(
    method: &'static str,
    path: &'static str,
    body: Option<fn() -> Value>,
    expected: [u16; 4],
) -> Row {
    Row { method, path, body, expected }
}

fn login() -> Value {
    json!({"email": "tess@studio.example", "password": PASSWORD})
}

fn sign_up() -> Value {
    json!({"email": "nia@example.com", "password": "nine looms weave algebra"})
}

fn token() -> Value {
    json!({"token": "of nobody"})
}

fn token_and_password() -> Value {
    json!({"token": "of nobody", "password": "nine looms weave algebra"})
}

fn refresh() -> Value {
    json!({"refreshToken": "of nobody"})
}

fn new_password() -> Value {
    json!({"currentPassword": PASSWORD, "newPassword": "nine looms weave algebra"})
}

fn new_email() -> Value {
    json!({"email": "nia@example.com", "password": PASSWORD})
}

fn api_key() -> Value {
    json!({"name": "Nightly export", "scopes": ["leads:read"]})
}

fn proof() -> Value {
    json!({"password": PASSWORD})
}

fn code() -> Value {
    json!({"code": "123456"})
}

fn form() -> Value {
    contact("Ada")
}

fn edit() -> Value {
    json!({"name": "Eve"})
}

fn newcomer() -> Value {
    json!({"email": "nia@example.com"})
}

fn role() -> Value {
    json!({"role": "TEAM"})
}

fn no_company() -> Value {
    json!({"companyId": null})
}

fn automation() -> Value {
    json!({"title": "Welcome"})
}

fn flow() -> Value {
    simple()
}

fn file() -> Value {
    json!({"kairo": "automation", "formatVersion": 1, "title": "Welcome", "flow": simple()})
}

fn titled() -> Value {
    json!({"title": "Welcome, again"})
}

fn nothing() -> Value {
    json!({})
}

fn company() -> Value {
    json!({"name": "Engines"})
}

fn credential() -> Value {
    json!({"name": "erp", "secret": {"kind": "basic", "username": "tess", "password": "seven kettles"}})
}

fn rename() -> Value {
    json!({"name": "renamed"})
}

fn bearer() -> Value {
    json!({"kind": "bearer", "token": "another-token"})
}

fn step() -> Value {
    json!({"to": "CONTACTED"})
}

fn note() -> Value {
    json!({"text": "Call again"})
}

fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(&kairo_http::openapi_json()).unwrap());
    &DOCUMENT
}

fn documented() -> BTreeSet<(String, String)> {
    let paths = document()["paths"].as_object().unwrap().clone();
    let operations = paths.into_iter().flat_map(|(path, item)| {
        let methods =
            item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect::<Vec<_>>();
        methods.into_iter().map(move |method| (method, path.clone()))
    });
    operations.collect()
}

/// Whether the operation must be told which version was seen.
fn needs_version(row: &Row) -> bool {
    let operation = &document()["paths"][row.path][row.method.to_lowercase()];
    let mut parameters = operation["parameters"].as_array().into_iter().flatten();
    parameters.any(|parameter| parameter["name"] == "If-Match" && parameter["required"] == true)
}

#[actix_web::test]
async fn what_must_be_told_the_version_refuses_to_go_without() {
    for row in ROWS.iter().filter(|row| needs_version(row)) {
        let world = world().await;
        let path = filled(&world, Who::Admin, row.path).await;
        let method = Method::from_bytes(row.method.as_bytes()).unwrap();
        let mut request = TestRequest::default().method(method).uri(&at(&path));
        if let Some(body) = row.body {
            request = request.set_json(body());
        }
        let reply = world.send(world.as_(Who::Admin, request)).await;
        assert_eq!((reply.status, reply.problem().as_str()), (428, "version_required"), "{}", row.path);
    }
}

/// Tries an operation in a world of its own, so that no caller meets what the one before has done.
async fn status(row: &Row, who: Who) -> u16 {
    let world = world().await;
    let request = TestRequest::default()
        .method(Method::from_bytes(row.method.as_bytes()).unwrap())
        .uri(&at(&filled(&world, who, row.path).await));
    let request = if needs_version(row) { request.insert_header(("if-match", "*")) } else { request };
    let request = match row.body {
        Some(body) => request.set_json(body()),
        None => request,
    };
    let reply = world.send(world.as_(who, request)).await;
    if reply.status >= 400 {
        reply.problem();
    }
    reply.status
}

#[test]
fn every_operation_has_a_row() {
    let rows: BTreeSet<_> = ROWS.iter().map(|row| (row.method.to_owned(), row.path.to_owned())).collect();
    assert_eq!(rows, documented());
}

#[actix_web::test]
async fn everybody_gets_what_the_table_says() {
    let document = document();
    for row in ROWS {
        let answers = &document["paths"][row.path][row.method.to_lowercase()]["responses"];
        let mut statuses = Vec::new();
        for who in EVERYBODY {
            statuses.push(status(row, who).await);
        }
        assert_eq!(statuses, row.expected, "{} {}", row.method, row.path);
        let is_told = |status: &u16| answers.get(status.to_string()).is_some();
        assert!(statuses.iter().all(is_told), "{} {} answers what it does not tell", row.method, row.path);
    }
}

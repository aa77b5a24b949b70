//! Every operation of the OpenAPI document, tried as everybody. A new operation fails here until it has its row.

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::{Value, json};

use crate::support::{Who, World, at, contact, world};

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
    row("POST", "/auth/login", Some(login), [200, 200, 200, 200]),
    row("GET", "/me", None, [401, 200, 200, 200]),
    row("POST", "/leads", Some(form), [201, 201, 201, 201]),
    row("GET", "/leads", None, [401, 404, 200, 200]),
    row("GET", "/leads/{id}", None, [401, 404, 200, 200]),
    row("PATCH", "/leads/{id}", Some(edit), [401, 404, 200, 200]),
    row("POST", "/leads/{id}/status", Some(step), [401, 404, 200, 200]),
    row("DELETE", "/leads/{id}", None, [401, 404, 204, 204]),
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
    json!({"email": "tess@studio.example", "password": crate::support::PASSWORD})
}

fn form() -> Value {
    contact("Ada")
}

fn edit() -> Value {
    json!({"name": "Eve"})
}

fn step() -> Value {
    json!({"to": "CONTACTED"})
}

fn documented() -> BTreeSet<(String, String)> {
    let document: Value = serde_json::from_str(&kairo_http::openapi_json()).unwrap();
    let paths = document["paths"].as_object().unwrap().clone();
    let operations = paths.into_iter().flat_map(|(path, item)| {
        let methods =
            item.as_object().unwrap().keys().map(|method| method.to_uppercase()).collect::<Vec<_>>();
        methods.into_iter().map(move |method| (method, path.clone()))
    });
    operations.collect()
}

async fn status(world: &World, row: &Row, who: Who) -> u16 {
    // A fresh lead, so that no caller meets what the one before has done.
    let id = world.lead("Ada").await["id"].as_str().unwrap().to_owned();
    let request = TestRequest::default()
        .method(Method::from_bytes(row.method.as_bytes()).unwrap())
        .uri(&at(&row.path.replace("{id}", &id)));
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
    let world = world().await;
    for row in ROWS {
        let mut statuses = Vec::new();
        for who in EVERYBODY {
            statuses.push(status(&world, row, who).await);
        }
        assert_eq!(statuses, row.expected, "{} {}", row.method, row.path);
    }
}

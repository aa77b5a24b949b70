use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_required, codes, read, schema};

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_documented::<CreateBody>();
    assert_required::<CreateBody>(&["name", "scopes"]);
}

#[test]
fn the_document_has_the_words_of_the_domain() {
    for schema in [schema::<CreateBody>(), schema::<ApiKeyView>()] {
        assert_eq!(schema["properties"]["scopes"]["items"]["enum"], json!(Scope::WORDS));
    }
}

#[test]
fn every_wrong_scope_is_pointed_at() {
    let body = json!({"name": "x", "scopes": ["leads:read", "leads:erase", 7], "expiresAt": "tomorrow"});
    assert_eq!(
        codes::<CreateBody>(body),
        [
            ("/expiresAt".to_owned(), "not_a_time"),
            ("/scopes/1".to_owned(), "unknown_word"),
            ("/scopes/2".to_owned(), "wrong_type"),
        ]
    );
}

#[test]
fn a_scope_given_twice_is_one() {
    let body = json!({"name": "x", "scopes": ["leads:read", "leads:read"], "expiresAt": null});
    let order = read::<CreateBody>(body).unwrap().into_order();
    assert_eq!(order.scopes.iter().map(Scope::as_str).collect::<Vec<_>>(), ["leads:read"]);
    assert_eq!(order.expires_at, None);
}

use std::collections::BTreeSet;

use kairo_domain::TextKind;
use serde_json::json;

use super::*;
use crate::body::testing::{accepted, codes, read, schema};

fn kind_of(body: Value) -> CredentialKind {
    read::<SecretBody>(body).unwrap().into_secret().kind()
}

fn pointed(faults: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    faults.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect()
}

#[test]
fn each_kind_has_its_members() {
    for (body, kind) in [
        (json!({"kind": "bearer", "token": "12345678"}), CredentialKind::Bearer),
        (json!({"kind": "basic", "username": "ada", "password": "12345678"}), CredentialKind::Basic),
        (json!({"kind": "header", "name": "X-Key", "value": "12345678"}), CredentialKind::Header),
        (json!({"kind": "query", "name": "key", "value": "12345678"}), CredentialKind::Query),
        (json!({"kind": "secret", "secret": "12345678"}), CredentialKind::Secret),
    ] {
        assert_eq!(kind_of(body), kind);
    }
}

#[test]
fn every_fault_is_pointed_at() {
    for (body, faults) in [
        (json!("12345678"), &[("", "wrong_type")][..]),
        (json!({}), &[("/kind", "required")]),
        (json!({"kind": 7}), &[("/kind", "unknown_word")]),
        (json!({"kind": "oauth", "token": 7}), &[("/kind", "unknown_word")]),
        (
            json!({"kind": "bearer", "value": "12345678"}),
            &[("/token", "required"), ("/value", "unknown_field")],
        ),
        (
            json!({"kind": "basic", "username": "a:b", "password": "short", "token": "x"}),
            &[("/password", "too_short"), ("/token", "unknown_field"), ("/username", "colon")],
        ),
        (
            json!({"kind": "header", "name": "Host", "value": "ümlaut in it"}),
            &[("/name", "reserved_header"), ("/value", "not_visible_ascii")],
        ),
        (
            json!({"kind": "header", "name": "X Key", "value": null}),
            &[("/name", "not_a_header_name"), ("/value", "wrong_type")],
        ),
        (
            json!({"kind": "query", "name": "", "value": "two\nlines"}),
            &[("/name", "empty"), ("/value", "control_character")],
        ),
        (json!({"kind": "secret", "secret": "whsec_not base64"}), &[("/secret", "not_base64")]),
    ] {
        assert_eq!(codes::<SecretBody>(body.clone()), pointed(faults), "{body}");
    }
}

#[test]
fn the_document_lists_what_is_read() {
    let document = schema::<SecretSchema>();
    let variants = document["oneOf"].as_array().unwrap();
    let listed: Vec<BTreeSet<String>> = variants
        .iter()
        .map(|variant| variant["properties"].as_object().unwrap().keys().cloned().collect())
        .collect();
    let read = [accepted::<Bearer>(), accepted::<Basic>(), accepted::<Header>(), accepted::<Query>()];
    let read = read.into_iter().chain([accepted::<Signing>()]).map(|mut members| {
        members.insert("kind".to_owned());
        members
    });
    assert_eq!(listed, read.collect::<Vec<_>>());
    let words: Vec<_> =
        variants.iter().map(|variant| variant["properties"]["kind"]["enum"][0].clone()).collect();
    assert_eq!(words, CredentialKind::WORDS);
}

#[test]
fn the_document_has_the_bounds_of_the_domain() {
    let bounds = |kind: usize, member: &str| {
        let member = &schema::<SecretSchema>()["oneOf"][kind]["properties"][member];
        (member["minLength"].as_u64(), member["maxLength"].as_u64())
    };
    let secret = (Some(8), u64::try_from(<kairo_domain::BearerTokenKind as TextKind>::MAX).ok());
    for (kind, member) in [(0, "token"), (1, "password"), (2, "value"), (3, "value"), (4, "secret")] {
        assert_eq!(bounds(kind, member), secret, "{member}");
    }
    assert_eq!(bounds(2, "name").1, u64::try_from(HeaderName::MAX).ok());
    assert_eq!(bounds(1, "username").1, u64::try_from(BasicUsername::MAX).ok());
}

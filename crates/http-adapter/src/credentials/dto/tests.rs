use kairo_domain::CredentialKind;
use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_listed, assert_required, codes, read, schema};

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_documented::<CreateBody>();
    assert_required::<CreateBody>(&["name", "secret"]);
    assert_documented::<PatchBody>();
    assert_required::<PatchBody>(&[]);
}

#[test]
fn the_document_lists_what_the_view_shows() {
    assert_listed::<CredentialView>();
    assert_eq!(schema::<KindWord>()["enum"], json!(CredentialKind::WORDS));
}

#[test]
fn all_faults_of_a_body_are_found_at_once() {
    let body =
        json!({"name": "Acme CRM", "secret": {"kind": "basic", "password": 7, "x": 1}, "ownerId": "me"});
    let expected = [
        ("/name".to_owned(), "not_a_credential_name"),
        ("/ownerId".to_owned(), "unknown_field"),
        ("/secret/password".to_owned(), "wrong_type"),
        ("/secret/username".to_owned(), "required"),
        ("/secret/x".to_owned(), "unknown_field"),
    ];
    assert_eq!(codes::<CreateBody>(body), expected);
    assert_eq!(
        codes::<CreateBody>(json!({})),
        [("/name".to_owned(), "required"), ("/secret".to_owned(), "required")]
    );
}

#[test]
fn a_body_is_not_printed() {
    let secret = json!({"kind": "basic", "username": "ada-of-acme", "password": "hunter2hunter2"});
    let body = read::<CreateBody>(json!({"name": "crm", "secret": secret})).unwrap();
    let printed = format!("{body:?}");
    assert!(!printed.contains("hunter2") && !printed.contains("ada-of-acme"), "{printed}");
}

#[test]
fn a_name_is_changed_or_left() {
    let id = CredentialId::from_uuid(Uuid::nil());
    let patch = |body| read::<PatchBody>(body).unwrap().into_order(id, Seen::Anything).patch;
    assert_eq!(patch(json!({})), CredentialPatch::default());
    let name = CredentialName::parse("crm").unwrap();
    assert_eq!(patch(json!({"name": "crm"})).name, Change::Set(name));
    assert_eq!(codes::<PatchBody>(json!({"name": null})), [("/name".to_owned(), "wrong_type")]);
}

use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_listed, assert_required, codes, read};

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_documented::<CreateBody>();
    assert_required::<CreateBody>(&["name"]);
    assert_documented::<PatchBody>();
    assert_required::<PatchBody>(&[]);
}

#[test]
fn the_document_lists_what_the_view_shows() {
    assert_listed::<CompanyView>();
}

#[test]
fn all_faults_of_a_body_are_found_at_once() {
    let body =
        json!({"name": " ", "website": "javascript:x", "logoUrl": 7, "metadata": {"iban": "x"}, "owner": 1});
    assert_eq!(
        codes::<CreateBody>(body),
        [
            ("/logoUrl".to_owned(), "wrong_type"),
            ("/metadata".to_owned(), "personal_data"),
            ("/name".to_owned(), "empty"),
            ("/owner".to_owned(), "unknown_field"),
            ("/website".to_owned(), "not_a_url"),
        ]
    );
}

#[test]
fn a_patch_has_three_states() {
    let company = CompanyId::from_uuid(Uuid::nil());
    let patch = |body| read::<PatchBody>(body).unwrap().into_order(company, Seen::Anything).patch;
    assert_eq!(patch(json!({})), CompanyPatch::default());
    assert_eq!(patch(json!({"website": null})).website, Patch::Clear);
    assert_eq!(codes::<PatchBody>(json!({"name": null})), [("/name".to_owned(), "wrong_type")]);
}

use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_listed, assert_required, codes, read, schema};

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_documented::<CaptureBody>();
    assert_required::<CaptureBody>(&["name", "email", "message"]);
    assert_documented::<PatchBody>();
    assert_required::<PatchBody>(&[]);
    assert_documented::<MoveBody>();
    assert_required::<MoveBody>(&["to"]);
}

#[test]
fn the_document_lists_what_the_view_shows() {
    assert_listed::<LeadView>();
}

#[test]
fn the_document_has_the_words_of_the_domain() {
    assert_eq!(schema::<Source>()["enum"], json!(LeadSource::WORDS));
    assert_eq!(schema::<Status>()["enum"], json!(LeadStatus::WORDS));
}

#[test]
fn all_faults_of_a_body_are_found_at_once() {
    let body = json!({"name": " ", "email": "ada", "phone": 7, "source": "FAX", "metadata": {"iban": "x"}, "x/y": 1});
    assert_eq!(
        codes::<CaptureBody>(body),
        [
            ("/email".to_owned(), "not_an_email"),
            ("/message".to_owned(), "required"),
            ("/metadata".to_owned(), "personal_data"),
            ("/name".to_owned(), "empty"),
            ("/phone".to_owned(), "wrong_type"),
            ("/source".to_owned(), "unknown_word"),
            ("/x~1y".to_owned(), "unknown_field"),
        ]
    );
}

#[test]
fn a_patch_has_three_states() {
    let lead = LeadId::from_uuid(Uuid::nil());
    let patch = |body| read::<PatchBody>(body).unwrap().into_order(lead, Seen::Anything).patch;
    assert_eq!(patch(json!({})), LeadPatch::default());
    assert_eq!(patch(json!({"phone": null})).phone, Patch::Clear);
    assert_eq!(patch(json!({"source": "CHAT"})).source, Patch::Set(LeadSource::Chat));
    assert_eq!(codes::<PatchBody>(json!({"name": null})), [("/name".to_owned(), "wrong_type")]);
}

#[test]
fn a_patch_never_moves_a_lead() {
    let faults = read::<PatchBody>(json!({"status": "LOST"})).unwrap_err();
    assert_eq!((faults[0].pointer.as_str(), faults[0].code), ("/status", "unknown_field"));
    assert!(faults[0].message.contains("/leads/{id}/status"));
}

#[test]
fn what_is_no_object_is_refused_as_a_whole() {
    assert_eq!(codes::<MoveBody>(json!([])), [(String::new(), "wrong_type")]);
}

#[test]
fn a_thousand_faults_are_cut_short() {
    let body: Map<_, _> = (0..1_000).map(|at| (format!("f{at}"), json!(1))).collect();
    assert_eq!(codes::<CaptureBody>(Value::Object(body)).len(), 100);
}

use std::collections::BTreeSet;

use kairo_domain::Field;
use serde_json::json;
use utoipa::PartialSchema;

use super::*;
use crate::problem::Fault;

fn read<T: Deserr<Faults>>(body: Value) -> Result<T, Vec<Fault>> {
    deserr::deserialize::<T, _, Faults>(body).map_err(|faults| {
        let mut faults = faults.into_vec();
        faults.sort();
        faults
    })
}

fn codes<T: Deserr<Faults>>(body: Value) -> Vec<(String, &'static str)> {
    let faults = read::<T>(body).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn schema<T: PartialSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap()
}

fn properties<T: PartialSchema>() -> BTreeSet<String> {
    schema::<T>()["properties"].as_object().unwrap().keys().cloned().collect()
}

/// What the reader accepts, as it says itself when it is given something else.
fn accepted<T: Deserr<Faults>>() -> BTreeSet<String> {
    let faults = read::<T>(json!({"no such field": 1})).err().unwrap();
    let unknown = faults.into_iter().find(|fault| fault.code == "unknown_field").unwrap();
    let names = unknown.message.strip_prefix("is not a field; the fields are ").unwrap().to_owned();
    names.split(", ").map(str::to_owned).collect()
}

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_eq!(properties::<CaptureBody>(), accepted::<CaptureBody>());
    assert_eq!(properties::<PatchBody>(), accepted::<PatchBody>());
    assert_eq!(properties::<MoveBody>(), accepted::<MoveBody>());
    assert_eq!(schema::<CaptureBody>()["required"], json!(["name", "email", "message"]));
    assert_eq!(schema::<PatchBody>()["required"], Value::Null);
    assert_eq!(schema::<MoveBody>()["required"], json!(["to"]));
}

#[test]
fn the_document_lists_what_the_view_shows() {
    let listed: BTreeSet<_> = LeadView::PROPERTIES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(properties::<LeadView>(), listed);
    assert!(LeadField::ALL.iter().all(|field| listed.contains(field.name())));
    assert_eq!(schema::<LeadView>()["required"].as_array().unwrap().len(), listed.len());
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

use kairo_domain::AutomationStatus;
use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_listed, assert_required, codes, read, schema};

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_documented::<CreateBody>();
    assert_required::<CreateBody>(&["title"]);
    assert_documented::<PatchBody>();
    assert_required::<PatchBody>(&[]);
    assert_documented::<SettingsBody>();
    assert_required::<SettingsBody>(&[]);
    assert_documented::<WholeSettingsBody>();
    assert_required::<WholeSettingsBody>(&[
        "runTimeoutSeconds",
        "maxConcurrentRuns",
        "retentionDays",
        "vars",
    ]);
}

#[test]
fn the_document_lists_what_the_view_shows() {
    assert_listed::<AutomationCard>();
}

#[test]
fn the_document_has_the_words_of_the_domain() {
    assert_eq!(schema::<Status>()["enum"], json!(AutomationStatus::WORDS));
}

#[test]
fn what_is_left_out_gets_its_default() {
    let body = json!({"title": "Welcome", "settings": {"retentionDays": 7}});
    let order = read::<CreateBody>(body).unwrap().into_order();
    assert_eq!(order.flow, FlowDocument::empty());
    assert_eq!((order.settings.retention_days, order.settings.run_timeout_seconds), (7, 3_600));
}

#[test]
fn all_faults_of_a_body_are_found_at_once() {
    let settings = json!({"runTimeoutSeconds": 0, "maxConcurrentRuns": 0, "vars": "x"});
    assert_eq!(
        codes::<CreateBody>(json!({"flow": {"nodes": []}, "settings": settings, "status": "ACTIVE"})),
        [
            ("/flow/edges".to_owned(), "not_a_flow"),
            ("/settings/vars".to_owned(), "wrong_type"),
            ("/status".to_owned(), "unknown_field"),
            ("/title".to_owned(), "required"),
        ]
    );
    let settings = json!({"runTimeoutSeconds": 0, "maxConcurrentRuns": 0});
    assert_eq!(
        codes::<CreateBody>(json!({"title": "Welcome", "settings": settings})),
        [
            ("/settings/maxConcurrentRuns".to_owned(), "out_of_range"),
            ("/settings/runTimeoutSeconds".to_owned(), "out_of_range"),
        ]
    );
}

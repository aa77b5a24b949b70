use kairo_domain::LeadEntryKind;
use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_listed, assert_required, codes, schema};

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_documented::<NoteBody>();
    assert_required::<NoteBody>(&["text"]);
}

#[test]
fn the_document_lists_what_the_views_show() {
    assert_listed::<NoteView>();
    assert_listed::<EntryView>();
}

#[test]
fn the_document_has_the_words_of_the_domain() {
    assert_eq!(schema::<Kind>()["enum"], json!(LeadEntryKind::WORDS));
}

#[test]
fn a_note_says_something_and_not_too_much() {
    assert_eq!(codes::<NoteBody>(json!({"text": " \n"})), [("/text".to_owned(), "empty")]);
    let long = "x".repeat(Message::MAX + 1);
    assert_eq!(codes::<NoteBody>(json!({"text": long})), [("/text".to_owned(), "too_long")]);
    assert_eq!(codes::<NoteBody>(json!({})), [("/text".to_owned(), "required")]);
}

use serde_json::json;

use super::*;
use crate::body::testing::{assert_listed, schema};

#[test]
fn the_document_lists_what_the_view_shows() {
    assert_listed::<EntryView>();
}

#[test]
fn the_document_has_the_words_of_the_domain() {
    assert_eq!(schema::<ActorWord>()["enum"], json!(JournalEntry::ACTORS));
}

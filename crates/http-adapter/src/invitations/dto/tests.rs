use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_listed, assert_required, codes, read, schema};

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_documented::<InviteBody>();
    assert_required::<InviteBody>(&["email"]);
}

#[test]
fn the_document_lists_what_the_view_shows() {
    assert_listed::<InvitationView>();
}

#[test]
fn the_document_has_the_words_of_the_domain() {
    assert_eq!(schema::<Status>()["enum"], json!(InvitationStatus::WORDS));
}

#[test]
fn who_is_invited_without_a_role_is_a_client() {
    let order = read::<InviteBody>(json!({"email": "ada@example.com"})).unwrap().into_order();
    assert_eq!((order.role, order.company), (Role::Client, None));
}

#[test]
fn all_faults_of_a_body_are_found_at_once() {
    assert_eq!(
        codes::<InviteBody>(json!({"role": "ROOT", "companyId": 7, "token": "x"})),
        [
            ("/companyId".to_owned(), "wrong_type"),
            ("/email".to_owned(), "required"),
            ("/role".to_owned(), "unknown_word"),
            ("/token".to_owned(), "unknown_field"),
        ]
    );
}

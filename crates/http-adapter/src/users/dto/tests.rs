use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_listed, assert_required, codes, read, schema};

fn user() -> UserId {
    UserId::from_uuid(Uuid::nil())
}

#[test]
fn the_document_lists_what_the_reader_accepts() {
    assert_documented::<AddBody>();
    assert_required::<AddBody>(&["email"]);
    assert_documented::<PatchBody>();
    assert_required::<PatchBody>(&[]);
    assert_documented::<RoleBody>();
    assert_required::<RoleBody>(&["role"]);
    assert_documented::<CompanyBody>();
    assert_required::<CompanyBody>(&["companyId"]);
}

#[test]
fn the_document_lists_what_the_view_shows() {
    assert_listed::<UserView>();
}

#[test]
fn the_document_has_the_words_of_the_domain() {
    assert_eq!(schema::<RoleWord>()["enum"], json!(Role::WORDS));
}

#[test]
fn all_faults_of_a_body_are_found_at_once() {
    let body = json!({"email": "ada", "name": "", "role": "ROOT", "companyId": "7", "password": "secret"});
    assert_eq!(
        codes::<AddBody>(body),
        [
            ("/companyId".to_owned(), "not_an_id"),
            ("/email".to_owned(), "not_an_email"),
            ("/name".to_owned(), "empty"),
            ("/password".to_owned(), "unknown_field"),
            ("/role".to_owned(), "unknown_word"),
        ]
    );
    assert_eq!(
        codes::<AddBody>(json!({"email": "ada@example.com", "role": null})),
        [("/role".to_owned(), "wrong_type")]
    );
}

#[test]
fn who_is_added_without_a_role_is_a_client() {
    let order = read::<AddBody>(json!({"email": "ada@example.com"})).unwrap().into_order();
    assert_eq!((order.user.role, order.user.company), (Role::Client, None));
}

#[test]
fn a_profile_has_no_rights_in_it() {
    for name in ["role", "companyId", "email", "suspendedAt", "passwordHash", "version"] {
        let faults = codes::<PatchBody>(json!({name: "x"}));
        assert_eq!(faults, [(format!("/{name}"), "unknown_field")]);
    }
}

#[test]
fn nowhere_is_a_company_to_move_to_and_nothing_is_not() {
    let company = |body| read::<CompanyBody>(body).unwrap().into_order(user(), Seen::Anything).company;
    assert_eq!(company(json!({"companyId": null})), None);
    assert_eq!(company(json!({"companyId": Uuid::nil()})), Some(CompanyId::from_uuid(Uuid::nil())));
    assert_eq!(codes::<CompanyBody>(json!({})), [("/companyId".to_owned(), "required")]);
}

use serde_json::json;

use super::*;
use crate::body::testing::{assert_documented, assert_required, codes, schema};

#[test]
fn the_document_lists_what_the_readers_accept() {
    assert_documented::<SignUpBody>();
    assert_documented::<TokenBody>();
    assert_documented::<ForgotBody>();
    assert_documented::<ResetBody>();
    assert_documented::<AcceptBody>();
    assert_required::<SignUpBody>(&["email", "password"]);
    assert_required::<TokenBody>(&["token"]);
    assert_required::<ForgotBody>(&["email"]);
    assert_required::<ResetBody>(&["token", "password"]);
    assert_required::<AcceptBody>(&["token", "password"]);
}

#[test]
fn the_bounds_of_passwords_are_the_domains() {
    for schema in [schema::<SignUpBody>(), schema::<ResetBody>(), schema::<AcceptBody>()] {
        let password = &schema["properties"]["password"];
        assert_eq!(password["minLength"], NewPassword::MIN);
        assert_eq!(password["maxLength"], NewPassword::MAX);
    }
}

#[test]
fn a_password_says_what_is_wrong_with_it() {
    for (password, code) in
        [("short", "too_short"), (&*"x".repeat(129), "too_long"), ("password123456", "too_common")]
    {
        let body = json!({"email": "ada@example.com", "password": password});
        assert_eq!(codes::<SignUpBody>(body), [("/password".to_owned(), code)], "{password}");
    }
    let body = json!({"email": "ada", "password": 7, "role": "ADMIN"});
    assert_eq!(
        codes::<SignUpBody>(body),
        [
            ("/email".to_owned(), "not_an_email"),
            ("/password".to_owned(), "wrong_type"),
            ("/role".to_owned(), "unknown_field")
        ]
    );
}
